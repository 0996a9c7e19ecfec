/// RFC 8259, to the letter: no comments, no trailing commas, no NaN, valid UTF-8, no key twice.
internal struct JSONParser {
    private var parsing: TapeParsing
    private var cursor = PayloadCursor()

    static func parse(
        _ source: [UInt8], _ limits: PayloadLimits
    ) throws(PayloadFault) -> Tape {
        let bytes = unsafe source.span.bytes
        var parser = JSONParser(parsing: TapeParsing(source, limits))
        try parser.skipBlanks(bytes)
        try parser.value(nil, .none, depth: 0, bytes)
        try parser.skipBlanks(bytes)
        guard parser.cursor.isAtEnd(bytes) else {
            throw PayloadFault(.trailingBytes, at: parser.cursor.offset)
        }
        return parser.parsing.tape
    }

    private init(parsing: TapeParsing) { self.parsing = parsing }

    private mutating func value(
        _ parent: Int?, _ key: TapeKey, depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        let start = cursor.offset
        switch try cursor.peek(bytes) {
        case 0x7b: try map(parent, key, depth: depth, bytes)
        case 0x5b: try list(parent, key, depth: depth, bytes)
        case 0x22:
            let text = try string(bytes)
            var node = parsing.content(.text, text.range)
            if text.isInArena { node.flags = .contentInArena }
            _ = try parsing.add(node, to: parent, key, at: start)
        case 0x74:
            try word("true", bytes)
            _ = try parsing.add(TapeNode(.bool, value: 1), to: parent, key, at: start)
        case 0x66:
            try word("false", bytes)
            _ = try parsing.add(TapeNode(.bool), to: parent, key, at: start)
        case 0x6e:
            try word("null", bytes)
            _ = try parsing.add(TapeNode(.null), to: parent, key, at: start)
        case 0x2d, 0x30...0x39:
            let node = try JSONNumber.parse(&cursor, bytes)
            _ = try parsing.add(node, to: parent, key, at: start)
        // No value begins with any other byte.
        default: throw PayloadFault(.malformed("JSON value"), at: start)
        }
    }

    private mutating func list(
        _ parent: Int?, _ key: TapeKey, depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        let start = cursor.offset
        try parsing.checkDepth(depth, at: start)
        let list = try parsing.add(TapeNode(.list), to: parent, key, at: start)
        _ = try cursor.u8(bytes)
        try skipBlanks(bytes)
        if try cursor.peek(bytes) == 0x5d {
            _ = try cursor.u8(bytes)
        } else {
            repeat {
                try skipBlanks(bytes)
                try value(list, .none, depth: depth + 1, bytes)
            } while try separator(closing: 0x5d, bytes)
        }
        try parsing.close(list)
    }

    private mutating func map(
        _ parent: Int?, _ key: TapeKey, depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        let start = cursor.offset
        try parsing.checkDepth(depth, at: start)
        let map = try parsing.add(TapeNode(.map), to: parent, key, at: start)
        _ = try cursor.u8(bytes)
        try skipBlanks(bytes)
        if try cursor.peek(bytes) == 0x7d {
            _ = try cursor.u8(bytes)
        } else {
            repeat {
                try skipBlanks(bytes)
                guard try cursor.peek(bytes) == 0x22 else {
                    throw PayloadFault(.malformed("JSON key"), at: cursor.offset)
                }
                let name = try string(bytes)
                try skipBlanks(bytes)
                guard try cursor.u8(bytes) == 0x3a else {
                    throw PayloadFault(.malformed("JSON key"), at: cursor.offset - 1)
                }
                try skipBlanks(bytes)
                try value(
                    map, TapeKey(name.range, isInArena: name.isInArena), depth: depth + 1, bytes)
            } while try separator(closing: 0x7d, bytes)
        }
        try parsing.close(map)
    }

    /// True for a comma, false for the end.
    private mutating func separator(
        closing: UInt8, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Bool {
        try skipBlanks(bytes)
        let byte = try cursor.u8(bytes)
        if byte == 0x2c { return true }
        guard byte == closing else {
            throw PayloadFault(.malformed("JSON separator"), at: cursor.offset - 1)
        }
        return false
    }

    private mutating func skipBlanks(_ bytes: borrowing RawSpan) throws(PayloadFault) {
        while !cursor.isAtEnd(bytes) {
            switch try cursor.peek(bytes) {
            case 0x20, 0x09, 0x0a, 0x0d: _ = try cursor.u8(bytes)
            // A byte that is no blank ends them.
            default: return
            }
        }
    }

    private mutating func word(
        _ word: StaticString, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        let start = cursor.offset
        for letter in word.description.utf8 {
            guard try cursor.u8(bytes) == letter else {
                throw PayloadFault(.malformed("JSON value"), at: start)
            }
        }
    }

    /// The content of a string; it is in the arena when it had escapes.
    private mutating func string(
        _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> (range: Range<Int>, isInArena: Bool) {
        _ = try cursor.u8(bytes)
        let start = cursor.offset
        let isPlain = try JSONString.skipPlain(&cursor, bytes)
        if isPlain {
            let range = start..<cursor.offset - 1
            if let wrong = UTF8Check.firstInvalid(in: range, bytes) {
                throw PayloadFault(.invalidUTF8, at: wrong)
            }
            return (range, false)
        }
        let begin = parsing.tape.arena.count
        try JSONString.unescape(from: start, &cursor, into: &parsing.tape.arena, bytes)
        return (begin..<parsing.tape.arena.count, true)
    }

    /// The digits of the number at `offset`, for those who read them in another precision.
    static func numberText(_ source: [UInt8], from offset: Int) -> String {
        let digits = source[offset...].prefix { byte in
            (0x30...0x39).contains(byte) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains(byte)
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

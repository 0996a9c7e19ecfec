/// MessagePack (github.com/msgpack/msgpack, spec.md). Keys of maps are texts or integers; extension
/// types are stepped over, and asked for by no Swift type.
internal struct MessagePackParser {
    private var parsing: TapeParsing
    private var cursor = PayloadCursor()

    static func parse(
        _ source: [UInt8], _ limits: PayloadLimits
    ) throws(PayloadFault) -> Tape {
        let bytes = unsafe source.span.bytes
        var parser = MessagePackParser(parsing: TapeParsing(source, limits))
        try parser.value(nil, .none, depth: 0, bytes)
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
        let first = try cursor.u8(bytes)
        switch first {
        case 0x80...0x8f:
            try map(UInt64(first & 0x0f), parent, key, start, depth, bytes)
        case 0x90...0x9f:
            try list(UInt64(first & 0x0f), parent, key, start, depth, bytes)
        case 0xdc, 0xdd:
            let count = try cursor.big(first == 0xdc ? 2 : 4, bytes)
            try list(count, parent, key, start, depth, bytes)
        case 0xde, 0xdf:
            let count = try cursor.big(first == 0xde ? 2 : 4, bytes)
            try map(count, parent, key, start, depth, bytes)
        // Everything else has no values inside.
        default:
            _ = try parsing.add(
                try scalar(first, start, bytes), to: parent, key, at: start)
        }
    }

    private mutating func scalar(
        _ first: UInt8, _ start: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        switch first {
        case 0x00...0x7f: return TapeNode(.unsigned, value: UInt64(first))
        case 0xe0...0xff: return TapeNode(Int8(bitPattern: first))
        case 0xa0...0xbf: return try text(UInt64(first & 0x1f), bytes)
        case 0xc0: return TapeNode(.null)
        case 0xc2: return TapeNode(.bool)
        case 0xc3: return TapeNode(.bool, value: 1)
        case 0xc4...0xc6:
            let count = try cursor.big(1 << Int(first - 0xc4), bytes)
            return parsing.content(.bytes, try cursor.range(count, bytes))
        case 0xc7...0xc9:
            let count = try cursor.big(1 << Int(first - 0xc7), bytes)
            return try extended(count, bytes)
        case 0xca: return TapeNode(.float, value: try cursor.big(4, bytes))
        case 0xcb: return TapeNode(.double, value: try cursor.big(8, bytes))
        case 0xcc...0xcf:
            return TapeNode(.unsigned, value: try cursor.big(1 << Int(first - 0xcc), bytes))
        case 0xd0: return TapeNode(Int8(truncatingIfNeeded: try cursor.big(1, bytes)))
        case 0xd1: return TapeNode(Int16(truncatingIfNeeded: try cursor.big(2, bytes)))
        case 0xd2: return TapeNode(Int32(truncatingIfNeeded: try cursor.big(4, bytes)))
        case 0xd3: return TapeNode(Int64(truncatingIfNeeded: try cursor.big(8, bytes)))
        case 0xd4...0xd8: return try extended(1 << UInt64(first - 0xd4), bytes)
        case 0xd9...0xdb:
            let count = try cursor.big(1 << Int(first - 0xd9), bytes)
            return try text(count, bytes)
        // Containers are read elsewhere; 0xc1 is never used.
        default: throw PayloadFault(.malformed("MessagePack type"), at: start)
        }
    }

    private mutating func text(
        _ count: UInt64, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        parsing.content(.text, try cursor.text(count, bytes))
    }

    /// The type's number, then the content.
    private mutating func extended(
        _ count: UInt64, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        _ = try cursor.u8(bytes)
        return parsing.content(.foreign, try cursor.range(count, bytes))
    }

    private mutating func list(
        _ count: UInt64, _ parent: Int?, _ key: TapeKey, _ start: Int, _ depth: Int,
        _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        try parsing.checkDepth(depth, at: start)
        let list = try parsing.add(TapeNode(.list), to: parent, key, at: start)
        for _ in 0..<count { try value(list, .none, depth: depth + 1, bytes) }
        try parsing.close(list)
    }

    private mutating func map(
        _ count: UInt64, _ parent: Int?, _ key: TapeKey, _ start: Int, _ depth: Int,
        _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        try parsing.checkDepth(depth, at: start)
        let map = try parsing.add(TapeNode(.map), to: parent, key, at: start)
        for _ in 0..<count {
            let start = cursor.offset
            let node = try scalar(try cursor.u8(bytes), start, bytes)
            let name = try parsing.key(node, at: start)
            try value(map, name, depth: depth + 1, bytes)
        }
        try parsing.close(map)
    }
}

extension TapeParsing {
    /// A key out of a scalar: a text as it is, an integer as its decimal digits.
    mutating func key(_ node: TapeNode, at offset: Int) throws(PayloadFault) -> TapeKey {
        switch node.kind {
        case .text:
            return TapeKey(
                Int(node.value)..<Int(node.value) + Int(node.count),
                isInArena: node.flags.contains(.contentInArena))
        case .unsigned, .negative:
            guard
                let text = node.integer(UInt64.self).map(String.init)
                    ?? node.integer(Int64.self).map(String.init)
            else { throw PayloadFault(.numberDoesNotFit, at: offset) }
            let kept = tape.keep(text)
            let start = Int(kept.start)
            return TapeKey(start..<start + Int(kept.count), isInArena: true)
        case .pending, .absent, .null, .bool, .float, .double, .bytes, .list, .map, .foreign:
            throw PayloadFault(.malformed("map key"), at: offset)
        }
    }
}

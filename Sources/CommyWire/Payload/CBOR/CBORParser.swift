/// CBOR (RFC 8949): all well-formed items, also those that are not in deterministic form.
///
/// Tags are stepped over, except big numbers, which are read when they fit. `undefined` is null.
/// Keys of maps are texts or integers.
internal struct CBORParser {
    private var parsing: TapeParsing
    private var cursor = PayloadCursor()

    static func parse(
        _ source: [UInt8], _ limits: PayloadLimits
    ) throws(PayloadFault) -> Tape {
        let bytes = unsafe source.span.bytes
        var parser = CBORParser(parsing: TapeParsing(source, limits))
        let isBreak = try parser.value(nil, .none, depth: 0, bytes)
        guard !isBreak else { throw PayloadFault(.malformed("CBOR break"), at: 0) }
        guard parser.cursor.isAtEnd(bytes) else {
            throw PayloadFault(.trailingBytes, at: parser.cursor.offset)
        }
        return parser.parsing.tape
    }

    private init(parsing: TapeParsing) { self.parsing = parsing }

    /// The begin of an item: its major type, and its argument; nil for an indefinite length.
    private struct Head {
        let start: Int
        let major: UInt8
        let info: UInt8
        let argument: UInt64?
    }

    private mutating func head(_ bytes: borrowing RawSpan) throws(PayloadFault) -> Head {
        let start = cursor.offset
        let first = try cursor.u8(bytes)
        let info = first & 0x1f
        let argument: UInt64?
        switch info {
        case 0..<24: argument = UInt64(info)
        case 24...27: argument = try cursor.big(1 << Int(info - 24), bytes)
        case 31 where ![0, 1, 6].contains(first >> 5): argument = nil
        // 28 to 30 are reserved, and numbers and tags have no indefinite form.
        default: throw PayloadFault(.malformed("CBOR item"), at: start)
        }
        return Head(start: start, major: first >> 5, info: info, argument: argument)
    }

    /// True when it was the break that ends an indefinite length.
    private mutating func value(
        _ parent: Int?, _ key: TapeKey, depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Bool {
        let start = cursor.offset
        var head = try head(bytes)
        while head.major == 6 {
            let tag = head.argument
            head = try self.head(bytes)
            if tag == 2 || tag == 3 {
                let number = try bigNumber(head, isNegative: tag == 3, bytes)
                _ = try parsing.add(number, to: parent, key, at: start)
                return false
            }
        }
        switch head.major {
        case 4: try list(head, parent, key, depth, bytes)
        case 5: try map(head, parent, key, depth, bytes)
        case 7 where head.argument == nil:
            guard start == head.start else {
                throw PayloadFault(.malformed("CBOR break"), at: head.start)
            }
            return true
        // Everything else has no values inside.
        default: _ = try parsing.add(try scalar(head, bytes), to: parent, key, at: start)
        }
        return false
    }

    private mutating func scalar(
        _ head: Head, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        switch head.major {
        case 0: return TapeNode(.unsigned, value: head.argument ?? 0)
        case 1: return TapeNode(.negative, value: head.argument ?? 0)
        case 2, 3: return try string(head, bytes)
        case 7: return try simple(head)
        // Containers and tags are read elsewhere.
        default: throw PayloadFault(.malformed("map key"), at: head.start)
        }
    }

    /// Section 3.3: booleans, null, floats, and numbers without a meaning.
    private func simple(_ head: Head) throws(PayloadFault) -> TapeNode {
        guard let argument = head.argument else {
            throw PayloadFault(.malformed("CBOR break"), at: head.start)
        }
        switch head.info {
        case 20: return TapeNode(.bool)
        case 21: return TapeNode(.bool, value: 1)
        case 22, 23: return TapeNode(.null)
        case 24:
            guard argument >= 32 else {
                throw PayloadFault(.malformed("CBOR simple value"), at: head.start)
            }
            return TapeNode(.foreign)
        case 25:
            let half = Float16(bitPattern: UInt16(argument))
            return TapeNode(.float, value: UInt64(Float(half).bitPattern))
        case 26: return TapeNode(.float, value: argument)
        case 27: return TapeNode(.double, value: argument)
        // Unassigned.
        default: return TapeNode(.foreign)
        }
    }

    private mutating func string(
        _ head: Head, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        let kind: TapeNode.Kind = head.major == 2 ? .bytes : .text
        if let count = head.argument {
            return parsing.content(kind, try content(head.major, count, bytes))
        }
        // Section 3.2.3: pieces of definite length up to a break, put together in the arena.
        let begin = parsing.tape.arena.count
        while true {
            let piece = try self.head(bytes)
            if piece.major == 7, piece.argument == nil { break }
            guard piece.major == head.major, let count = piece.argument else {
                throw PayloadFault(.malformed("CBOR piece"), at: piece.start)
            }
            let range = try content(head.major, count, bytes)
            unsafe bytes.withUnsafeBytes {
                unsafe parsing.tape.arena.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: $0[range]))
            }
        }
        var node = parsing.content(kind, begin..<parsing.tape.arena.count)
        node.flags = .contentInArena
        return node
    }

    private mutating func content(
        _ major: UInt8, _ count: UInt64, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Range<Int> {
        major == 2 ? try cursor.range(count, bytes) : try cursor.text(count, bytes)
    }

    /// Section 3.4.3: a byte string with the magnitude, most significant byte first.
    private mutating func bigNumber(
        _ head: Head, isNegative: Bool, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> TapeNode {
        guard head.major == 2, let count = head.argument else {
            throw PayloadFault(.malformed("CBOR big number"), at: head.start)
        }
        var value: UInt64 = 0
        let range = try cursor.range(count, bytes)
        var reader = PayloadCursor(at: range.lowerBound)
        for _ in range {
            guard value >> 56 == 0 else { throw PayloadFault(.numberDoesNotFit, at: head.start) }
            value = value << 8 | UInt64(try reader.u8(bytes))
        }
        return TapeNode(isNegative ? .negative : .unsigned, value: value)
    }

    private mutating func list(
        _ head: Head, _ parent: Int?, _ key: TapeKey, _ depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        try parsing.checkDepth(depth, at: head.start)
        let list = try parsing.add(TapeNode(.list), to: parent, key, at: head.start)
        var left = head.argument
        while left != 0 {
            let start = cursor.offset
            if try value(list, .none, depth: depth + 1, bytes) {
                guard left == nil else { throw PayloadFault(.malformed("CBOR break"), at: start) }
                break
            }
            left = left.map { $0 - 1 }
        }
        try parsing.close(list)
    }

    private mutating func map(
        _ head: Head, _ parent: Int?, _ key: TapeKey, _ depth: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        try parsing.checkDepth(depth, at: head.start)
        let map = try parsing.add(TapeNode(.map), to: parent, key, at: head.start)
        var left = head.argument
        while left != 0 {
            let name = try self.head(bytes)
            if name.major == 7, name.argument == nil, left == nil { break }
            let key = try parsing.key(try scalar(name, bytes), at: name.start)
            let start = cursor.offset
            if try value(map, key, depth: depth + 1, bytes) {
                throw PayloadFault(.malformed("CBOR break"), at: start)
            }
            left = left.map { $0 - 1 }
        }
        try parsing.close(map)
    }
}

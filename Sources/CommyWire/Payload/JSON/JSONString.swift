/// The inside of a JSON string (RFC 8259 section 7).
internal enum JSONString {
    /// Moves behind the closing quote and returns true, or returns false at the first escape.
    static func skipPlain(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Bool {
        while true {
            let byte = try cursor.u8(bytes)
            if byte == 0x22 { return true }
            if byte == 0x5c { return false }
            guard byte >= 0x20 else {
                throw PayloadFault(.malformed("control character"), at: cursor.offset - 1)
            }
        }
    }

    /// Writes the string from `start`, with its escapes resolved, up to the closing quote; `cursor`
    /// stands behind the first backslash.
    static func unescape(
        from start: Int, _ cursor: inout PayloadCursor, into arena: inout [UInt8],
        _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        try append(start..<cursor.offset - 1, to: &arena, bytes)
        while true {
            try escape(&cursor, into: &arena, bytes)
            let plain = cursor.offset
            let isEnd = try skipPlain(&cursor, bytes)
            try append(plain..<cursor.offset - 1, to: &arena, bytes)
            if isEnd { return }
        }
    }

    private static func append(
        _ range: Range<Int>, to arena: inout [UInt8], _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        if let wrong = UTF8Check.firstInvalid(in: range, bytes) {
            throw PayloadFault(.invalidUTF8, at: wrong)
        }
        unsafe bytes.withUnsafeBytes {
            unsafe arena.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[range]))
        }
    }

    private static func escape(
        _ cursor: inout PayloadCursor, into arena: inout [UInt8], _ bytes: borrowing RawSpan
    ) throws(PayloadFault) {
        let start = cursor.offset - 1
        switch try cursor.u8(bytes) {
        case 0x22: arena.append(0x22)
        case 0x5c: arena.append(0x5c)
        case 0x2f: arena.append(0x2f)
        case 0x62: arena.append(0x08)
        case 0x66: arena.append(0x0c)
        case 0x6e: arena.append(0x0a)
        case 0x72: arena.append(0x0d)
        case 0x74: arena.append(0x09)
        case 0x75:
            let scalar = try scalar(&cursor, from: start, bytes)
            arena.append(contentsOf: String(Character(scalar)).utf8)
        // No other letter has a meaning behind a backslash.
        default: throw PayloadFault(.malformed("escape"), at: start)
        }
    }

    /// `\u` and its four digits, and a second one when the first is half of a pair.
    private static func scalar(
        _ cursor: inout PayloadCursor, from start: Int, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> Unicode.Scalar {
        let first = try hex(&cursor, bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isHigh = (0xd800...0xdbff).contains(first)
        guard isHigh, try cursor.u8(bytes) == 0x5c, try cursor.u8(bytes) == 0x75 else {
            throw PayloadFault(.malformed("surrogate"), at: start)
        }
        let second = try hex(&cursor, bytes)
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw PayloadFault(.malformed("surrogate"), at: start) }
        return scalar
    }

    private static func hex(
        _ cursor: inout PayloadCursor, _ bytes: borrowing RawSpan
    ) throws(PayloadFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit = try cursor.u8(bytes)
            let number: UInt32
            switch digit {
            case 0x30...0x39: number = UInt32(digit - 0x30)
            case 0x41...0x46: number = UInt32(digit - 0x41 + 10)
            case 0x61...0x66: number = UInt32(digit - 0x61 + 10)
            // Everything else is no hexadecimal digit.
            default: throw PayloadFault(.malformed("escape"), at: cursor.offset - 1)
            }
            value = value << 4 | number
        }
        return value
    }
}

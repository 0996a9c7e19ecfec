/// Finds bytes that are no UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF).
internal enum UTF8Check {
    /// Where the first sequence begins that is not valid; nil when all are.
    static func firstInvalid(in range: Range<Int>, _ bytes: borrowing RawSpan) -> Int? {
        unsafe bytes.withUnsafeBytes { bytes in
            var index = range.lowerBound
            while index < range.upperBound {
                while index + 8 <= range.upperBound {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    guard word & 0x8080_8080_8080_8080 == 0 else { break }
                    index += 8
                }
                guard index < range.upperBound else { break }
                let length = unsafe Self.sequenceLength(at: index, before: range.upperBound, bytes)
                guard length > 0 else { return index }
                index += length
            }
            return nil
        }
    }

    /// Bytes of the valid sequence at `index`, or 0.
    static func sequenceLength(
        at index: Int, before end: Int, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        let first = unsafe bytes[index]
        if first < 0x80 { return 1 }
        // Table 3-7 of the Unicode Standard: the second byte's range depends on the first.
        let (length, low, high): (Int, UInt8, UInt8) =
            switch first {
            case 0xc2...0xdf: (2, 0x80, 0xbf)
            case 0xe0: (3, 0xa0, 0xbf)
            case 0xed: (3, 0x80, 0x9f)
            case 0xe1...0xef: (3, 0x80, 0xbf)
            case 0xf0: (4, 0x90, 0xbf)
            case 0xf1...0xf3: (4, 0x80, 0xbf)
            case 0xf4: (4, 0x80, 0x8f)
            // No sequence begins with any other byte.
            default: (0, 0, 0)
            }
        guard length > 0, index + length <= end else { return 0 }
        guard unsafe bytes[index + 1] >= low, unsafe bytes[index + 1] <= high else { return 0 }
        for next in index + 2..<max(index + 2, index + length) {
            guard unsafe bytes[next] & 0xc0 == 0x80 else { return 0 }
        }
        return length
    }
}

/// RFC 4648 section 4, with padding: how bytes stand in JSON.
internal enum Base64 {
    static func encode(_ bytes: borrowing RawSpan, into writer: inout ByteWriter) {
        unsafe bytes.withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                let count = min(3, bytes.count - index)
                var group: UInt32 = 0
                for offset in 0..<3 {
                    let byte = unsafe offset < count ? bytes[index + offset] : 0
                    group = group << 8 | UInt32(byte)
                }
                for digit in 0..<4 {
                    let isPadding = digit > count
                    let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * digit)) & 0x3f
                    writer.u8(isPadding ? 0x3d : letter(value))
                }
                index += count
            }
        }
    }

    /// Nil when it is no base64: wrong letters, wrong padding, or bits behind the end.
    static func decode(_ text: borrowing RawSpan) -> [UInt8]? {
        unsafe text.withUnsafeBytes { text in
            guard text.count % 4 == 0 else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.count / 4 * 3)
            var index = 0
            while index < text.count {
                var group: UInt32 = 0
                var padding = 0
                for offset in 0..<4 {
                    let letter = unsafe text[index + offset]
                    let isLast = index + 4 == text.count
                    if letter == 0x3d, isLast, offset >= 2 {
                        padding += 1
                        group <<= 6
                    } else {
                        guard padding == 0, let value = value(letter) else { return nil }
                        group = group << 6 | UInt32(value)
                    }
                }
                for offset in 0..<3 - padding {
                    bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * offset)))
                }
                let unused = padding == 2 ? group & 0xffff : padding == 1 ? group & 0xff : 0
                guard unused == 0 else { return nil }
                index += 4
            }
            return bytes
        }
    }

    private static func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x61 + value - 26
        case 52..<62: 0x30 + value - 52
        case 62: 0x2b
        // 63, the last of six bits.
        default: 0x2f
        }
    }

    private static func value(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x41...0x5a: letter - 0x41
        case 0x61...0x7a: letter - 0x61 + 26
        case 0x30...0x39: letter - 0x30 + 52
        case 0x2b: 62
        case 0x2f: 63
        // Every other byte is no letter of base64.
        default: nil
        }
    }
}

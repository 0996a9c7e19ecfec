/// Texts as bytes that are lent: comparing and making strings of them.
internal enum ByteText {
    /// A string of bytes that were found to be UTF-8 before.
    static func string(_ bytes: borrowing RawSpan) -> String {
        unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    static func equals(_ bytes: borrowing RawSpan, _ text: String) -> Bool {
        guard bytes.byteCount == text.utf8.count else { return false }
        return unsafe bytes.withUnsafeBytes { bytes in
            let isEqual = unsafe text.utf8.withContiguousStorageIfAvailable { text in
                unsafe equals(bytes, UnsafeRawBufferPointer(text))
            }
            return unsafe isEqual ?? text.utf8.elementsEqual(bytes)
        }
    }

    /// Of one length; eight bytes at a time.
    private static func equals(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        var index = 0
        while index + 8 <= left.count {
            let word = unsafe left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let other = unsafe right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word != other { return false }
            index += 8
        }
        while index < left.count {
            if unsafe left[index] != right[index] { return false }
            index += 1
        }
        return true
    }

    /// Below 0 when the left one comes first, byte by byte.
    static func compare(_ left: borrowing RawSpan, _ right: borrowing RawSpan) -> Int {
        unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                for index in 0..<min(left.count, right.count) {
                    let difference = unsafe Int(left[index]) - Int(right[index])
                    if difference != 0 { return difference }
                }
                return left.count - right.count
            }
        }
    }

    static func compare(_ left: borrowing RawSpan, _ right: String) -> Int {
        var right = right
        return right.withUTF8 { right in unsafe compare(left, RawSpan(_unsafeElements: right)) }
    }
}

/// A checksum of the names of all fields in the order in which they are written.
///
/// The formats without names put it behind the value. So a reader whose type has other fields, or
/// the same in another order, gets an error and not numbers in the wrong places.
internal struct PositionalShape {
    /// FNV-1a (Fowler, Noll, Vo), 32 bits.
    private var hash: UInt32 = 0x811c_9dc5

    mutating func mix(_ name: String) {
        for byte in name.utf8 { mix(byte) }
        // A byte that UTF-8 never has ends the name.
        mix(0xff)
    }

    mutating func mix(_ name: borrowing RawSpan) {
        unsafe name.withUnsafeBytes { name in
            for index in 0..<name.count { unsafe mix(name[index]) }
        }
        mix(0xff)
    }

    private mutating func mix(_ byte: UInt8) {
        hash = (hash ^ UInt32(byte)) &* 0x0100_0193
    }

    /// All of it, for `fixed`.
    var full: UInt32 { hash }
    /// Half of it, for `compact`.
    var folded: UInt16 { UInt16(truncatingIfNeeded: hash ^ (hash >> 16)) }
}

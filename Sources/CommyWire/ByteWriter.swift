/// Puts numbers and texts behind each other, as `ByteReader` reads them.
public struct ByteWriter: Sendable, Equatable {
    public private(set) var bytes: [UInt8]

    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    public var count: Int { bytes.count }

    public mutating func u8(_ value: UInt8) { bytes.append(value) }

    public mutating func u16(_ value: UInt16) {
        for shift in [UInt16(0), 8] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    public mutating func u32(_ value: UInt32) {
        for index in UInt32(0)..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    public mutating func u64(_ value: UInt64) {
        for index in UInt64(0)..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    public mutating func raw(_ content: some Sequence<UInt8>) { bytes.append(contentsOf: content) }

    /// A text behind its length in bytes.
    public mutating func text(_ text: String) {
        varint(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

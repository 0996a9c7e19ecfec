/// Puts numbers and texts behind each other, as `ByteReader` reads them.
public struct ByteWriter: Sendable, Equatable {
    @usableFromInline
    internal var storage: [UInt8]

    @inlinable
    public init(capacity: Int = 0) {
        storage = []
        storage.reserveCapacity(capacity)
    }

    /// What was written.
    @inlinable
    public var bytes: [UInt8] { storage }

    @inlinable
    public var count: Int { storage.count }

    @inlinable
    public mutating func u8(_ value: UInt8) { storage.append(value) }

    @inlinable
    public mutating func u16(_ value: UInt16) { number(value.littleEndian) }

    @inlinable
    public mutating func u32(_ value: UInt32) { number(value.littleEndian) }

    @inlinable
    public mutating func u64(_ value: UInt64) { number(value.littleEndian) }

    /// The number whose bytes in memory are those to write.
    @inlinable
    internal mutating func number(_ value: some FixedWidthInteger & BitwiseCopyable) {
        unsafe withUnsafeBytes(of: value) { unsafe storage.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        storage.append(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    public mutating func raw(_ content: some Sequence<UInt8>) {
        storage.append(contentsOf: content)
    }

    /// A copy of all these bytes.
    @inlinable
    public mutating func raw(_ content: borrowing RawSpan) {
        unsafe content.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    }

    /// A text behind its length in bytes.
    @inlinable
    public mutating func text(_ text: String) {
        varint(UInt64(text.utf8.count))
        storage.append(contentsOf: text.utf8)
    }

    /// Overwrites the four bytes at `offset`, which were written before.
    @inlinable
    public mutating func patchU32(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= storage.count)
        for index in 0..<4 {
            storage[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }

    /// Overwrites the eight bytes at `offset`, which were written before.
    @inlinable
    public mutating func patchU64(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset + 8 <= storage.count)
        for index in 0..<8 {
            storage[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }

    /// Overwrites the byte at `offset`, which was written before.
    @inlinable
    public mutating func patchU8(_ value: UInt8, at offset: Int) {
        storage[offset] = value
    }

    /// Takes back all but the first `count` bytes.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= storage.count)
        storage.removeLast(storage.count - count)
    }

    public mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

    /// Takes the first `count` bytes away and moves the rest to the begin.
    internal mutating func removeFirst(_ count: Int) { storage.removeFirst(count) }
}

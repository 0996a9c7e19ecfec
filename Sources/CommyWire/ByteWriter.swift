/// Puts numbers and texts behind each other, as `ByteReader` reads them.
///
/// Invariant: `used <= storage.count`. What lies behind `used` is room that was made before; it
/// means nothing.
public struct ByteWriter: Sendable, Equatable {
    @usableFromInline
    internal var storage: [UInt8]
    @usableFromInline
    internal var used = 0

    @inlinable
    public init(capacity: Int = 0) {
        storage = [UInt8](repeating: 0, count: capacity)
    }

    public static func == (left: ByteWriter, right: ByteWriter) -> Bool {
        left.storage[..<left.used] == right.storage[..<right.used]
    }

    /// A copy of what was written.
    @inlinable
    public var bytes: [UInt8] { Array(storage[..<used]) }

    @inlinable
    public var count: Int { used }

    /// Lends what was written.
    @inlinable
    public func withBytes<Value, Failure: Error>(
        _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try unsafe body(storage.span.bytes.extracting(first: used))
    }

    @inlinable
    public mutating func u8(_ value: UInt8) { number(value) }

    @inlinable
    public mutating func u16(_ value: UInt16) { number(value.littleEndian) }

    @inlinable
    public mutating func u32(_ value: UInt32) { number(value.littleEndian) }

    @inlinable
    public mutating func u64(_ value: UInt64) { number(value.littleEndian) }

    /// The number whose bytes in memory are those to write.
    @inlinable
    internal mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number) {
        let start = makeRoom(MemoryLayout<Number>.size)
        store(value, at: start)
    }

    @inlinable
    internal mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(
        _ value: Number, at offset: Int
    ) {
        unsafe storage.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value, toByteOffset: offset, as: Number.self)
        }
    }

    @inlinable
    public mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            u8(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        u8(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    public mutating func raw(_ content: some Sequence<UInt8>) {
        let isCopied: Void? = content.withContiguousStorageIfAvailable { content in
            unsafe copy(UnsafeRawBufferPointer(content))
        }
        if isCopied == nil { for byte in content { u8(byte) } }
    }

    /// A copy of all these bytes.
    @inlinable
    public mutating func raw(_ content: borrowing RawSpan) {
        unsafe content.withUnsafeBytes { unsafe copy($0) }
    }

    /// So many bytes of value 0.
    public mutating func zeros(_ count: Int) {
        let start = makeRoom(count)
        unsafe storage.withUnsafeMutableBytes { storage in
            for index in start..<start + count { unsafe storage[index] = 0 }
        }
    }

    /// A text behind its length in bytes.
    @inlinable
    public mutating func text(_ text: String) {
        varint(UInt64(text.utf8.count))
        raw(text.utf8)
    }

    /// Overwrites the four bytes at `offset`, which were written before.
    @inlinable
    public mutating func patchU32(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= used)
        store(value.littleEndian, at: offset)
    }

    /// Overwrites the eight bytes at `offset`, which were written before.
    @inlinable
    public mutating func patchU64(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset + 8 <= used)
        store(value.littleEndian, at: offset)
    }

    /// Overwrites the byte at `offset`, which was written before.
    @inlinable
    public mutating func patchU8(_ value: UInt8, at offset: Int) {
        precondition(offset >= 0 && offset < used)
        store(value, at: offset)
    }

    /// Takes back all but the first `count` bytes.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= used)
        used = count
    }

    /// Takes all back; the memory stays.
    @inlinable
    public mutating func removeAll() { used = 0 }

    /// Takes the first `count` bytes away and moves the rest to the begin.
    internal mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= used)
        let rest = used - count
        unsafe storage.withUnsafeMutableBytes { storage in
            let source = unsafe UnsafeRawBufferPointer(rebasing: storage[count..<count + rest])
            unsafe storage.copyMemory(from: source)
        }
        used = rest
    }

    /// Room for `count` bytes more; returns where they begin.
    @inlinable
    internal mutating func makeRoom(_ count: Int) -> Int {
        let start = used
        used += count
        if used > storage.count { grow() }
        return start
    }

    @usableFromInline
    internal mutating func grow() {
        let size = max(64, used, 2 * storage.count)
        storage.append(contentsOf: repeatElement(0, count: size - storage.count))
    }

    @inlinable
    internal mutating func copy(_ content: UnsafeRawBufferPointer) {
        let start = makeRoom(content.count)
        unsafe storage.withUnsafeMutableBytes { storage in
            let end = start + content.count
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[start..<end])
                .copyMemory(from: content)
        }
    }
}

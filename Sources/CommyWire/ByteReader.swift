/// Reads numbers and texts from bytes, front to back. The bytes are handed in at each call, because
/// a span may not be stored; a reader belongs to one span from its first call to its last.
///
/// Numbers are little-endian. `take` is the one place where bounds are checked; what is loaded, it
/// has given out. Every method throws instead of reading past the end, so a decoder
/// that is built on it is total.
public struct ByteReader: Sendable {
    @usableFromInline
    internal var position: Int

    /// What the next call reads first.
    @inlinable
    public var offset: Int { position }

    @inlinable
    public init(at offset: Int = 0) {
        precondition(offset >= 0)
        position = offset
    }

    /// Reads an array; `decode` gets a reader at its begin, and the bytes.
    @inlinable
    public static func reading<Value, Failure: Error>(
        _ array: borrowing [UInt8],
        _ decode: (inout ByteReader, borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var reader = ByteReader()
        return try unsafe decode(&reader, array.span.bytes)
    }

    @inlinable
    public func isAtEnd(_ bytes: borrowing RawSpan) -> Bool { position >= bytes.byteCount }

    @inlinable
    public func remaining(_ bytes: borrowing RawSpan) -> Int {
        max(0, bytes.byteCount - position)
    }

    /// Refuses bytes behind the value, which only a sender with a bug leaves.
    @inlinable
    public func expectEnd(_ bytes: borrowing RawSpan) throws(WireError) {
        guard isAtEnd(bytes) else { throw .invalid("trailing bytes") }
    }

    /// The next byte, which stays the next one.
    @inlinable
    public func peek(_ bytes: borrowing RawSpan) throws(WireError) -> UInt8 {
        guard position < bytes.byteCount else { throw .truncated }
        return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    }

    @inlinable
    public mutating func u8(_ bytes: borrowing RawSpan) throws(WireError) -> UInt8 {
        let start = try take(1, bytes)
        return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self)
    }

    @inlinable
    public mutating func u16(_ bytes: borrowing RawSpan) throws(WireError) -> UInt16 {
        let start = try take(2, bytes)
        let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt16.self)
        return UInt16(littleEndian: word)
    }

    @inlinable
    public mutating func u32(_ bytes: borrowing RawSpan) throws(WireError) -> UInt32 {
        let start = try take(4, bytes)
        let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt32.self)
        return UInt32(littleEndian: word)
    }

    @inlinable
    public mutating func u64(_ bytes: borrowing RawSpan) throws(WireError) -> UInt64 {
        let start = try take(8, bytes)
        let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// An unsigned number in groups of seven bits, least significant first, in its shortest form
    /// (LEB128); at most ten bytes.
    @inlinable
    public mutating func varint(_ bytes: borrowing RawSpan) throws(WireError) -> UInt64 {
        let first = try u8(bytes)
        guard first & 0x80 != 0 else { return UInt64(first) }
        return try varint(after: first, bytes)
    }

    /// The offsets of the next `count` bytes.
    @inlinable
    public mutating func range(
        _ count: Int, _ bytes: borrowing RawSpan
    ) throws(WireError) -> Range<Int> {
        let start = try take(count, bytes)
        return start..<start + count
    }

    /// A copy of the next `count` bytes.
    public mutating func array(
        _ count: Int, _ bytes: borrowing RawSpan
    ) throws(WireError) -> [UInt8] {
        let start = try take(count, bytes)
        return unsafe bytes.withUnsafeBytes { whole in
            unsafe Array(UnsafeRawBufferPointer(rebasing: whole[start..<start + count]))
        }
    }

    /// The next `count` bytes as a text, which must be valid UTF-8.
    public mutating func utf8(
        _ count: Int, _ name: StaticStringName, _ bytes: borrowing RawSpan
    ) throws(WireError) -> String {
        let start = try take(count, bytes)
        guard UTF8Check.firstInvalid(in: start..<start + count, bytes) == nil else {
            throw .invalid(name)
        }
        return unsafe bytes.withUnsafeBytes { whole in
            let text = unsafe UnsafeRawBufferPointer(rebasing: whole[start..<start + count])
            return unsafe String(decoding: text, as: UTF8.self)
        }
    }

    /// A text whose length in bytes comes first as a varint; valid UTF-8 of at most `limit` bytes.
    public mutating func text(
        limit: Int, _ name: StaticStringName, _ bytes: borrowing RawSpan
    ) throws(WireError) -> String {
        let count = try count(limit: limit, name, bytes)
        return try utf8(count, name, bytes)
    }

    /// A number of things as a varint of at most `limit`.
    @inlinable
    public mutating func count(
        limit: Int, _ name: StaticStringName, _ bytes: borrowing RawSpan
    ) throws(WireError) -> Int {
        let count = try varint(bytes)
        guard count <= UInt64(limit) else { throw .tooLarge(name) }
        return Int(count)
    }

    @inlinable
    internal mutating func take(
        _ count: Int, _ bytes: borrowing RawSpan
    ) throws(WireError) -> Int {
        guard count >= 0, bytes.byteCount - position >= count else { throw .truncated }
        defer { position += count }
        return position
    }

    @usableFromInline
    internal mutating func varint(
        after first: UInt8, _ bytes: borrowing RawSpan
    ) throws(WireError) -> UInt64 {
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while true {
            let byte = try u8(bytes)
            if shift == 63, byte > 1 { throw .invalid("varint") }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 {
                if byte == 0 { throw .invalid("varint") }
                return value
            }
            shift += 7
        }
    }
}

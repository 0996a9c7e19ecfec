/// The bytes of one datagram of a source: a header that names the request, then filling; numbers
/// are little-endian.
///
///     0  u32 magic    4  u32 0    8  u64 identity of the source    16 u64 ordinal
///
/// A source with a payload of its own (a text) has no room for a header; its answers are taken for
/// the oldest request under way.
public enum DatagramPayload {
    public static let headerBytes = 24
    private static let magic: UInt32 = 0x594d_4d43

    /// A payload of `size` bytes, at least `headerBytes`, with room for the ordinal.
    public static func blank(size: Int, identity: UInt64) -> [UInt8] {
        precondition(size >= headerBytes, "a header needs its room")
        var bytes = [UInt8](repeating: 0, count: size)
        put(UInt64(magic), 8, into: &bytes, at: 0)
        put(identity, 8, into: &bytes, at: 8)
        for index in headerBytes..<size { bytes[index] = UInt8(truncatingIfNeeded: index) }
        return bytes
    }

    public static func setOrdinal(_ ordinal: UInt64, of bytes: inout [UInt8]) {
        put(ordinal, 8, into: &bytes, at: 16)
    }

    /// The ordinal in a datagram of the source with this identity; nil for any other bytes.
    public static func ordinal(of bytes: ArraySlice<UInt8>, identity: UInt64) -> UInt64? {
        guard bytes.count >= headerBytes, get(bytes, 0) == UInt64(magic), get(bytes, 8) == identity
        else { return nil }
        return get(bytes, 16)
    }

    private static func put(_ value: UInt64, _ count: Int, into bytes: inout [UInt8], at start: Int)
    {
        for index in 0..<count {
            bytes[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
        }
    }

    private static func get(_ bytes: ArraySlice<UInt8>, _ start: Int) -> UInt64 {
        (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[bytes.startIndex + start + $1]) }
    }
}

/// What a payload may be at most, against senders that lie.
///
/// Memory for a payload stays below `byteCount + 40 * valueCount` bytes beside the value itself.
public struct PayloadLimits: Sendable, Equatable {
    /// Bytes of one payload.
    public var byteCount: Int
    /// Levels of lists and maps in each other. Reading and writing use the stack, about 1 KiB a
    /// level; 128 levels fit any thread.
    public var depth: Int
    /// Values in one payload, containers counted.
    public var valueCount: Int

    public init(
        byteCount: Int = 16 << 20, depth: Int = 64, valueCount: Int = 1 << 20
    ) {
        precondition(byteCount > 0 && byteCount < 1 << 31, "offsets are kept in 32 bits")
        precondition(depth > 0 && depth <= 128, "one level takes about 1 KiB of stack")
        precondition(valueCount > 0 && valueCount < 1 << 31)
        self.byteCount = byteCount
        self.depth = depth
        self.valueCount = valueCount
    }

    public static let standard = PayloadLimits()
}

/// Counts how many bytes of DATA one side may still send in one direction of one stream, or of the
/// whole link. Both sides keep it: the sender spends what it sends, the receiver what arrives.
///
/// Invariant: the window is never negative and never above the ceiling; what would make it so is
/// refused and the window stays as it was.
public struct CreditWindow: Sendable, Equatable {
    /// Bytes that may still be sent.
    public private(set) var available: UInt32

    public init(_ initial: UInt32) { available = initial }

    /// Spends `count` bytes; false when there are not so many.
    public mutating func spend(_ count: UInt32) -> Bool {
        guard count <= available else { return false }
        available -= count
        return true
    }

    /// Adds `count` bytes; false when the window would rise above `ceiling`.
    public mutating func grant(_ count: UInt32, ceiling: UInt32) -> Bool {
        let (sum, overflow) = available.addingReportingOverflow(count)
        guard !overflow, sum <= ceiling else { return false }
        available = sum
        return true
    }
}

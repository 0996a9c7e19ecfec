public import CommyBase

/// Spaces attempts: each waits for a draw between zero and a bound that doubles up to a last one
/// (full jitter: Brooker, "Exponential Backoff And Jitter", 2015), so that many nodes that lost the
/// same peer do not come back at the same time.
public struct BackOff: Sendable, Equatable {
    public private(set) var failures = 0

    public init() {}

    /// An attempt failed. How long to wait before the next.
    public mutating func failed(
        first: Duration, last: Duration, _ random: inout RandomStream
    ) -> Duration {
        let doublings = min(failures, 20)
        failures += 1
        let bound = min(last.nanoseconds, first.nanoseconds << Int64(doublings))
        // Never at once: at least an eighth of the first bound.
        let least = first.nanoseconds / 8
        return .nanoseconds(least + Int64(random.nextUnit() * Double(bound - least)))
    }

    public mutating func succeeded() { failures = 0 }
}

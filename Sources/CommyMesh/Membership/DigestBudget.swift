internal import CommyBase

/// How many full digests this node may send now: a token bucket, so that a join storm in which
/// every view differs from every other does not become a storm of digests.
struct DigestBudget: Sendable, Equatable {
    private var tokens: Int
    private var refilledAt: MeshInstant
    private let burst: Int
    private let interval: Duration

    init(burst: Int, interval: Duration, at now: MeshInstant) {
        precondition(burst > 0 && interval > .zero)
        tokens = burst
        refilledAt = now
        self.burst = burst
        self.interval = interval
    }

    /// True when one may go out now; it is taken.
    mutating func take(at now: MeshInstant) -> Bool {
        let earned = (now - refilledAt).nanoseconds / interval.nanoseconds
        if earned > 0 {
            tokens = Int(min(Int64(burst), Int64(tokens) + earned))
            refilledAt = refilledAt + .nanoseconds(earned * interval.nanoseconds)
        }
        guard tokens > 0 else { return false }
        tokens -= 1
        return true
    }
}

/// How far this node should distrust itself: a slow node sees all others as slow (Lifeguard,
/// section IV-A).
///
/// Deviation: standing still, which the clock shows directly, counts too.
struct LocalHealth: Sendable, Equatable {
    /// 0 is well; at most `limit - 1`.
    private(set) var score: UInt8 = 0
    private let limit: UInt8

    init(limit: UInt8) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Intervals and patiences are this many times as long.
    var multiplier: Int { Int(score) + 1 }

    mutating func probeSucceeded() { score -= score > 0 ? 1 : 0 }

    /// Helpers that sent not even a nack count against this node; when none was asked, the failure
    /// itself does.
    mutating func probeFailed(helpers: Int, refusals: Int) {
        precondition(refusals <= helpers)
        worsen(by: helpers == 0 ? 1 : helpers - refusals)
    }

    mutating func refutedItself() { worsen(by: 1) }
    mutating func stoodStill() { worsen(by: 1) }

    private mutating func worsen(by points: Int) {
        score = UInt8(min(Int(score) + points, Int(limit) - 1))
    }
}

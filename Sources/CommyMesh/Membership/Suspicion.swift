internal import CommyBase

/// How long one suspected member has left to refute: from a longest to a shortest time, the more
/// members suspect it independently, the shorter (Lifeguard, section IV-B).
///
/// remaining = longest - log(c + 1) / log(k + 1) * (longest - shortest), for c confirmations of the
/// k that are wanted.
///
/// Deviations: the shortest time grows by a fixed step per decade of n instead of by a factor,
/// because refutations are pushed and do not wait for probes; and k is never more than the members
/// that could confirm.
struct Suspicion: Sendable, Equatable {
    let target: NodeID
    private(set) var startedAt: MeshInstant
    private(set) var deadline: MeshInstant
    private let shortest: Duration
    private let longest: Duration
    private let wanted: Int

    /// `liveCount` counts the suspected member and this node.
    init(
        target: NodeID, confirmations: Int, liveCount: Int, limits: MembershipLimits,
        at now: MeshInstant
    ) {
        self.target = target
        startedAt = now
        longest = limits.suspicionLimit
        shortest = Self.shortest(liveCount: liveCount, limits: limits)
        wanted = max(0, min(limits.confirmations, liveCount - 2))
        deadline = now
        confirmed(by: confirmations)
    }

    static func shortest(liveCount: Int, limits: MembershipLimits) -> Duration {
        let decades = ElementaryFunctions.ln(Double(max(1, liveCount))) / Self.ln10
        let step = Double(limits.suspicionPerDecade.nanoseconds) * decades
        return min(limits.suspicionLimit, limits.suspicionBase + .nanoseconds(Int64(step)))
    }

    private static let ln10 = ElementaryFunctions.ln(10)

    /// So many others suspect it too.
    mutating func confirmed(by confirmations: Int) {
        precondition(confirmations >= 0)
        guard wanted > 0 else {
            // Nobody can confirm: waiting for it would only delay the verdict.
            deadline = startedAt + shortest
            return
        }
        let share =
            ElementaryFunctions.ln(Double(min(confirmations, wanted) + 1))
            / ElementaryFunctions.ln(Double(wanted + 1))
        let cut = Double((longest - shortest).nanoseconds) * share
        deadline = startedAt + longest - .nanoseconds(Int64(cut))
    }

    mutating func postpone(by span: Duration) {
        startedAt = startedAt + span
        deadline = deadline + span
    }
}

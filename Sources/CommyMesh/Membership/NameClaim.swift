/// Decides whether this process may bear its name when another life of the name is said to run.
///
///     undisputed --told--> disputed(claims) --claimLimit claims--> seeking --refused--> yielded
///
/// After a restart the other life is this node's own past, and one claim settles it. If the other
/// process still runs, it claims back each time; the one that began, the newcomer, runs out of
/// claims first, and looks for the other at its addresses. It yields only when a process with a
/// certificate of the name is there and turns it away: what others tell can be made up. (SWIM has
/// no such case: its members are addresses.)
struct NameClaim: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case undisputed
        /// Fewer than `limit` claims against this life.
        case disputed(with: UInt64, claims: UInt8)
        /// So many claims did not settle it.
        case seeking(UInt64)
        case yielded(to: UInt64)
    }
    enum OnOtherLife: Sendable, Equatable {
        /// The raised incarnation may settle it.
        case claim
        /// Look for the other process, too.
        case seek
    }
    enum OnRefusal: Sendable, Equatable {
        case nothing
        case yield(to: UInt64)
    }

    private(set) var state: State = .undisputed
    /// The life that this process has turned away itself, the last one.
    private var refusedLife: UInt64?
    private let limit: UInt8

    init(limit: UInt8) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Somebody tells a newer record of this node's name, from another life that may be running.
    mutating func otherLifeTold(_ life: UInt64) -> OnOtherLife {
        var claims: UInt8 = 1
        switch state {
        case .undisputed: break
        case .disputed(with: life, let before): claims = before + 1
        case .seeking(life): return .seek
        // A third life: the dispute with the second is over.
        case .disputed, .seeking: break
        // Benign race: news that was under way. The verdict stands.
        case .yielded: return .claim
        }
        state = claims < limit ? .disputed(with: life, claims: claims) : .seeking(life)
        return claims < limit ? .claim : .seek
    }

    /// This process has turned away another one that may bear the name.
    mutating func turnedAway(_ life: UInt64) { refusedLife = life }

    /// Another process that may bear the name has turned this one away.
    mutating func refused(ownLife: UInt64) -> OnRefusal {
        switch state {
        case .undisputed, .disputed:
            // This node met a newcomer, by dialling a seed: that one runs out of claims first.
            return .nothing
        case .seeking(let life):
            // Each has turned the other away: one of them must stay, and both know which.
            if refusedLife == life, ownLife > life { return .nothing }
            state = .yielded(to: life)
            return .yield(to: life)
        case .yielded: return .nothing
        }
    }
}

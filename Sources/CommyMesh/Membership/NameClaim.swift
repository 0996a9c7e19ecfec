/// Decides whether this process may bear its name when news of another life of the name comes.
///
///     undisputed --other life--> disputed(claims) --claimLimit claims--> yielded
///
/// After a restart the other life is this node's own past, and one claim settles it. If the other
/// process still runs, it claims back each time; the one that began, the newcomer, runs out of
/// claims first and yields. (SWIM has no such case: its members are addresses.)
struct NameClaim: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case undisputed
        case disputed(with: UInt64, claims: UInt8)
        case yielded(to: UInt64)
    }
    enum OnOtherLife: Sendable, Equatable {
        /// Raise the incarnation above the other's.
        case claim
        case yield
    }

    private(set) var state: State = .undisputed
    private let limit: UInt8

    init(limit: UInt8) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// A newer record of this node's name comes from another life that may be running.
    mutating func otherLifeSeen(_ life: UInt64) -> OnOtherLife {
        switch state {
        case .undisputed:
            state = .disputed(with: life, claims: 1)
            return .claim
        case .disputed(with: let known, let claims):
            guard known == life else {
                state = .disputed(with: life, claims: 1)
                return .claim
            }
            guard claims < limit else {
                state = .yielded(to: life)
                return .yield
            }
            state = .disputed(with: life, claims: claims + 1)
            return .claim
        case .yielded:
            // Benign race: news that was under way. The verdict stands.
            return .yield
        }
    }
}

internal import CommyBase

/// Decides when own changes are told: after a short wait, so that changes which come together
/// travel together; and after a burst at a fixed rate, so that a flapping service cannot flood.
///
///     idle --change--> waiting(until) --deadline--> idle
///
/// What is told is read from the ledger at that moment, so only the last state of an instance is
/// ever sent, however often it changed.
struct DeltaQueue: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case idle
        case waiting(until: MeshInstant)
    }
    private(set) var state: State = .idle
    /// The owner's counter up to which everything was told.
    private(set) var told: UInt64 = 0
    /// When the rate would be kept exactly (the theoretical arrival time of the generic cell rate
    /// algorithm, ITU-T I.371).
    private var paidUntil = MeshInstant(nanoseconds: .min / 2)
    private let limits: CatalogLimits

    init(limits: CatalogLimits) { self.limits = limits }

    var deadline: MeshInstant {
        switch state {
        case .idle: .never
        case .waiting(let until): until
        }
    }

    mutating func changed(at now: MeshInstant) {
        switch state {
        case .waiting: return
        case .idle:
            let burst = limits.broadcastInterval * (limits.broadcastBurst - 1)
            state = .waiting(until: max(now + limits.coalescing, paidUntil - burst))
        }
    }

    /// Gives the counter after which to tell, when it is time.
    mutating func due(counter: UInt64, at now: MeshInstant) -> UInt64? {
        switch state {
        case .idle: return nil
        case .waiting(let until):
            guard now >= until else { return nil }
            defer { told = counter }
            state = .idle
            paidUntil = max(paidUntil, now) + limits.broadcastInterval
            return told < counter ? told : nil
        }
    }

    /// Receivers doubt everything that they were told before this: tell all of it.
    mutating func forgetTold() { told = 0 }
}

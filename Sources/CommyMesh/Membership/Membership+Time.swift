public import CommyBase

// What time does.
extension Membership {
    /// When `advance` is due.
    public var nextDeadline: MeshInstant {
        guard phase == .member else { return .never }
        var next = min(nextRoundAt, nextGossipAt, nextCompareAt, nextReconnectAt)
        for probe in probes { next = min(next, probe.deadline) }
        for duty in duties { next = min(next, duty.nackAt) }
        for suspicion in suspicions { next = min(next, suspicion.deadline) }
        return min(next, oldestExpiry)
    }

    private var oldestExpiry: MeshInstant {
        guard let oldest = table.tombstones.first, let member = table[oldest] else {
            return .never
        }
        return member.since + limits.tombstoneTime
    }

    /// Time has passed.
    public mutating func advance(to now: MeshInstant) {
        arrive(at: now)
        guard phase == .member else { return }
        serveDuties()
        serveProbes()
        serveSuspicions()
        while oldestExpiry <= now { forgetOldest() }
        if nextRoundAt <= now { probeRound() }
        if nextCompareAt <= now { compareRound() }
        if nextReconnectAt <= now { reconnectRound() }
        settle()
    }

    /// Every fact begins here: the clock moves, and lateness is noticed.
    mutating func arrive(at instant: MeshInstant) {
        precondition(instant >= now, "time goes forward")
        // What the last fact made due at once, such as a suspicion that others have confirmed
        // meanwhile, is late from then on.
        let due = max(nextDeadline, now)
        now = instant
        guard due != .never, instant - due > limits.stallLimit else { return }
        postpone(by: instant - due)
        health.stoodStill()
    }

    /// Every fact ends here: what is new goes out at once, if the rate allows.
    mutating func settle() {
        if nextGossipAt <= now { gossipRound() }
    }

    private mutating func postpone(by span: Duration) {
        for place in probes.indices { probes[place].postpone(by: span) }
        for place in duties.indices { duties[place].postpone(by: span) }
        for place in suspicions.indices { suspicions[place].postpone(by: span) }
        hearing.postpone(by: span)
        for deadline in [
            \Membership.nextRoundAt, \.nextGossipAt, \.nextCompareAt, \.nextReconnectAt,
        ]
        where self[keyPath: deadline] != .never {
            self[keyPath: deadline] = self[keyPath: deadline] + span
        }
    }

    mutating func scheduleRound() {
        guard nextRoundAt == .never, phase == .member else { return }
        nextRoundAt = now + part(of: limits.probeInterval)
    }

    private mutating func serveSuspicions() {
        for target in suspicions.filter({ $0.deadline <= now }).map(\.target) {
            guard let member = table[target], member.agreed == .suspect else { continue }
            apply(MemberUpdate(record: member.record, state: .dead), trust: .rumour)
        }
    }
}

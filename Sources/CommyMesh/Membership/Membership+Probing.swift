internal import CommyBase

// Rounds of probes, their verdicts, and probes on behalf of others.
extension Membership {
    /// One protocol period: the next member of the shuffled order, and the watched neighbours.
    mutating func probeRound() {
        nextRoundAt =
            table.liveCount > 1 ? now + limits.probeInterval * health.multiplier : .never
        let (table, now) = (table, now)
        if let next = probeOrder.next(where: { table[$0].map { Self.isProbed($0, now) } ?? false })
        {
            startProbe(of: next)
        }
        for neighbour in watchedNeighbours { startProbe(of: neighbour) }
    }

    /// A member without a link is probed by others only when its link has had time to come.
    private static func isProbed(_ member: Member, _ now: MeshInstant) -> Bool {
        member.link != .none || now >= member.graceUntil
    }

    /// The next members by number that are not suspect already.
    private var watchedNeighbours: [NodeID] {
        let rows = table.rows
        guard let place = table.index(of: selfID) else { preconditionFailure("it knows itself") }
        var found: [NodeID] = []
        for step in 1..<max(1, rows.count) where found.count < limits.watchedNeighbours {
            let member = rows[(place + step) % rows.count]
            if member.state == .alive, Self.isProbed(member, now) { found.append(member.id) }
        }
        return found
    }

    mutating func startProbe(of target: NodeID) {
        guard let member = table[target], member.isLive, target != selfID,
            !probes.contains(where: { $0.target == target })
        else { return }
        let number = takeProbeNumber()
        let isDirect = member.link != .none
        let patience =
            (limits.directPatience + roundTrip(of: member)) * health.multiplier
        probes.append(
            Probe(
                number: number, target: target, isDirect: isDirect, patience: patience, at: now))
        if isDirect { send(to: target) { .probe(number: number, news: $0) } }
        if member.link != .up { stopWaitingForLink(target) }
    }

    private mutating func takeProbeNumber() -> UInt64 {
        defer { nextProbeNumber += 1 }
        return nextProbeNumber
    }

    private func roundTrip(of member: Member) -> Duration {
        min(member.roundTrip.smallest ?? .zero, limits.roundTripLimit)
    }

    /// Only others can still tell how it is.
    mutating func stopWaitingForLink(_ target: NodeID) {
        guard let place = probes.firstIndex(where: { $0.target == target }) else { return }
        switch probes[place].linkFailed(at: now) {
        case .askOthers: askOthers(place)
        case .nothing, .fail: break
        }
    }

    private mutating func askOthers(_ place: Int) {
        let number = probes[place].number
        let target = probes[place].target
        let helpers = chooseHelpers(for: target)
        let slowest = (helpers + [target]).compactMap { table[$0].map(roundTrip) }.max() ?? .zero
        probes[place].asked(
            helpers, patience: (limits.indirectPatience + slowest * 2) * health.multiplier,
            at: now)
        for helper in helpers {
            send(to: helper) { .probeRequest(number: number, target: target, news: $0) }
        }
    }

    /// Random members that this node sees alive and can talk to.
    private mutating func chooseHelpers(for target: NodeID) -> [NodeID] {
        var candidates = table.rows.filter {
            $0.id != target && $0.link == .up && $0.state == .alive
        }.map(\.id)
        var chosen: [NodeID] = []
        while chosen.count < limits.indirectProbes, !candidates.isEmpty {
            chosen.append(candidates.remove(at: helperChoice.below(candidates.count)))
        }
        return chosen
    }

    mutating func acknowledged(_ number: UInt64, by peer: NodeID) {
        if let place = duties.firstIndex(where: { $0.number == number && $0.target == peer }) {
            let duty = duties.remove(at: place)
            return send(to: duty.asker) { .ack(number: duty.askersNumber, news: $0) }
        }
        // Benign race: the ack came after the verdict.
        guard let place = probes.firstIndex(where: { $0.number == number }),
            probes[place].isAnswered(by: peer)
        else { return }
        let probe = probes.remove(at: place)
        if peer == probe.target, let sentAt = probe.directAt {
            table.change(peer) { $0.roundTrip.measured(now - sentAt) }
        }
        health.probeSucceeded()
        table.change(probe.target) { $0.claim = nil }
        undoubt(probe.target)
    }

    mutating func refused(_ number: UInt64, by helper: NodeID, _ refusal: SwimMessage.Refusal) {
        guard let place = probes.firstIndex(where: { $0.number == number }) else { return }
        let hasLink = table[probes[place].target]?.link == .up
        switch probes[place].refused(by: helper, refusal, hasLink: hasLink) {
        case .nothing: break
        case .fail: probeFailed(probes.remove(at: place))
        }
    }

    private mutating func probeFailed(_ probe: Probe) {
        health.probeFailed(helpers: probe.helpers.count, refusals: probe.refusals.count)
        guard let member = table[probe.target], member.isLive else {
            preconditionFailure("only live members are probed")
        }
        if let claim = member.claim {
            apply(claim, trust: .rumour)
            return
        }
        setDoubt(probe.target)
        if mayAccuse(probe) { accuse(member) }
    }

    /// Who hears nobody accuses nobody, see the comment of the type.
    private mutating func mayAccuse(_ probe: Probe) -> Bool {
        guard table.liveCount > 2 else { return true }
        guard let last = hearing.lastHeard(otherThan: probe.target) else { return false }
        if now - last > limits.isolationPatience { return true }
        if last < probe.startedAt { cutOffAt = now }
        guard let cutOffAt else { return true }
        return now - cutOffAt > limits.isolationRecovery
    }

    private mutating func accuse(_ member: Member) {
        let accusation = MemberUpdate(
            record: member.record, state: .suspect, suspectors: [selfID])
        merge(accusation, from: nil, trust: .rumour)
        tell(member.id)
    }

    /// This node alone holds the member for suspect, and has others look.
    mutating func doubt(_ target: NodeID) {
        setDoubt(target)
        startProbe(of: target)
        stopWaitingForLink(target)
    }

    private mutating func setDoubt(_ target: NodeID) {
        guard let before = table[target], before.isLive, !before.isDoubted else { return }
        table.change(target) { $0.isDoubted = true }
        if before.agreed == .alive { emit(.changed(target, .suspect, before.record)) }
    }

    mutating func undoubt(_ target: NodeID) {
        guard let before = table[target], before.isDoubted else { return }
        table.change(target) { $0.isDoubted = false }
        if before.agreed == .alive { emit(.changed(target, .alive, before.record)) }
    }

    /// The link itself has answered.
    mutating func endProbes(of target: NodeID) {
        probes.removeAll { $0.target == target }
        if table[target]?.claim != nil { table.change(target) { $0.claim = nil } }
    }

    mutating func takeDuty(of target: NodeID, for asker: NodeID, _ number: UInt64) {
        guard target != selfID else {
            return send(to: asker) { .ack(number: number, news: $0) }
        }
        guard let member = table[target], member.link == .up, duties.count < limits.dutyLimit
        else {
            return send(to: asker) { .nack(number: number, .noLink, news: $0) }
        }
        let duty = ProbeDuty(
            number: takeProbeNumber(), target: target, asker: asker, askersNumber: number,
            nackAt: now + limits.indirectPatience * 3 / 4)
        duties.append(duty)
        send(to: target) { .probe(number: duty.number, news: $0) }
    }

    /// The link to a member that others asked about is gone.
    mutating func refuseDuties(for target: NodeID) {
        let ended = duties.filter { $0.target == target }
        duties.removeAll { $0.target == target }
        for duty in ended {
            send(to: duty.asker) { .nack(number: duty.askersNumber, .noLink, news: $0) }
        }
    }

    mutating func serveDuties() {
        let late = duties.filter { $0.nackAt <= now }
        duties.removeAll { $0.nackAt <= now }
        for duty in late {
            send(to: duty.asker) { .nack(number: duty.askersNumber, .noAnswer, news: $0) }
        }
    }

    mutating func serveProbes() {
        for number in probes.filter({ $0.deadline <= now }).map(\.number) {
            // A verdict about one member may have ended the probe of another.
            guard let place = probes.firstIndex(where: { $0.number == number }) else { continue }
            switch probes[place].deadlineReached(at: now) {
            case .nothing: break
            case .askOthers: askOthers(place)
            case .fail: probeFailed(probes.remove(at: place))
            }
        }
    }
}

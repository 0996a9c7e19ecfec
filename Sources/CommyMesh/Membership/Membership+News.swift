internal import CommyBase

// What becomes of news: merging by the order of `MemberVersion`, and everything that follows.
extension Membership {
    /// How far bad news is believed.
    enum Trust: Sendable, Equatable {
        /// The member itself says it, over its own link.
        case peerItself
        /// Somebody passes on what is new.
        case rumour
        /// Somebody's whole view, which may be the view from behind a partition.
        case digest
    }

    mutating func merge(_ update: MemberUpdate, from source: NodeID?, trust: Trust) {
        guard update.id != selfID else { return mergeAboutSelf(update, from: source) }
        guard let member = table[update.id] else {
            guard isPlausible(update, above: 0, from: source, trust) else { return }
            return meet(update, trust: trust)
        }
        guard member.record.name == update.record.name else {
            return report(
                .numberTaken(
                    member.id, holder: member.record.name, refused: update.record.name),
                about: member.id)
        }
        guard update.version >= member.version else { return }
        guard update.version > member.version else { return addSuspectors(update) }
        guard isPlausible(update, above: member.record.incarnation, from: source, trust) else {
            return
        }
        // The dead are remembered apart from the living: one who returns needs a place anew.
        guard member.isLive || !update.state.isLive || hasRoom else { return }
        guard isBelieved(update, of: member, trust: trust) else { return check(update) }
        if member.isLive, update.state == .alive, update.record.life != member.record.life {
            report(
                .lifeReplaced(member.id, was: member.record.life, is: update.record.life),
                about: member.id)
        }
        apply(update, trust: trust)
    }

    /// Another live member may be taken in.
    var hasRoom: Bool { table.liveCount < limits.memberLimit }

    /// Whether somebody may have counted to this incarnation. What a member says of itself is
    /// believed: it harms nobody but itself.
    private func isPlausible(
        _ update: MemberUpdate, above known: UInt64, from source: NodeID?, _ trust: Trust
    ) -> Bool {
        if trust == .peerItself || source == update.id { return true }
        let bound = max(known, MemberUpdate.startLimit) + MemberUpdate.jumpLimit
        return update.record.incarnation <= bound
    }

    /// See "Claims are checked" in the comment of the type.
    private func isBelieved(_ update: MemberUpdate, of member: Member, trust: Trust) -> Bool {
        guard member.agreed == .alive, member.link == .up else { return true }
        switch (update.state, trust) {
        case (.alive, _), (.left, _), (_, .peerItself), (.suspect, .rumour): return true
        case (.dead, .rumour), (.dead, .digest), (.suspect, .digest): return false
        }
    }

    /// A probe decides about a claim; the accused is told, so that it can refute.
    private mutating func check(_ claim: MemberUpdate) {
        let id = claim.id
        if let known = table[id]?.claim, known.version >= claim.version { return }
        table.change(id) { $0.claim = claim }
        emit(.send(.gossip(news: [claim]), to: id))
        startProbe(of: id)
    }

    /// News of somebody unknown.
    private mutating func meet(_ update: MemberUpdate, trust: Trust) {
        switch update.state {
        case .alive, .suspect:
            guard hasRoom else { return }
        case .dead, .left:
            // Remembered so that older news cannot revive it, but not passed on, and not taken from
            // a digest: nodes that forget at different times would remind each other for ever.
            guard trust == .rumour else { return }
        }
        var member = Member(record: update.record, agreed: .left, since: now)
        member.agreed = update.state
        switch update.state {
        case .dead, .left:
            table.insert(member)
            forgetBeyondLimit()
            scheduleReconnect()
        case .alive, .suspect:
            member.suspectors = update.suspectors
            member.graceUntil = now + limits.linkGrace
            table.insert(member)
            becameLive(member, trust: trust)
            if update.state == .suspect { startSuspicion(of: member) }
            rumours.add(member.id)
            scheduleGossip()
            emit(.changed(member.id, member.state, member.record))
        }
    }

    /// The same accusation from somebody else: an independent confirmation, which is passed on
    /// while it is one of those that count (Lifeguard, section IV-B).
    private mutating func addSuspectors(_ update: MemberUpdate) {
        guard update.state == .suspect, let member = table[update.id] else { return }
        let joined = Self.joined(member.suspectors, update.suspectors)
        guard joined != member.suspectors else { return }
        table.change(update.id) { $0.suspectors = joined }
        guard let place = suspicions.firstIndex(where: { $0.target == update.id }) else {
            preconditionFailure("a suspect member has a suspicion")
        }
        suspicions[place].confirmed(by: joined.count - 1)
        rumours.add(update.id)
        scheduleGossip()
    }

    /// The union of two ascending lists, cut at the limit: what is beyond it changes no deadline.
    static func joined(_ left: [NodeID], _ right: [NodeID]) -> [NodeID] {
        var joined = left
        for id in right where !joined.contains(id) && joined.count < MemberUpdate.suspectorLimit {
            joined.append(id)
        }
        return joined.sorted()
    }

    /// Takes over newer news of a known member and does what follows from it.
    mutating func apply(_ update: MemberUpdate, trust: Trust) {
        guard let old = table[update.id] else { preconditionFailure("no such member") }
        precondition(update.version > old.version, "only newer news is applied")
        precondition(update.id != selfID, "nobody but the node itself decides about itself")
        table.change(update.id) {
            $0.record = update.record
            $0.agreed = update.state
            $0.suspectors = update.suspectors
            $0.isDoubted = false
            $0.claim = nil
            if old.agreed != update.state { $0.since = now }
        }
        suspicions.removeAll { $0.target == update.id }
        guard let new = table[update.id] else { preconditionFailure("no such member") }
        switch (old.isLive, new.isLive) {
        case (true, false): becameDead(new)
        case (false, true):
            table.change(new.id) { $0.graceUntil = now + limits.linkGrace }
            becameLive(new, trust: trust)
        case (true, true), (false, false): break
        }
        switch update.state {
        case .suspect: startSuspicion(of: new)
        case .alive, .dead, .left: break
        }
        rumours.add(update.id)
        scheduleGossip()
        if old.state != new.state || old.record != new.record {
            emit(.changed(new.id, new.state, new.record))
        }
        forgetBeyondLimit()
    }

    private mutating func becameLive(_ member: Member, trust: Trust) {
        probeOrder.insert(member.id)
        gossipOrder.insert(member.id)
        scheduleRound()
        scheduleCompare()
        // Who introduces itself has a link, which is about to be reported.
        if member.link == .none, trust != .peerItself {
            emit(.dial(member.id, member.record.addresses))
        }
    }

    private mutating func becameDead(_ member: Member) {
        probeOrder.remove(member.id)
        gossipOrder.remove(member.id)
        probes.removeAll { $0.target == member.id }
        scheduleReconnect()
    }

    private mutating func startSuspicion(of member: Member) {
        precondition(!member.suspectors.isEmpty, "somebody suspects it")
        suspicions.append(
            Suspicion(
                target: member.id, confirmations: member.suspectors.count - 1,
                liveCount: table.liveCount, limits: limits, at: now))
    }

    mutating func report(_ conflict: MembershipConflict, about id: NodeID) {
        if let last = table[id]?.conflictAt, now - last < limits.conflictInterval { return }
        table.change(id) { $0.conflictAt = now }
        emit(.conflict(conflict))
    }
}

internal import CommyBase
internal import CommyWire

// Other nodes: who they are, how to reach them, which link is used.
extension Node {
    func peerIndex(_ id: NodeID) -> Int? {
        let index = placeOfPeer(id)
        return index < peers.count && peers[index].id == id ? index : nil
    }

    private func placeOfPeer(_ id: NodeID) -> Int {
        peers.partitionPoint { $0.id < id }
    }

    mutating func placeForPeer(_ id: NodeID) -> Int {
        let index = placeOfPeer(id)
        guard index == peers.count || peers[index].id != id else { return index }
        peers.insert(PeerMachine(id: id, isFirstDialer: self.id < id, at: now), at: index)
        return index
    }

    /// A node has said who it is: the last check before it is let in.
    mutating func peerGreeted(_ slot: Int, _ facts: HelloFacts, _ certificate: TLSPeer) {
        if let refusal = refusal(of: facts, certificate) {
            closeLink(slot, refusal.code, refusal.detail, isGone: false)
            return
        }
        guard let record = record(of: facts) else {
            closeLink(slot, .protocolViolation, "a zone that is none", isGone: false)
            return
        }
        if record.id == id, record.life == membership.ownRecord.life {
            closeLink(slot, .identityMismatch, "that is this node itself", isGone: false)
            return
        }
        let introduction = membership.introduced(record, at: now)
        membershipIsDue = true
        switch introduction {
        case .accepted: break
        case .tableFull:
            closeLink(slot, .limitReached, "members", isGone: false)
            return
        case .nameTaken:
            closeLink(slot, .nameTaken, "\(record.name)", isGone: false)
            return
        }
        serveMembership()
        closeEarlierLives(of: record)
        let own = ownFacts(.link)
        withMachine(slot) { [now] in $0.accept(own, at: now) }
        links[slot].phase = .peer(record.id)
        links[slot].life = record.life
        links[slot].certificate = certificate
        armLink(slot)
        peerLinkUp(slot, record)
        // Trust may have changed since TLS has judged.
        judgeCertificate(slot)
        if let seed = links[slot].seed {
            seeds.dialEnded(seed, foundOwner: record.id, limits, &jitter, at: now)
        }
        seeds.found(record.id, at: record.addresses)
    }

    private func refusal(of facts: HelloFacts, _ certificate: TLSPeer) -> CommyError? {
        guard facts.mesh == configuration.mesh, certificate.mesh == configuration.mesh else {
            return CommyError(.wrongTrustDomain, facts.mesh?.text ?? "")
        }
        guard facts.node == certificate.node else {
            return CommyError(
                .identityMismatch,
                "\(certificate.node) says that it is \(facts.node?.text ?? "nobody")")
        }
        return nil
    }

    private func record(of facts: HelloFacts) -> MemberRecord? {
        guard let name = facts.node, let zone = Zone(facts.zone),
            facts.addresses.count <= MemberRecord.addressLimit,
            facts.incarnation <= MemberUpdate.incarnationLimit
        else { return nil }
        return MemberRecord(
            name: name, zone: zone, addresses: facts.addresses, incarnation: facts.incarnation,
            life: facts.life)
    }

    /// Links with an earlier life of the same node are dead, whatever they look like.
    private mutating func closeEarlierLives(of record: MemberRecord) {
        for slot in links.indices
        where links[slot].phase == .peer(record.id) && links[slot].life != record.life {
            closeLink(slot, .connectionLost, "the peer began anew", isGone: false)
        }
    }

    private mutating func peerLinkUp(_ slot: Int, _ record: MemberRecord) {
        let index = placeForPeer(record.id)
        let wasUsable = peers[index].isUsable
        peers[index].linkUp(
            slot: slot, isOutward: links[slot].isOutward, remote: links[slot].remote, at: now)
        peersAreDue = true
        noteLink(slot, record.id, .up, nil)
        if !hasJoined {
            hasJoined = true
            note(.joined(peer: record.name))
        }
        if !wasUsable { peerIsUsable(record.id, isFirst: peers[index].links.count == 1) }
    }

    private mutating func peerIsUsable(_ peer: NodeID, isFirst: Bool) {
        if isFirst {
            membership.linkUp(peer, at: now)
        } else {
            membership.linkHeard(peer, at: now)
        }
        catalog.linkUp(peer, at: now)
        trust.linkUp(peer, at: now)
        trustIsDue = true
        membershipIsDue = true
        catalogIsDue = true
        router.linkChanged(peer, .up)
        // A link that comes back from silence has measured before.
        if let slot = activeLink(peer) { roundTripMeasured(slot) }
    }

    /// A heartbeat came back on a link: the router hears of it if calls take this one.
    mutating func roundTripMeasured(_ slot: Int) {
        guard case .peer(let peer) = links[slot].phase, activeLink(peer) == slot,
            let smoothed = links[slot].machine.roundTrip.smoothed
        else { return }
        router.roundTripMeasured(peer, smoothed)
    }

    mutating func peerLinkSilent(_ slot: Int, _ peer: NodeID) {
        guard let index = peerIndex(peer) else { return }
        noteLink(slot, peer, .silent, nil)
        let wasUsable = peers[index].isUsable
        peers[index].linkSilent(slot: slot, limits, at: now)
        peersAreDue = true
        guard wasUsable, !peers[index].isUsable else { return }
        membership.linkSilent(peer, at: now)
        catalog.linkDown(peer, at: now)
        trust.linkDown(peer, at: now)
        membershipIsDue = true
        catalogIsDue = true
        router.linkChanged(peer, .silent)
    }

    mutating func peerLinkHeard(_ slot: Int, _ peer: NodeID) {
        guard let index = peerIndex(peer) else { return }
        noteLink(slot, peer, .heard, nil)
        let wasUsable = peers[index].isUsable
        peers[index].linkHeard(slot: slot)
        peersAreDue = true
        if !wasUsable, peers[index].isUsable { peerIsUsable(peer, isFirst: false) }
    }

    /// The peer or this node takes no new streams on this link.
    mutating func peerLinkDraining(_ slot: Int, _ peer: NodeID) {
        guard let index = peerIndex(peer) else { return }
        let wasUsable = peers[index].isUsable
        peers[index].linkDraining(slot: slot)
        peersAreDue = true
        if wasUsable, !peers[index].isUsable {
            catalog.linkDown(peer, at: now)
            trust.linkDown(peer, at: now)
            catalogIsDue = true
            router.linkChanged(peer, .down)
        }
    }

    mutating func peerLinkDown(_ slot: Int, _ peer: NodeID, isFailure: Bool, isGone: Bool) {
        guard let index = peerIndex(peer) else { return }
        let wasUsable = peers[index].isUsable
        peers[index].linkDown(
            slot: slot, isFailure: isFailure, limits, &jitter, at: now)
        peersAreDue = true
        if peers[index].links.isEmpty {
            membership.linkDown(
                peer, reason: isFailure ? (isGone ? .reset : .timedOut) : .orderly, at: now)
            membershipIsDue = true
            router.linkChanged(peer, .down)
        } else if wasUsable, !peers[index].isUsable {
            membership.linkSilent(peer, at: now)
            membershipIsDue = true
            router.linkChanged(peer, .silent)
        }
        if wasUsable, !peers[index].isUsable {
            catalog.linkDown(peer, at: now)
            trust.linkDown(peer, at: now)
            catalogIsDue = true
        }
    }

    /// The connection that new streams to this node use.
    func activeLink(_ peer: NodeID) -> Int? {
        guard let index = peerIndex(peer) else { return nil }
        return peers[index].active?.slot
    }

    /// Lets every peer and seed decide, and sets the time at which one of them wants to again.
    mutating func servePeers() {
        expireDials()
        for index in peers.indices {
            while let action = peers[index].nextAction(at: now) { act(action, of: index) }
        }
        peers.removeAll { $0.isIdle }
        if stopping == .no {
            while let address = seeds.nextDial(at: now) { dial(address, .seed, expected: nil) }
        }
        var deadline = stopping == .no ? seeds.nextDeadline : .never
        for peer in peers { deadline = min(deadline, peer.nextDeadline) }
        for dial in dials { deadline = min(deadline, dial.until) }
        peersDeadline = deadline
    }

    private mutating func act(_ action: PeerMachine.Action, of index: Int) {
        let peer = peers[index].id
        switch action {
        case .dial(let address):
            dial(address, .peer(peer), expected: membership.member(peer)?.record.name)
        case .cancelDial:
            guard let place = dials.firstIndex(where: { $0.target == .peer(peer) }) else { return }
            outputs.append(.cancelDial(dials.remove(at: place).token))
        case .drain(let slot):
            withMachine(slot) { [now] in $0.beginClosing(.peerShuttingDown, at: now) }
            armLink(slot)
        }
    }

    mutating func dial(
        _ address: NetworkAddress, _ target: Dial.Target, expected: NodeName?
    ) {
        let token = DialToken(value: nextToken)
        nextToken += 1
        dials.append(
            Dial(
                token: token, address: address, target: target,
                until: now + limits.dialPatience))
        outputs.append(.dial(token, address, expected: expected))
    }

    /// Gives up dials that the runtime has not answered in time.
    private mutating func expireDials() {
        while let place = dials.firstIndex(where: { $0.until <= now }) {
            let dial = dials.remove(at: place)
            outputs.append(.cancelDial(dial.token))
            dialEnded(dial)
        }
    }
}

public import CommyBase
internal import CommyWire

// Facts about connections.
extension Node {
    /// A connection with another node is up: TLS is done and has verified who the peer is.
    public mutating func linkOpened(
        _ origin: LinkOrigin, peer: TLSPeer, remote: NetworkAddress, at now: MeshInstant
    ) -> LinkHandle {
        begin(at: now)
        let dial = takeDial(origin)
        let isOutward = origin != .accepted
        let slot = takeLink(isOutward ? .dialler : .acceptor, .link, remote)
        links[slot].phase = .greeting(peer)
        links[slot].isOutward = isOutward
        if let dial, dial.target == .seed { links[slot].seed = dial.address }
        if isOutward, NodeID(peer.node) == id {
            // This node itself, or another process of its name: who accepts tells by the life. Not
            // a seed to dial again.
            seeds.dialEnded(remote, foundOwner: id, limits, &jitter, at: self.now)
            links[slot].seed = nil
        }
        touched(slot)
        let handle = handle(slot)
        if isOutward, dial == nil {
            // The dial was given up, and the runtime's answer crossed it.
            closeLink(slot, .cancelled, "not wanted any more", isGone: false)
        } else if links.count - freeLinks.count > limits.links || tooManyGreetings {
            closeLink(slot, .limitReached, "connections", isGone: false)
        } else if stopping != .no {
            closeLink(slot, .peerShuttingDown, "", isGone: false)
        }
        finish()
        return handle
    }

    /// A process has connected to the node's socket, or is in this process.
    public mutating func sessionOpened(
        _ credentials: SessionCredentials, at now: MeshInstant
    ) -> LinkHandle {
        begin(at: now)
        let slot = takeLink(
            .acceptor, .session, NetworkAddress(host: .v4(0), port: 0))
        links[slot].phase = .session
        links[slot].session = SessionRecord(credentials: credentials)
        var sessions = 0
        for link in links where link.phase == .session { sessions += 1 }
        let handle = handle(slot)
        if sessions > limits.sessions {
            closeLink(slot, .limitReached, "sessions", isGone: false)
        } else if stopping != .no {
            closeLink(slot, .peerShuttingDown, "", isGone: false)
        }
        finish()
        return handle
    }

    /// TLS has turned a peer away, or was turned away.
    public mutating func linkRefused(
        _ origin: LinkOrigin, remote: NetworkAddress, code: ErrorCode, detail: String,
        at now: MeshInstant
    ) {
        begin(at: now)
        let peer = remote.text(whereDialled: origin != .accepted)
        note(.refused(peer: peer, code: code, detail: detail))
        dialEnded(takeDial(origin))
        finish()
    }

    /// Nobody could be reached.
    public mutating func dialFailed(
        _ token: DialToken, code: ErrorCode, detail: String, at now: MeshInstant
    ) {
        begin(at: now)
        dialEnded(takeDial(.dialled(token)))
        finish()
    }

    /// A connection is gone. Comes once for each handle, also after `.close`.
    public mutating func closed(_ link: LinkHandle, _ end: TransportEnd, at now: MeshInstant) {
        begin(at: now)
        guard let slot = slot(of: link) else { return }
        if links[slot].phase != .closing {
            let isOrderly = end == .ended && links[slot].machine.peerAccepted != nil
            closeLink(
                slot, isOrderly ? .peerShuttingDown : .connectionLost, "\(end)", isGone: true)
        }
        freeLink(slot)
        finish()
    }
}

// Slots and ends.
extension Node {
    func handle(_ slot: Int) -> LinkHandle {
        LinkHandle(index: UInt32(slot), generation: links[slot].generation)
    }

    func slot(of handle: LinkHandle) -> Int? {
        let slot = Int(handle.index)
        guard slot < links.count, links[slot].generation == handle.generation,
            links[slot].phase != .free
        else { return nil }
        return slot
    }

    private var tooManyGreetings: Bool {
        var count = 0
        for link in links {
            if case .greeting = link.phase { count += 1 }
        }
        return count > limits.greeting
    }

    func ownFacts(_ role: HelloFacts.Role) -> HelloFacts {
        let record = membership.ownRecord
        return HelloFacts(
            role: role, mesh: configuration.mesh, node: record.name,
            zone: record.zone.description, life: record.life, incarnation: record.incarnation,
            addresses: record.addresses, linkCredit: limits.link.linkWindow,
            streamCredit: limits.link.streamWindow,
            streamLimit: UInt32(limits.link.openStreams), build: configuration.build)
    }

    private mutating func takeLink(
        _ side: LinkSide, _ role: HelloFacts.Role, _ remote: NetworkAddress
    ) -> Int {
        let machine = LinkMachine(
            side: side, facts: ownFacts(role), limits: limits.link, at: now)
        var link = LinkSlot(machine: machine, remote: remote, openedAt: now)
        let slot: Int
        if let free = freeLinks.popLast() {
            slot = Int(free)
            link.generation = links[slot].generation &+ 1
            link.isListed = links[slot].isListed
            link.isSettling = links[slot].isSettling
            links[slot] = link
        } else {
            slot = links.count
            links.append(link)
        }
        linkDeadlines.set(UInt32(slot), at: links[slot].machine.nextDeadline(at: now))
        return slot
    }

    private mutating func freeLink(_ slot: Int) {
        links[slot].phase = .free
        links[slot].session = nil
        freeLinks.append(UInt32(slot))
    }

    /// Ends a connection from this side, or buries one that is gone. Streams on it fail, and who
    /// depends on it is told.
    mutating func closeLink(
        _ slot: Int, _ code: ErrorCode, _ detail: String, isGone: Bool
    ) {
        let phase = links[slot].phase
        guard phase != .free, phase != .closing else { return }
        let isPolite = links[slot].machine.peerAccepted != nil || code == .peerShuttingDown
        if !isGone, !links[slot].machine.hasFinishedClosing {
            links[slot].machine.refuse(code, detail)
        }
        links[slot].phase = .closing
        links[slot].machine.closed()
        linkDeadlines.remove(UInt32(slot))
        touched(slot)
        switch phase {
        case .greeting:
            dialOfSlotEnded(slot)
            if !isGone, code != .cancelled, code != .peerShuttingDown {
                note(.refused(peer: peerText(slot, phase), code: code, detail: detail))
            }
        case .peer(let peer):
            noteLink(slot, peer, .down, links[slot].renewal?.code ?? code)
            peerLinkDown(slot, peer, isFailure: !isPolite, isGone: isGone)
        case .session: sessionEnded(slot)
        case .free, .closing: break
        }
        failStreams(slot, isSession: phase == .session)
        if !isGone { outputs.append(.close(handle(slot), code)) }
        peersAreDue = true
    }

    private func peerText(_ slot: Int, _ phase: LinkSlot.Phase) -> String {
        if case .greeting(let peer) = phase { return peer.node.text }
        return links[slot].remote.text(whereDialled: links[slot].isOutward)
    }

    mutating func noteLink(
        _ slot: Int, _ peer: NodeID, _ state: NodeEvent.LinkNote.State, _ reason: ErrorCode?
    ) {
        note(
            .link(
                NodeEvent.LinkNote(
                    peer: name(of: peer), state: state,
                    direction: links[slot].isOutward ? .outward : .inward,
                    path: links[slot].remote, reason: reason,
                    roundTrip: links[slot].machine.roundTrip.smoothed)))
    }

    mutating func linkTimePassed(_ slot: Int) {
        guard links[slot].phase != .free, links[slot].phase != .closing else { return }
        switch withMachine(slot, { [now] in $0.timePassed(at: now) }) {
        case .nothing: renewalTimePassed(slot)
        case .silent:
            if case .peer(let peer) = links[slot].phase { peerLinkSilent(slot, peer) }
        case .failed(let code, let detail):
            closeLink(slot, code, detail, isGone: false)
            return
        case .finished:
            closeLink(slot, .peerShuttingDown, "", isGone: false)
            return
        }
        armLink(slot)
    }

    mutating func armLink(_ slot: Int) {
        let renewal = links[slot].renewal?.nextStepAt ?? .never
        linkDeadlines.set(
            UInt32(slot), at: min(links[slot].machine.nextDeadline(at: now), renewal))
    }

    /// What came of using a connection: parts of backlogs left, it became too slow, or it is done.
    mutating func settle(_ slot: Int) {
        links[slot].isSettling = false
        while let part = links[slot].machine.popDrained() {
            if part.binding != .max { drained(slot, part) }
        }
        guard links[slot].isLive else { return }
        if links[slot].machine.hasRunOut { beginClosing(slot) }
        if links[slot].machine.window.wantsGrowth { windowTooSmall(slot) }
        if links[slot].machine.isOverfull {
            closeLink(slot, .overloaded, "the peer reads too slowly", isGone: false)
        } else if links[slot].machine.hasFinishedClosing {
            closeLink(slot, .peerShuttingDown, "", isGone: false)
        }
    }

    /// Says farewell on a connection that is still good for what is under way on it.
    mutating func beginClosing(_ slot: Int) {
        withMachine(slot) { [now] in $0.beginClosing(.peerShuttingDown, at: now) }
        armLink(slot)
        if case .peer(let peer) = links[slot].phase { peerLinkDraining(slot, peer) }
    }

    private mutating func takeDial(_ origin: LinkOrigin) -> Dial? {
        guard case .dialled(let token) = origin,
            let index = dials.firstIndex(where: { $0.token == token })
        else { return nil }
        return dials.remove(at: index)
    }

    mutating func dialEnded(_ dial: Dial?) {
        guard let dial else { return }
        peersAreDue = true
        switch dial.target {
        case .seed:
            seeds.dialEnded(dial.address, foundOwner: nil, limits, &jitter, at: now)
        case .peer(let peer):
            if let index = peerIndex(peer) {
                peers[index].dialFailed(limits, &jitter, at: now)
            }
        }
    }

    /// A dialled connection ended before its greeting.
    private mutating func dialOfSlotEnded(_ slot: Int) {
        guard links[slot].isOutward else { return }
        peersAreDue = true
        if let seed = links[slot].seed {
            seeds.dialEnded(seed, foundOwner: nil, limits, &jitter, at: now)
            return
        }
        for index in peers.indices where peers[index].dialling == links[slot].remote {
            peers[index].dialFailed(limits, &jitter, at: now)
        }
    }
}

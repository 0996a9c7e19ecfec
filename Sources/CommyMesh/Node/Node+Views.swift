internal import CommyBase
internal import CommyWire

// What membership and catalog want done.
extension Node {
    mutating func serveMembership() {
        while let output = membership.nextOutput() {
            switch output {
            case .send(let message, let peer):
                sendToPeer(peer) { message.encodeFrame(into: &$0) }
            case .dial(let peer, let addresses): wantPeer(peer, addresses)
            case .changed(let peer, let state, let record):
                memberChanged(peer, state, record)
            case .refuted: viewHasChanged = true
            case .forget(let peer): memberForgotten(peer)
            case .conflict(let conflict): memberConflict(conflict)
            }
        }
    }

    mutating func serveCatalog() {
        while let output = catalog.nextOutput() {
            switch output {
            case .send(let message, let peer):
                sendToPeer(peer) {
                    FrameHeader.frame(.catalog, into: &$0) { message.encode(into: &$0) }
                }
            case .broadcast(let message):
                for index in peers.indices {
                    sendToPeer(peers[index].id) {
                        FrameHeader.frame(.catalog, into: &$0) { message.encode(into: &$0) }
                    }
                }
            case .changed(let change):
                router.apply(change)
                catalogHasChanged = true
                noteService(change)
            case .watchReady(let watch): tellWatcher(watch)
            case .stale, .refuted: catalogHasChanged = true
            }
        }
    }

    /// Puts a frame on the link with a peer; without a link it is dropped.
    mutating func sendToPeer(_ peer: NodeID, _ write: (inout ByteWriter) -> Void) {
        guard let slot = activeLink(peer), links[slot].isLive else { return }
        withMachine(slot) { _ = $0.write(write) }
    }

    private mutating func wantPeer(_ peer: NodeID, _ addresses: [NetworkAddress]) {
        guard stopping == .no, let member = membership.member(peer) else { return }
        let index = placeForPeer(peer)
        peers[index].wanted(member.isLive ? .always : .once, at: addresses, limits, at: now)
        peersAreDue = true
    }

    private mutating func memberChanged(
        _ peer: NodeID, _ state: MemberState, _ record: MemberRecord
    ) {
        viewHasChanged = true
        guard peer != id else { return }
        note(.member(peer: record.name, state: state, incarnation: record.incarnation))
        catalog.memberChanged(peer, state, record, at: now)
        trust.memberChanged(peer, state, record, at: now)
        catalogIsDue = true
        trustIsDue = true
        peersAreDue = true
        switch state {
        case .alive, .suspect:
            seeds.found(peer, at: record.addresses)
            wantPeer(peer, record.addresses)
        case .dead, .left:
            guard let index = peerIndex(peer) else { return }
            peers[index].unwanted()
            // A link that still moves carries the refutation; one that does not is of no use.
            for link in peers[index].links where link.isSilent || state == .left {
                closeLink(
                    link.slot, state == .left ? .peerShuttingDown : .connectionLost,
                    "the member is \(state.word)", isGone: false)
            }
        }
    }

    private mutating func memberForgotten(_ peer: NodeID) {
        viewHasChanged = true
        catalog.memberForgotten(peer, at: now)
        trust.memberForgotten(peer, at: now)
        catalogIsDue = true
        seeds.lost(peer, at: now)
        peersAreDue = true
        guard let index = peerIndex(peer) else { return }
        peers[index].unwanted()
        for link in peers[index].links {
            closeLink(link.slot, .connectionLost, "the member is forgotten", isGone: false)
        }
    }

    private mutating func memberConflict(_ conflict: MembershipConflict) {
        switch conflict {
        case .ownNameTaken:
            note(
                .refused(
                    peer: configuration.name.text, code: .nameTaken,
                    detail: "another process has this node's name, and was there first"))
            stop(within: .zero)
        case .lifeReplaced(let peer, let was, let new):
            let name = membership.member(peer)?.record.name.text ?? peer.description
            note(
                .refused(
                    peer: name, code: .connectionLost,
                    detail: "life \(EventLine.hexadecimal(was)) is followed by "
                        + EventLine.hexadecimal(new)))
            for slot in links.indices
            where links[slot].phase == .peer(peer) && links[slot].life == was {
                closeLink(slot, .connectionLost, "the peer began anew", isGone: false)
            }
        case .numberTaken(_, let holder, let refused):
            note(
                .refused(
                    peer: refused.text, code: .nameTaken, detail: "\(holder) has its number"))
        }
    }

    private mutating func noteService(_ change: CatalogChange) {
        switch change {
        case .present(let instance):
            note(
                .service(
                    name: instance.service, instance: instance.id,
                    state: instance.entry.state == .up ? .up : .draining,
                    owner: name(of: instance.id.node)))
        case .absent(let instance, let service):
            note(
                .service(
                    name: service, instance: instance, state: .gone,
                    owner: name(of: instance.node)))
        }
    }

    /// The name of a member; its number in digits when it has none here.
    func name(of node: NodeID) -> NodeName {
        if node == id { return configuration.name }
        if let name = membership.member(node)?.record.name { return name }
        guard let name = NodeName(node.description) else {
            preconditionFailure("digits are a name")
        }
        return name
    }

    /// One line for each view that has changed since the last input.
    mutating func noteViews() {
        if viewHasChanged {
            viewHasChanged = false
            note(
                .view(
                    members: membership.liveCount, alive: membership.aliveCount,
                    hash: membership.viewHash))
        }
        if catalogHasChanged {
            catalogHasChanged = false
            note(
                .catalog(
                    version: catalog.version.counter, entries: catalog.entryCount,
                    hash: catalog.viewHash))
        }
    }

    mutating func swimReceived(
        _ payload: borrowing RawSpan, from peer: NodeID, answers: Bool
    ) -> LinkFault? {
        let message: SwimMessage
        do { message = try SwimMessage(decoding: payload) } catch {
            return LinkFault(error, in: .swim)
        }
        guard let message = answers ? message : message.withoutQuestion else { return nil }
        membership.received(message, from: peer, at: now)
        membershipIsDue = true
        return nil
    }

    mutating func catalogReceived(
        _ payload: borrowing RawSpan, from peer: NodeID, answers: Bool
    ) -> LinkFault? {
        let message: CatalogMessage
        do { message = try CatalogMessage(decoding: payload) } catch {
            return LinkFault(error, in: .catalog)
        }
        guard let message = answers ? message : message.withoutQuestion else { return nil }
        catalog.received(message, from: peer, at: now)
        catalogIsDue = true
        return nil
    }
}

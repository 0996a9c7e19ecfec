public import CommyBase

// What others tell this machine: the owner of the links, the peers, the clock.
extension Membership {
    /// The HELLO of an authenticated peer carried this record. Comes before `linkUp`.
    @discardableResult
    public mutating func introduced(_ record: MemberRecord, at now: MeshInstant) -> Introduction {
        arrive(at: now)
        defer { settle() }
        let id = record.id
        guard id != selfID else {
            twinIntroduced(record)
            return .nameTaken
        }
        merge(MemberUpdate(record: record, state: .alive), from: nil, trust: .peerItself)
        guard let member = table[id], member.isLive || hasRoom else { return .tableFull }
        let isOutdone = member.version > MemberVersion(record, .alive)
        if isOutdone { table.change(id) { $0.isOutdone = true } }
        return member.record.name == record.name ? .accepted : .nameTaken
    }

    /// There is a first link to this peer.
    public mutating func linkUp(_ peer: NodeID, at now: MeshInstant) {
        arrive(at: now)
        defer { settle() }
        // Benign race: it was refused or forgotten after its HELLO.
        guard table[peer] != nil, peer != selfID else { return }
        let isFirstLink = !table.rows.contains { $0.link == .up }
        moves(peer)
        guard phase == .member else { return }
        tell(peer)
        if isFirstLink {
            emit(.send(.syncRequest(digest: digest), to: peer))
        } else if selfID < peer {
            emit(.send(.compare(viewHash: viewHash), to: peer))
        }
        scheduleGossip()
    }

    /// The last link to this peer is gone.
    public mutating func linkDown(_ peer: NodeID, reason: LinkLoss, at now: MeshInstant) {
        arrive(at: now)
        defer { settle() }
        guard let member = table[peer], member.link != .none else { return }
        table.change(peer) {
            $0.link = .none
            $0.graceUntil = now + limits.linkGrace
        }
        refuseDuties(for: peer)
        guard phase == .member, member.isLive else { return }
        emit(.dial(peer, member.record.addresses))
        switch reason {
        case .orderly: stopWaitingForLink(peer)
        case .reset, .timedOut: doubt(peer)
        }
    }

    /// Heartbeats say that no link to this peer moves anything.
    public mutating func linkSilent(_ peer: NodeID, at now: MeshInstant) {
        arrive(at: now)
        defer { settle() }
        guard let member = table[peer], member.link == .up else { return }
        table.change(peer) { $0.link = .silent }
        guard phase == .member, member.isLive else { return }
        doubt(peer)
    }

    /// A link that was silent moves again.
    public mutating func linkHeard(_ peer: NodeID, at now: MeshInstant) {
        arrive(at: now)
        defer { settle() }
        guard let member = table[peer], member.link == .silent else { return }
        moves(peer)
        tell(peer)
    }

    /// A link to this peer carries messages, from now on. What it was told before may have been
    /// lost with the link, so that it can be told at once.
    private mutating func moves(_ peer: NodeID) {
        table.change(peer) {
            $0.link = .up
            $0.toldAt = nil
        }
        heard(peer)
        endProbes(of: peer)
    }

    /// A message came from an authenticated peer.
    public mutating func received(
        _ message: SwimMessage, from peer: NodeID, at now: MeshInstant
    ) {
        arrive(at: now)
        defer { settle() }
        // Benign race: the peer was refused or forgotten, or this node is leaving.
        guard phase == .member, table[peer] != nil, peer != selfID else { return }
        heard(peer)
        switch message {
        case .probe(let number, let news):
            mergeAll(news, from: peer, trust: .rumour)
            send(to: peer) { .ack(number: number, news: $0) }
        case .ack(let number, let news):
            mergeAll(news, from: peer, trust: .rumour)
            acknowledged(number, by: peer)
        case .probeRequest(let number, let target, let news):
            mergeAll(news, from: peer, trust: .rumour)
            takeDuty(of: target, for: peer, number)
        case .nack(let number, let refusal, let news):
            mergeAll(news, from: peer, trust: .rumour)
            refused(number, by: peer, refusal)
        case .gossip(let news): mergeAll(news, from: peer, trust: .rumour)
        case .compare(let theirs): compared(with: theirs, of: peer)
        case .syncRequest(let theirs): answer(theirs, of: peer)
        case .sync(let news, let wanted):
            mergeAll(news, from: peer, trust: .digest)
            sendWanted(wanted, to: peer)
        }
        tell(peer)
    }

    /// This node goes away by intention: everybody is told, and nothing else is said after it.
    public mutating func leave(at now: MeshInstant) {
        arrive(at: now)
        guard phase == .member else { return }
        phase = .left
        table.change(selfID) {
            $0.agreed = .left
            $0.since = now
        }
        let farewell = SwimMessage.gossip(news: [update(about: own)])
        for member in table.rows where member.link != .none {
            emit(.send(farewell, to: member.id))
        }
        stop()
    }

    /// This node moved: its addresses or zone are new. Raises its incarnation.
    public mutating func moved(
        to addresses: [NetworkAddress], zone: Zone, at now: MeshInstant
    ) {
        precondition(addresses.count <= MemberRecord.addressLimit)
        arrive(at: now)
        defer { settle() }
        guard phase == .member else { return }
        var record = own.record
        record.addresses = addresses
        record.zone = zone
        raise(above: record.incarnation, as: record)
    }

    /// Nothing more is decided or said.
    mutating func stop() {
        probes = []
        duties = []
        suspicions = []
        rumours = RumourQueue()
        nextRoundAt = .never
        nextGossipAt = .never
        nextCompareAt = .never
        nextReconnectAt = .never
    }

    /// The peer is there: whatever this node alone held against it is void.
    private mutating func heard(_ peer: NodeID) {
        hearing.heard(peer, at: now)
        undoubt(peer)
    }

    private mutating func mergeAll(_ news: [MemberUpdate], from peer: NodeID, trust: Trust) {
        for update in news where phase == .member { merge(update, from: peer, trust: trust) }
    }
}

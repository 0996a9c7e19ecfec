public import CommyBase

// What others tell this machine: the files, the clocks, membership, the peers.
extension TrustRotation {
    /// These anchors are loaded now, and nothing else is trusted. More than `TrustLimits.bundle` is
    /// the caller's bug.
    public mutating func bundleLoaded(_ anchors: [TrustAnchor], at now: MeshInstant) {
        precondition(anchors.count <= TrustLimits.bundle)
        arrive(at: now)
        bundle = anchors.sorted { $0.fingerprint < $1.fingerprint }
        precondition(
            zip(bundle, bundle.dropFirst()).allSatisfy { $0.fingerprint < $1.fingerprint },
            "an anchor is loaded once")
        let fingerprints = bundle.map(\.fingerprint)
        changeReport { $0.anchors = fingerprints }
        follow()
        watchExpiry()
    }

    /// This node's certificate comes from that anchor and ends then (seconds since 1970).
    public mutating func certificateLoaded(
        issuer: Fingerprint, end: Int64, at now: MeshInstant
    ) {
        arrive(at: now)
        changeReport {
            $0.issuer = issuer
            $0.certificateEnd = end
        }
        follow()
        watchExpiry()
    }

    /// The wall clock shows this (seconds since 1970). To be told now and then, for warnings.
    public mutating func wallClockRead(_ seconds: Int64, at now: MeshInstant) {
        arrive(at: now)
        wall = seconds
        watchExpiry()
    }

    /// Membership sees a node so.
    public mutating func memberChanged(
        _ id: NodeID, _ memberState: MemberState, _ record: MemberRecord, at now: MeshInstant
    ) {
        arrive(at: now)
        guard id != selfID else { return }
        let place = place(of: id)
        if place < peers.count, peers[place].id == id {
            peers[place].state = memberState
        } else {
            let peer = Peer(id: id, name: record.name, state: memberState, isLinked: false)
            peers.insert(peer, at: place)
        }
        // Who has left for good has nothing to acknowledge, and its report would stay for ever.
        if memberState == .left { table.remove(id) }
        noteAcknowledgement()
        reconsider()
    }

    /// Membership has forgotten a node.
    public mutating func memberForgotten(_ id: NodeID, at now: MeshInstant) {
        arrive(at: now)
        peers.removeAll { $0.id == id }
        table.remove(id)
        reconsider()
    }

    public mutating func linkUp(_ id: NodeID, at now: MeshInstant) {
        arrive(at: now)
        guard let place = index(of: id) else { return }
        peers[place].isLinked = true
        // Also when all that is known is equal: about itself only a node's own word is sure.
        emit(.send(.news(state: nil, reports: [ownReport]), to: id))
        emit(.send(.compare(hash: knowledgeHash), to: id))
        if nextCompareAt == .never { nextCompareAt = now + limits.compareInterval }
    }

    public mutating func linkDown(_ id: NodeID, at now: MeshInstant) {
        arrive(at: now)
        guard let place = index(of: id) else { return }
        peers[place].isLinked = false
    }

    /// A message came from an authenticated peer.
    public mutating func received(
        _ message: TrustMessage, from peer: NodeID, at now: MeshInstant
    ) {
        arrive(at: now)
        // Benign race: membership has not told of it yet, or has forgotten it.
        guard let place = index(of: peer) else { return }
        switch message {
        case .news(let state, let reports):
            for report in reports {
                if report.node == peers[place].name { peers[place].told = report }
                take(report)
            }
            if let state { learn(state, from: peers[place].name) }
            noteAcknowledgement()
            reconsider()
        case .compare(let hash):
            if hash != knowledgeHash { ask(peer) }
        case .request(let state, let known): answer(state, known, of: peer)
        }
    }

    /// The owner has looked at the anchor of a state; `refusal` says why it is not followed.
    public mutating func anchorJudged(
        _ theirs: TrustState, from teller: NodeName, refusal: String?, at now: MeshInstant
    ) {
        arrive(at: now)
        if teller == selfName { ordered = nil }
        if let refusal { return refuse(theirs, from: teller, refusal) }
        // Benign race: a greater state came first.
        guard isNews(theirs) else { return }
        if teller == selfName { enter(theirs) } else { adopt(theirs) }
    }

    /// Time has passed.
    public mutating func advance(to now: MeshInstant) {
        arrive(at: now)
        if nextRetryAt <= now { follow() }
        if nextCompareAt <= now { compareRound() }
    }

    mutating func arrive(at instant: MeshInstant) {
        precondition(instant >= now, "time goes forward")
        now = instant
    }

    func index(of id: NodeID) -> Int? {
        let place = place(of: id)
        return place < peers.count && peers[place].id == id ? place : nil
    }

    private func place(of id: NodeID) -> Int {
        peers.partitionPoint { $0.id < id }
    }

    private mutating func watchExpiry() {
        guard let wall else { return }
        let own = ownReport
        for warning in expiry.due(
            bundle: bundle, issuer: own.issuer, certificateEnd: own.certificateEnd, wall: wall,
            at: now)
        {
            emit(.warning(warning))
        }
    }
}

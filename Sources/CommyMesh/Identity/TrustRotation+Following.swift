internal import CommyBase

// How this node follows the state of the mesh, and how its knowledge spreads.
extension TrustRotation {
    /// Takes over a newer state and tells everybody.
    mutating func enter(_ new: TrustState) {
        precondition(state.map { $0.version < new.version } ?? true, "states only advance")
        state = new
        emit(.entered(new))
        broadcast(.news(state: new, reports: []))
        follow()
    }

    /// A peer says that the mesh is in this state. What is known of its anchor already is kept: the
    /// peer's own copy proves nothing.
    mutating func learn(_ theirs: TrustState, from teller: NodeName) {
        guard isNews(theirs) else { return }
        guard theirs.term <= termBound else {
            return refuse(theirs, from: teller, "the rotation \(theirs.term) is ahead of the clock")
        }
        guard let ours = state, ours.anchor.fingerprint == theirs.anchor.fingerprint else {
            return emit(.judge(theirs, from: teller))
        }
        var known = theirs
        known.anchor = ours.anchor
        adopt(known)
    }

    func isNews(_ theirs: TrustState) -> Bool {
        state.map { $0.version < theirs.version } ?? true
    }

    /// The greatest term that is followed now. Nobody begins a rotation every second, so a term
    /// above the seconds since 1970 was made up; bound to the clock, it cannot use up the terms for
    /// those who come after it.
    private var termBound: UInt64 {
        let seconds = (wall ?? 0) + limits.termTolerance.components.seconds
        return min(TrustState.termLimit, UInt64(max(0, seconds)))
    }

    mutating func refuse(_ theirs: TrustState, from teller: NodeName, _ why: String) {
        if teller != selfName {
            // Benign race: the peer was forgotten meanwhile.
            guard let place = index(of: NodeID(teller)) else { return }
            if let last = peers[place].refusedAt, now - last < limits.warningInterval { return }
            peers[place].refusedAt = now
        }
        emit(.refused(theirs.anchor.fingerprint, from: teller, why: why))
    }

    /// Not passed on at once: whoever changed it tells everybody, and comparisons find the rest.
    mutating func adopt(_ theirs: TrustState) {
        if let ours = state, !ours.isSameRotation(as: theirs), ours.step != .settled {
            emit(.overtaken(ours))
        }
        state = theirs
        emit(.entered(theirs))
        follow()
    }

    /// Asks the node's owner for what the state demands and is not true yet.
    mutating func follow() {
        nextRetryAt = .never
        isHeldBack = false
        defer { noteAcknowledgement() }
        guard let state else { return }
        let own = ownReport
        guard !own.acknowledges(state) else { return }
        nextRetryAt = now + limits.retryInterval
        let anchor = state.anchor.fingerprint
        guard own.anchors.contains(anchor) else { return install(state.anchor) }
        switch state.step {
        case .adding: break
        case .reissuing: if own.issuer != anchor { emit(.reissue(anchor)) }
        case .removing, .settled:
            // An anchor goes only when the own certificate no longer needs it.
            guard own.issuer == anchor else { return emit(.reissue(anchor)) }
            isHeldBack = !haveOthersReissued
            guard !isHeldBack else { return }
            for other in own.anchors where other != anchor { emit(.remove(other)) }
        }
    }

    /// Whether every live member has a certificate of the anchor that remains: a linked one by its
    /// own words, as what others say of it can be forged; the rest by what is known of them.
    private var haveOthersReissued: Bool {
        guard var reissued = state else { return true }
        reissued.step = .reissuing
        for peer in peers where isLive(peer) {
            let report = peer.isLinked ? peer.told : table[peer.id]
            guard report?.acknowledges(reissued) == true else { return false }
        }
        return true
    }

    /// What is known of others has changed: a removal that waited for it may go on.
    mutating func reconsider() {
        if isHeldBack, haveOthersReissued { follow() }
    }

    private mutating func install(_ anchor: TrustAnchor) {
        if bundle.count < TrustLimits.bundle { return emit(.install(anchor)) }
        let warning = TrustWarning.bundleFull(anchor.fingerprint)
        if expiry.isNew(warning, at: now) { emit(.warning(warning)) }
    }

    /// Says once per step that everybody has acknowledged it.
    mutating func noteAcknowledgement() {
        guard let state, acknowledged != state.version, missing.isEmpty else { return }
        acknowledged = state.version
        emit(.acknowledged(state.step))
    }

    /// Changes the own report, if anything in it changes, and tells everybody.
    mutating func changeReport(_ body: (inout TrustReport) -> Void) {
        var report = ownReport
        body(&report)
        guard report != ownReport else { return }
        publish(report, above: report.counter)
    }

    private mutating func publish(_ report: TrustReport, above counter: UInt64) {
        var report = report
        report.life = life
        // At the limit no news can be told any more; only a forger counts that far.
        guard counter < TrustReport.counterLimit else { return }
        report.counter = counter + 1
        let taken = table.take(report)
        precondition(taken, "the own report is always newer")
        broadcast(.news(state: nil, reports: [report]))
    }

    /// Takes over a newer report. One about this node comes from an earlier life of it: the present
    /// one is put above it.
    mutating func take(_ report: TrustReport) {
        let known = report.id == selfID ? ownReport.counter : table[report.id]?.counter ?? 0
        guard report.counter <= known + TrustReport.jumpLimit else { return }
        guard report.id != selfID else {
            let own = ownReport
            if report.version > own.version { publish(own, above: report.counter) }
            return
        }
        // Of members only, so that the table is bounded by theirs.
        guard let place = index(of: report.id), peers[place].name == report.node,
            peers[place].state != .left
        else { return }
        _ = table.take(report)
    }

    private mutating func broadcast(_ message: TrustMessage) {
        for peer in peers where peer.isLinked { emit(.send(message, to: peer.id)) }
    }

    mutating func compareRound() {
        let linked = peers.filter(\.isLinked)
        guard !linked.isEmpty else {
            nextCompareAt = .never
            return
        }
        nextCompareAt = now + limits.compareInterval
        let peer = linked[choice.below(linked.count)].id
        emit(.send(.compare(hash: knowledgeHash), to: peer))
    }

    mutating func ask(_ peer: NodeID) {
        let known = table.reports.map {
            TrustMessage.KnownReport(id: $0.id, version: $0.version)
        }
        emit(.send(.request(state: state?.version, known: known), to: peer))
    }

    /// Sends what the peer lacks, and asks back when it knows more.
    mutating func answer(
        _ theirs: TrustState.Version?, _ known: [TrustMessage.KnownReport], of peer: NodeID
    ) {
        var newer: [TrustReport] = []
        var knowsMore = false
        var place = 0
        for report in table.reports {
            while place < known.count, known[place].id < report.id {
                knowsMore = knowsMore || index(of: known[place].id) != nil
                place += 1
            }
            guard place < known.count, known[place].id == report.id else {
                newer.append(report)
                continue
            }
            if known[place].version < report.version { newer.append(report) }
            if report.version < known[place].version { knowsMore = true }
            place += 1
        }
        knowsMore = knowsMore || known[place...].contains { index(of: $0.id) != nil }
        var news = state
        if let theirs, let ours = state?.version {
            if theirs >= ours { news = nil }
            if theirs > ours { knowsMore = true }
        } else if theirs != nil {
            knowsMore = true
        }
        send(news, newer, to: peer)
        if knowsMore { ask(peer) }
    }

    private mutating func send(_ state: TrustState?, _ reports: [TrustReport], to peer: NodeID) {
        var state = state
        var rest = reports[...]
        while state != nil || !rest.isEmpty {
            let part = Array(rest.prefix(TrustLimits.reportsPerMessage))
            emit(.send(.news(state: state, reports: part), to: peer))
            rest = rest.dropFirst(part.count)
            state = nil
        }
    }
}

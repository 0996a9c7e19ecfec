internal import CommyBase

// How news spreads and views are repaired.
extension Membership {
    /// The next round of gossip is as soon as the rate allows.
    mutating func scheduleGossip() {
        guard !rumours.isEmpty, phase == .member else { return }
        let soonest = max(now, lastGossipAt.map { $0 + limits.gossipInterval } ?? now)
        nextGossipAt = min(nextGossipAt, soonest)
    }

    mutating func gossipRound() {
        nextGossipAt = .never
        var served = 0
        while served < limits.gossipFanOut, !rumours.isEmpty,
            let peer = nextGossipPeer()
        {
            served += 1
            let news = takeRumours(limits.updatesPerGossip, for: peer)
            if !news.isEmpty { emit(.send(.gossip(news: news), to: peer)) }
        }
        // Without a peer the news waits for the next link.
        guard served > 0 else { return }
        lastGossipAt = now
        scheduleGossip()
    }

    private mutating func nextGossipPeer() -> NodeID? {
        let table = table
        return gossipOrder.next(where: { table[$0]?.link == .up })
    }

    /// Tells a member what is held against it, so that it can refute or learn that it is dead.
    mutating func tell(_ peer: NodeID) {
        guard let member = table[peer], member.agreed != .alive || member.isOutdone,
            member.link != .none, phase == .member
        else { return }
        if let last = member.toldAt, now - last < limits.tellInterval { return }
        table.change(peer) {
            $0.toldAt = now
            $0.isOutdone = false
        }
        emit(.send(.gossip(news: [update(about: member)]), to: peer))
    }

    mutating func scheduleCompare() {
        guard nextCompareAt == .never else { return }
        nextCompareAt = now + part(of: limits.compareInterval)
    }

    /// A random part of a span, so that nodes that start together do not act together.
    mutating func part(of span: Duration) -> Duration {
        .nanoseconds(1 + Int64(timing.below(Int(span.nanoseconds))))
    }

    mutating func compareRound() {
        nextCompareAt = table.liveCount > 1 ? now + limits.compareInterval : .never
        for member in table.rows where member.link == .none && member.isLive {
            // The request may have been lost with a link that ended right after its HELLO.
            if now >= member.graceUntil, member.id != selfID {
                emit(.dial(member.id, member.record.addresses))
            }
        }
        let peers = table.rows.filter { $0.link == .up && $0.isLive }
        guard !peers.isEmpty else { return }
        let peer = peers[timing.below(peers.count)].id
        emit(.send(.compare(viewHash: viewHash), to: peer))
    }

    mutating func compared(with theirs: UInt64, of peer: NodeID) {
        guard theirs != viewHash else { return }
        nextCompareAt = min(nextCompareAt, now + limits.compareIntervalAfterDifference)
        guard budget.take(at: now) else { return }
        emit(.send(.syncRequest(digest: digest), to: peer))
    }

    /// All rows, the dead included. `MembershipLimits` keep them within one digest; of a longer
    /// table, whoever is cut off would only be told of once more.
    var digest: [SwimMessage.DigestEntry] {
        table.rows.prefix(SwimMessage.digestLimit).map {
            SwimMessage.DigestEntry(id: $0.id, version: $0.version)
        }
    }

    /// Sends what the peer lacks and asks for what it knows better.
    mutating func answer(_ theirs: [SwimMessage.DigestEntry], of peer: NodeID) {
        var news: [MemberUpdate] = []
        var wanted: [NodeID] = []
        var place = 0
        for row in table.rows {
            while place < theirs.count, theirs[place].id < row.id {
                if isWanted(theirs[place]) { wanted.append(theirs[place].id) }
                place += 1
            }
            guard place < theirs.count, theirs[place].id == row.id else {
                if row.isLive { news.append(update(about: row)) }
                continue
            }
            if theirs[place].version < row.version { news.append(update(about: row)) }
            if row.version < theirs[place].version { wanted.append(row.id) }
            place += 1
        }
        wanted += theirs[place...].filter(isWanted).map(\.id)
        sendSync(news, wanted: wanted, to: peer)
    }

    /// Somebody unknown is asked for while it lives.
    private func isWanted(_ entry: SwimMessage.DigestEntry) -> Bool {
        switch entry.version.state {
        case .alive, .suspect: true
        case .dead, .left: false
        }
    }

    mutating func sendWanted(_ wanted: [NodeID], to peer: NodeID) {
        let news = wanted.compactMap { table[$0] }.map { update(about: $0) }
        sendSync(news, wanted: [], to: peer)
    }

    private mutating func sendSync(_ news: [MemberUpdate], wanted: [NodeID], to peer: NodeID) {
        var rest = news[...]
        var wanted = wanted
        while !rest.isEmpty || !wanted.isEmpty {
            let part = Array(rest.prefix(SwimMessage.updateLimit))
            emit(.send(.sync(news: part, wanted: wanted), to: peer))
            rest = rest.dropFirst(part.count)
            wanted = []
        }
    }

    mutating func scheduleReconnect() {
        guard nextReconnectAt == .never, phase == .member else { return }
        nextReconnectAt = now + part(of: limits.reconnectInterval)
    }

    /// Dials one dead member: it may be alive behind a partition that has healed.
    mutating func reconnectRound() {
        let lost = table.tombstones.filter {
            guard let member = table[$0] else { return false }
            return member.agreed == .dead && member.link == .none
        }
        nextReconnectAt = table.tombstones.isEmpty ? .never : now + limits.reconnectInterval
        guard !lost.isEmpty, let member = table[lost[timing.below(lost.count)]] else { return }
        emit(.dial(member.id, member.record.addresses))
    }

    mutating func forgetBeyondLimit() {
        while table.tombstones.filter({ $0 != selfID }).count > limits.tombstoneLimit {
            forgetOldest()
        }
    }

    mutating func forgetOldest() {
        guard let oldest = table.tombstones.first(where: { $0 != selfID }) else { return }
        table.remove(oldest)
        rumours.remove(oldest)
        emit(.forget(oldest))
    }
}

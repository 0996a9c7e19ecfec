public import CommyBase

extension Catalog {
    /// Membership changed its mind about a node. Its instances are shown anew at once: those of a
    /// dead node, or of an earlier life, cannot be called from this moment on.
    public mutating func memberChanged(
        _ id: NodeID, _ state: MemberState, _ record: MemberRecord, at now: MeshInstant
    ) {
        move(to: now)
        precondition(record.id == id)
        guard id != node else { return }
        let before = members.set(id, state, life: record.life, at: now)
        let isSame = before?.state == state && before?.life == record.life
        if state == .left {
            // It said so itself: nothing of it will come back in this life.
            forgetOwner(id)
        } else if !isSame, let ledger = replicas[id] {
            for number in ledger.liveNumbers { show(InstanceID(node: id, number: number)) }
        }
        if members.isLiving(id), before?.life != record.life, members.isLinked(id) {
            pull(id, from: id)
        }
        announceWatches()
    }

    /// Membership has forgotten a node that was dead or gone.
    public mutating func memberForgotten(_ id: NodeID, at now: MeshInstant) {
        move(to: now)
        members.forget(id)
        forgetOwner(id)
        announceWatches()
    }

    /// A link with a peer carries messages: each side asks the other for what it does not know of
    /// it, which is one small message when nothing is missing.
    public mutating func linkUp(_ peer: NodeID, at now: MeshInstant) {
        move(to: now)
        precondition(peer != node)
        let wasAlone = members.linked.isEmpty
        members.link(peer)
        if isStale { becomeStale(false) }
        let claim = replicas[peer]?.claim ?? CatalogClaim(owner: peer, version: .nothing, hash: 0)
        emit(.send(.pull([claim]), to: peer))
        // The first peer also tells of those that this node has no link with.
        if wasAlone { emit(.send(.summary(viewHash: viewHash), to: peer)) }
        announceWatches()
    }

    /// The last link with a peer is gone or silent.
    public mutating func linkDown(_ peer: NodeID, at now: MeshInstant) {
        move(to: now)
        members.unlink(peer)
        pulls.answered(peer)
        if members.linked.isEmpty, !replicas.ledgers.isEmpty, !isStale { becomeStale(true) }
        announceWatches()
    }

    private mutating func becomeStale(_ isNow: Bool) {
        staleSince = isNow ? now : nil
        if !isNow { members.restartEnds(at: now) }
        watchTable.stalenessChanged()
        emit(.stale(isNow))
    }

    /// Drops what has been kept long enough. While this node is cut off it keeps everything: it may
    /// be itself that is dead to the others.
    mutating func clean() {
        let tombstonesBefore = now - limits.tombstoneRetention
        own.forgetTombstones(before: tombstonesBefore, limit: limits.tombstonesPerOwner)
        replicas.forgetTombstones(before: tombstonesBefore)
        guard !isStale else { return }
        for member in members.members where member.endedAt < now - limits.deadRetention {
            forgetOwner(member.id)
        }
        for stranger in members.strangers
        where stranger.since < now - limits.strangerRetention {
            members.forgetStranger(stranger.id)
            forgetOwner(stranger.id)
        }
    }

    private mutating func forgetOwner(_ owner: NodeID) {
        apply(replicas.remove(owner), of: owner)
        pulls.answered(owner)
    }

    mutating func apply(_ changes: [OwnerLedger.Change], of owner: NodeID) {
        for change in changes {
            switch change {
            case .present(let number): show(InstanceID(node: owner, number: number))
            case .absent(let number, let service):
                hide(InstanceID(node: owner, number: number), of: service)
            }
        }
    }

    /// Tells what an instance is now.
    mutating func show(_ id: InstanceID) {
        guard let instance = instance(id) else { return }
        services.set(id, instance.availability, of: instance.service)
        watchTable.changed(id, of: instance.service)
        emit(.changed(.present(instance)))
    }

    /// Tells that an instance is gone.
    mutating func hide(_ id: InstanceID, of service: ServiceName) {
        services.remove(id, of: service)
        watchTable.changed(id, of: service)
        emit(.changed(.absent(id, service)))
    }
}

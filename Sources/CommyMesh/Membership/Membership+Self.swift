public import CommyBase

// What others say of this node, and what it says of itself.
extension Membership {
    /// Somebody passes on news of this node itself. It is answered by a higher incarnation, so that
    /// what is true wins, and never obeyed: whoever can speak here could have made it up.
    mutating func mergeAboutSelf(_ update: MemberUpdate, from source: NodeID?) {
        guard phase == .member else { return }
        let own = own
        guard update.record.name == own.record.name else {
            return report(
                .numberTaken(selfID, holder: own.record.name, refused: update.record.name),
                about: selfID)
        }
        // Only a forger counts that far, and nothing could be said above it for long.
        guard isAnswered(update.record.incarnation) else { return }
        guard update.version >= own.version else {
            // An old accusation: its sender has missed the refutation.
            if update.state != .alive, let source, table[source] != nil {
                emit(.send(.gossip(news: [self.update(about: own)]), to: source))
            }
            return
        }
        if update.record.life == own.record.life {
            guard update.version > own.version else { return }
            health.refutedItself()
            return raise(above: update.record.incarnation, as: own.record)
        }
        raise(above: update.record.incarnation, as: own.record)
        switch update.state {
        case .dead, .left: break
        case .alive, .suspect: dispute(with: update.record)
        }
    }

    /// Another life of this node's name is said to run: after some claims this node looks for it
    /// where it is said to listen.
    private mutating func dispute(with other: MemberRecord) {
        switch claim.otherLifeTold(other.life) {
        case .claim: break
        case .seek:
            if let last = soughtTwinAt, now - last < limits.conflictInterval { return }
            soughtTwinAt = now
            emit(.seekTwin(other.addresses))
        }
    }

    /// A process that has proven by its certificate that it may bear this node's name has connected
    /// to this node. It is turned away, whoever was there first.
    mutating func twinIntroduced(_ twin: MemberRecord) {
        guard phase == .member, twin.name == own.record.name, twin.life != own.record.life else {
            return
        }
        claim.turnedAway(twin.life)
        guard isAnswered(twin.incarnation), MemberVersion(twin, .alive) > own.version else {
            return
        }
        raise(above: twin.incarnation, as: own.record)
    }

    /// A process that has proven by its certificate that it may bear this node's name has turned
    /// this node away with `nameTaken`.
    public mutating func nameRefused(at now: MeshInstant) {
        arrive(at: now)
        defer { settle() }
        guard phase == .member else { return }
        switch claim.refused(ownLife: own.record.life) {
        case .nothing: break
        case .yield(let life):
            phase = .yielded
            stop()
            emit(.conflict(.ownNameTaken(otherLife: life)))
        }
    }

    private func isAnswered(_ incarnation: UInt64) -> Bool {
        let bound = own.record.incarnation + MemberUpdate.jumpLimit
        return incarnation <= max(bound, MemberUpdate.refutableLimit)
    }

    /// Says something new of this node.
    mutating func raise(above incarnation: UInt64, as record: MemberRecord) {
        // At the limit nobody can be refuted any more; see `MemberUpdate.jumpLimit`.
        let raised = min(incarnation + 1, MemberUpdate.incarnationLimit)
        table.change(selfID) {
            $0.record = record
            $0.record.incarnation = raised
        }
        rumours.add(selfID)
        emit(.refuted(incarnation: raised))
        scheduleGossip()
    }
}

public import CommyBase

extension Catalog {
    /// Adds an instance of this node. It is told to the mesh within `limits.coalescing`.
    public mutating func register(
        _ offer: ServiceOffer, at now: MeshInstant
    ) throws(CatalogError) -> InstanceID {
        move(to: now)
        let placed = offer.zone == .unknown ? offer.at(zone) : offer
        if let field = placed.brokenField { throw .invalidOffer(field) }
        guard own.liveCount < limits.entriesPerOwner else {
            throw .limitReached(.entriesPerOwner)
        }
        try checkRoom(for: placed)
        let number = takeNumber()
        change(number, .live(.up, placed))
        return InstanceID(node: node, number: number)
    }

    /// Replaces what an instance offers; its service stays.
    public mutating func update(
        _ instance: InstanceID, to offer: ServiceOffer, at now: MeshInstant
    ) throws(CatalogError) {
        move(to: now)
        let entry = try ownEntry(instance)
        guard entry.service == offer.service else { throw .anotherService }
        let placed = offer.zone == .unknown ? offer.at(zone) : offer
        if let field = placed.brokenField { throw .invalidOffer(field) }
        guard placed != entry.offer else { return }
        try checkRoom(for: placed)
        change(instance.number, .live(entry.state, placed))
    }

    /// `.draining`: no new calls are sent to it. `.up` again: it takes calls again.
    public mutating func setState(
        _ state: EntryState, of instance: InstanceID, at now: MeshInstant
    ) throws(CatalogError) {
        move(to: now)
        let entry = try ownEntry(instance)
        guard entry.state != state else { return }
        change(instance.number, .live(state, entry.offer))
    }

    public mutating func drain(
        _ instance: InstanceID, at now: MeshInstant
    ) throws(CatalogError) {
        try setState(.draining, of: instance, at: now)
    }

    /// The instance is gone for good.
    public mutating func deregister(
        _ instance: InstanceID, at now: MeshInstant
    ) throws(CatalogError) {
        move(to: now)
        _ = try ownEntry(instance)
        change(instance.number, .gone)
    }

    /// The node stops: all its instances finish what they have.
    public mutating func drainAll(at now: MeshInstant) {
        move(to: now)
        for number in own.liveNumbers {
            guard let entry = own.entry(number), entry.state != .draining else { continue }
            change(number, .live(.draining, entry.offer))
        }
    }

    private func ownEntry(_ instance: InstanceID) throws(CatalogError) -> CatalogEntry {
        guard instance.node == node, let entry = own.entry(instance.number) else {
            throw .noSuchInstance
        }
        return entry
    }

    private func checkRoom(for offer: ServiceOffer) throws(CatalogError) {
        let bytes = offer.encodedByteCount + CatalogRecord.overheadBytes
        guard own.bytes + bytes <= limits.bytesPerOwner else {
            throw .limitReached(.bytesPerOwner)
        }
    }

    /// Counts up from a place that the life gives, past zero (which means "any instance") and past
    /// numbers in use, for the day when four thousand million were given.
    private mutating func takeNumber() -> UInt32 {
        while nextNumber == 0 || own.index(of: nextNumber) != nil { nextNumber &+= 1 }
        defer { nextNumber &+= 1 }
        return nextNumber
    }

    private mutating func change(_ number: UInt32, _ content: CatalogRecord.Content) {
        let service = own.entry(number)?.service
        own.stamp(number, content, at: now)
        if own.tombstoneCount > limits.tombstonesPerOwner {
            own.forgetTombstones(
                before: now - limits.tombstoneRetention, limit: limits.tombstonesPerOwner)
        }
        queue.changed(at: now)
        switch content {
        case .live: show(InstanceID(node: node, number: number))
        case .gone:
            guard let service else { preconditionFailure("only what lives can be deregistered") }
            hide(InstanceID(node: node, number: number), of: service)
        }
        announceWatches()
    }
}

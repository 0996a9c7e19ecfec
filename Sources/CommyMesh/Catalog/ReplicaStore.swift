internal import CommyBase

/// The ledgers of all other owners, by owner.
///
/// Invariants: owners rise; `room` is the limits less what the ledgers hold; there are at most
/// `limits.owners`.
struct ReplicaStore: Sendable, Equatable {
    private(set) var ledgers: [OwnerLedger] = []
    private(set) var room: CatalogRoom
    private let limits: CatalogLimits

    init(limits: CatalogLimits) {
        self.limits = limits
        room = CatalogRoom(entries: limits.entries, bytes: limits.bytes)
    }

    subscript(owner: NodeID) -> OwnerLedger? {
        index(of: owner).map { ledgers[$0] }
    }

    func index(of owner: NodeID) -> Int? {
        let index = lowerBound(of: owner)
        return index < ledgers.count && ledgers[index].owner == owner ? index : nil
    }

    /// The first place whose owner is not below this one.
    func lowerBound(of owner: NodeID) -> Int {
        var low = 0
        var high = ledgers.count
        while low < high {
            let middle = (low + high) / 2
            if ledgers[middle].owner < owner { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Takes a delta in. Nil when there is no room for another owner.
    mutating func absorb(
        _ delta: CatalogDelta, changes: inout [OwnerLedger.Change], at now: MeshInstant
    ) -> OwnerLedger.Absorption? {
        let place = lowerBound(of: delta.owner)
        if place == ledgers.count || ledgers[place].owner != delta.owner {
            guard ledgers.count < limits.owners else { return nil }
            ledgers.insert(OwnerLedger(owner: delta.owner, version: .nothing), at: place)
        }
        let absorption = ledgers[place].absorb(
            delta, room: &room, limits: limits, changes: &changes, at: now)
        if ledgers[place].tombstoneCount > limits.tombstonesPerOwner {
            ledgers[place].forgetTombstones(
                before: now - limits.tombstoneRetention, limit: limits.tombstonesPerOwner)
        }
        return absorption
    }

    /// Doubts what is known of an owner, so that it is asked for from the beginning.
    mutating func doubt(_ owner: NodeID) {
        if let index = index(of: owner) { ledgers[index].doubt() }
    }

    /// Forgets an owner; gives the ends of its instances.
    mutating func remove(_ owner: NodeID) -> [OwnerLedger.Change] {
        guard let index = index(of: owner) else { return [] }
        let ledger = ledgers.remove(at: index)
        room.give(entries: ledger.liveCount, bytes: ledger.bytes)
        return ledger.liveNumbers.compactMap(ledger.absence)
    }

    mutating func forgetTombstones(before time: MeshInstant) {
        for index in ledgers.indices {
            ledgers[index].forgetTombstones(before: time, limit: limits.tombstonesPerOwner)
        }
    }

    func checkInvariants() {
        var expected = CatalogRoom(entries: limits.entries, bytes: limits.bytes)
        for (index, ledger) in ledgers.enumerated() {
            precondition(index == 0 || ledgers[index - 1].owner < ledger.owner)
            ledger.checkInvariants()
            precondition(expected.take(entries: ledger.liveCount, bytes: ledger.bytes))
        }
        precondition(expected == room)
        precondition(ledgers.count <= limits.owners)
    }
}

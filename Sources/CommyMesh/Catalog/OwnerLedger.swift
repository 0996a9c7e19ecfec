internal import CommyBase
internal import CommyWire

/// The entries of one owner, as the owner keeps them and as everybody else repeats them.
///
/// The owner moves `version.counter` with each change and stamps the changed entry with it. Whoever
/// knows the counter knows everything up to it, so a repetition or a late message is recognised by
/// comparing two numbers, and a deregistered instance cannot come back: its last live words are
/// below the counter.
///
/// Invariants: records rise by number; in the owner's own ledger none is above `version.counter`
/// (elsewhere one can be, while an owner that speaks anew is being heard); `hash`, `bytes` and
/// `liveCount` are the sums over the live records.
struct OwnerLedger: Sendable, Equatable {
    let owner: NodeID
    private(set) var version: CatalogVersion
    /// Tombstones up to this counter may be forgotten here: who knows less needs a roster.
    private(set) var floor: UInt64 = 0
    private(set) var records: [Kept] = []
    /// Sum of the hashes of the live records, so that one change costs one addition.
    private(set) var hash: UInt64 = 0
    private(set) var bytes = 0
    private(set) var liveCount = 0
    private(set) var tombstoneCount = 0
    /// Something was refused for lack of room: this ledger agrees with nobody's.
    var isPartial = false

    struct Kept: Sendable, Equatable {
        var record: CatalogRecord
        /// Zero for tombstones.
        var hash: UInt64
        var bytes: Int
        /// When a tombstone was made here; `.never` for the living.
        var buriedAt: MeshInstant
    }

    init(owner: NodeID, version: CatalogVersion) {
        self.owner = owner
        self.version = version
    }

    /// What is said of this ledger to others.
    var claim: CatalogClaim {
        CatalogClaim(owner: owner, version: version, hash: isPartial ? 0 : max(hash, 1))
    }

    func index(of number: UInt32) -> Int? {
        let index = lowerBound(of: number)
        return index < records.count && records[index].record.number == number ? index : nil
    }

    /// The live entry with this number.
    func entry(_ number: UInt32) -> CatalogEntry? {
        guard let index = index(of: number) else { return nil }
        return entry(at: index)
    }

    /// The entry at a place; nil for a tombstone.
    func entry(at index: Int) -> CatalogEntry? {
        let record = records[index].record
        switch record.content {
        case .gone: return nil
        case .live(let state, let offer):
            return CatalogEntry(
                instance: InstanceID(node: owner, number: record.number), state: state,
                offer: offer, counter: record.counter)
        }
    }

    /// The first place whose number is not below this one.
    func lowerBound(of number: UInt32) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].record.number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The owner's own change: stamps it with the next counter.
    mutating func stamp(_ number: UInt32, _ content: CatalogRecord.Content, at now: MeshInstant) {
        precondition(version.counter < OfferLimits.counter)
        version.counter += 1
        put(CatalogRecord(number: number, counter: version.counter, content: content), at: now)
    }

    /// The owner's answer to a claim that is not its own: one generation above, and a change, so
    /// that even an empty ledger has something to tell.
    mutating func refute(_ generation: UInt64) {
        precondition(generation >= version.generation && generation < OfferLimits.generation)
        version.generation = generation + 1
        version.counter += 1
    }

    /// The owner speaks anew: nothing that was known of the counter holds. Entries of the same life
    /// stay until a roster says otherwise, for the programs behind them still run.
    mutating func begin(_ era: CatalogVersion) {
        if era.life != version.life { clear() }
        version = CatalogVersion(generation: era.generation, life: era.life, counter: 0)
        floor = 0
        isPartial = false
    }

    /// Everything up to this counter is known now.
    mutating func reach(_ counter: UInt64) {
        precondition(counter >= version.counter)
        version.counter = counter
    }

    /// Doubts everything that is known, without forgetting it.
    mutating func doubt() {
        version.counter = 0
        isPartial = false
    }

    mutating func put(_ record: CatalogRecord, at now: MeshInstant) {
        let place = lowerBound(of: record.number)
        let isKnown = place < records.count && records[place].record.number == record.number
        let kept = Kept(record, of: owner, at: now)
        if isKnown {
            forget(records[place])
            records[place] = kept
        } else {
            records.insert(kept, at: place)
        }
        count(kept)
    }

    /// Drops a live record that a roster does not name.
    mutating func remove(at index: Int) {
        forget(records[index])
        records.remove(at: index)
    }

    /// A roster was followed: tombstones up to its counter were not seen.
    mutating func raiseFloor(to counter: UInt64) { floor = max(floor, counter) }

    /// Forgets tombstones that are old or too many.
    mutating func forgetTombstones(before time: MeshInstant, limit: Int) {
        guard tombstoneCount > 0 else { return }
        if tombstoneCount > limit { raiseFloor(to: counterOfExcessTombstone(limit: limit)) }
        let old = records.lazy.filter { !$0.record.isLive && $0.buriedAt < time }
        raiseFloor(to: old.map(\.record.counter).max() ?? 0)
        let floor = floor
        records.removeAll { !$0.record.isLive && $0.record.counter <= floor }
        tombstoneCount = records.lazy.filter { !$0.record.isLive }.count
    }

    private func counterOfExcessTombstone(limit: Int) -> UInt64 {
        let counters = records.lazy.filter { !$0.record.isLive }.map(\.record.counter).sorted()
        return counters[counters.count - limit - 1]
    }

    private mutating func clear() {
        records.removeAll()
        (hash, bytes, liveCount, tombstoneCount) = (0, 0, 0, 0)
    }

    private mutating func count(_ kept: Kept) {
        hash &+= kept.hash
        bytes += kept.bytes
        if kept.record.isLive { liveCount += 1 } else { tombstoneCount += 1 }
    }

    private mutating func forget(_ kept: Kept) {
        hash &-= kept.hash
        bytes -= kept.bytes
        if kept.record.isLive { liveCount -= 1 } else { tombstoneCount -= 1 }
    }

    func checkInvariants() {
        var sum: UInt64 = 0
        for (index, kept) in records.enumerated() {
            precondition(index == 0 || records[index - 1].record.number < kept.record.number)
            precondition(kept.record.isLive == (kept.buriedAt == .never))
            sum &+= kept.hash
        }
        precondition(sum == hash)
        precondition(bytes == records.reduce(0) { $0 + $1.bytes })
        precondition(liveCount + tombstoneCount == records.count)
        precondition(liveCount == records.lazy.filter(\.record.isLive).count)
    }
}

extension OwnerLedger.Kept {
    init(_ record: CatalogRecord, of owner: NodeID, at now: MeshInstant) {
        self.record = record
        switch record.content {
        case .gone:
            (hash, bytes, buriedAt) = (0, 0, now)
        case .live:
            var writer = ByteWriter(capacity: 256)
            writer.u64(owner.value)
            record.encode(after: 0, into: &writer)
            hash = StableHash.of(writer.bytes)
            bytes = writer.count
            buriedAt = .never
        }
    }
}

/// A hash that is the same on every machine, for comparing what nodes know. It finds differences,
/// not forgeries.
enum StableHash {
    /// FNV-1a over 64 bits, then mixed, so that sums of hashes are good hashes of multisets.
    static func of(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return mix(hash)
    }

    static func mix(_ value: UInt64) -> UInt64 { RandomKey(seed: value).value }
}

/// Remembers, for one link, how many packets each flow has sent and whether it is in a loss burst.
///
/// A hash table with chained slots and a list by age through the same slots; it never moves a slot
/// and allocates only while it grows. At most `capacity` flows: then the one with the oldest last
/// packet is forgotten, which depends on the order of packets alone, never on hash order.
struct FlowTable: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var flow: UInt64
        /// Packets so far: the ordinal of the next one.
        var ordinal: UInt64 = 0
        var chain = GilbertElliottChain()
        fileprivate var nextInBucket: UInt32 = none
        fileprivate var newer: UInt32 = none
        fileprivate var older: UInt32 = none
    }

    private static let none = UInt32.max
    private let capacity: Int
    private(set) var entries: [Entry] = []
    private var buckets: [UInt32] = []
    private var newest = none
    private var oldest = none

    init(capacity: Int = FabricLimits.flowsPerLink) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    /// The entry at a slot that `slot(of:)` has just given.
    subscript(slot: Int) -> Entry {
        _read { yield entries[slot] }
        _modify { yield &entries[slot] }
    }

    /// The slot of a flow, which becomes the youngest; a new flow gets one.
    mutating func slot(of flow: UInt64) -> Int {
        // Most packets come from the flow that sent last: no hashing, no list work.
        if newest != Self.none, entries[Int(newest)].flow == flow { return Int(newest) }
        if let found = find(flow) {
            unlinkFromAge(found)
            linkAsNewest(found)
            return Int(found)
        }
        let slot = entries.count < capacity ? append(flow) : replaceOldest(with: flow)
        linkAsNewest(slot)
        return Int(slot)
    }

    private func find(_ flow: UInt64) -> UInt32? {
        guard !buckets.isEmpty else { return nil }
        var slot = buckets[bucket(of: flow)]
        while slot != Self.none {
            if entries[Int(slot)].flow == flow { return slot }
            slot = entries[Int(slot)].nextInBucket
        }
        return nil
    }

    private func bucket(of flow: UInt64) -> Int {
        // Fibonacci hashing (Knuth, volume 3, section 6.4); the bucket count is a power of two.
        Int(truncatingIfNeeded: (flow &* 0x9e37_79b9_7f4a_7c15) >> 32) & (buckets.count - 1)
    }

    private mutating func append(_ flow: UInt64) -> UInt32 {
        let slot = UInt32(entries.count)
        entries.append(Entry(flow: flow))
        if entries.count > buckets.count {
            rebuildBuckets()
        } else {
            linkIntoBucket(slot)
        }
        return slot
    }

    private mutating func replaceOldest(with flow: UInt64) -> UInt32 {
        let slot = oldest
        unlinkFromAge(slot)
        unlinkFromBucket(slot)
        entries[Int(slot)] = Entry(flow: flow)
        linkIntoBucket(slot)
        return slot
    }

    private mutating func rebuildBuckets() {
        buckets = Array(repeating: Self.none, count: max(8, buckets.count * 2))
        for slot in entries.indices { linkIntoBucket(UInt32(slot)) }
    }

    private mutating func linkIntoBucket(_ slot: UInt32) {
        let bucket = bucket(of: entries[Int(slot)].flow)
        entries[Int(slot)].nextInBucket = buckets[bucket]
        buckets[bucket] = slot
    }

    private mutating func unlinkFromBucket(_ slot: UInt32) {
        let bucket = bucket(of: entries[Int(slot)].flow)
        let next = entries[Int(slot)].nextInBucket
        guard buckets[bucket] != slot else {
            buckets[bucket] = next
            return
        }
        var previous = buckets[bucket]
        while entries[Int(previous)].nextInBucket != slot {
            previous = entries[Int(previous)].nextInBucket
        }
        entries[Int(previous)].nextInBucket = next
    }

    private mutating func linkAsNewest(_ slot: UInt32) {
        entries[Int(slot)].newer = Self.none
        entries[Int(slot)].older = newest
        if newest != Self.none { entries[Int(newest)].newer = slot }
        newest = slot
        if oldest == Self.none { oldest = slot }
    }

    private mutating func unlinkFromAge(_ slot: UInt32) {
        let entry = entries[Int(slot)]
        if entry.newer == Self.none {
            newest = entry.older
        } else {
            entries[Int(entry.newer)].older = entry.older
        }
        if entry.older == Self.none {
            oldest = entry.newer
        } else {
            entries[Int(entry.older)].newer = entry.newer
        }
    }
}

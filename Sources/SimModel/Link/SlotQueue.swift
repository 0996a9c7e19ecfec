/// First in, first out, of packet slots; grows by doubling and then never allocates.
struct SlotQueue: Sendable, Equatable {
    private var storage: [UInt32] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ slot: UInt32) {
        if count == storage.count { grow() }
        storage[(head + count) & (storage.count - 1)] = slot
        count += 1
    }

    mutating func popFirst() -> UInt32? {
        guard count > 0 else { return nil }
        let slot = storage[head]
        head = (head + 1) & (storage.count - 1)
        count -= 1
        return slot
    }

    /// The slots in order, for rare operations.
    var contents: [UInt32] {
        (0..<count).map { storage[(head + $0) & (storage.count - 1)] }
    }

    mutating func replace(with slots: [UInt32]) {
        precondition(slots.count <= count, "a queue is only thinned out")
        head = 0
        count = slots.count
        for index in slots.indices { storage[index] = slots[index] }
    }

    private mutating func grow() {
        var larger = contents
        larger.append(contentsOf: repeatElement(0, count: max(16, count * 2) - count))
        storage = larger
        head = 0
    }
}

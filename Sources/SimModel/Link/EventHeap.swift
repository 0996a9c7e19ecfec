/// One thing that will happen in the fabric.
struct FabricEvent: Sendable, Equatable {
    enum Kind: UInt8, Sendable, Equatable {
        /// A packet (`target` is its slot) reaches the far end of its link.
        case arrival
        /// A link's (`target`) serialiser is done with its packet.
        case serialised
        /// A link's (`target`) PIE controller must be updated.
        case update
    }
    var due: Int64
    /// Order among events with the same `due`.
    var sequence: UInt64
    var target: UInt32
    /// The link's epoch when the event was made; an event of an older epoch is void.
    var epoch: UInt32
    var kind: Kind

    func isBefore(_ other: FabricEvent) -> Bool {
        due != other.due ? due < other.due : sequence < other.sequence
    }
}

/// The earliest of all pending events: a 4-ary heap, which has half the levels of a binary one and
/// keeps siblings on neighbouring cache lines.
struct EventHeap: Sendable, Equatable {
    private(set) var events: [FabricEvent] = []

    var first: FabricEvent? { events.first }

    mutating func insert(_ event: FabricEvent) {
        events.append(event)
        var child = events.count - 1
        while child > 0 {
            let parent = (child - 1) / 4
            guard event.isBefore(events[parent]) else { break }
            events[child] = events[parent]
            child = parent
        }
        events[child] = event
    }

    mutating func removeFirst() {
        let last = events.removeLast()
        guard !events.isEmpty else { return }
        sink(last, from: 0)
    }

    /// Takes out all events for which `isVoid` holds, earliest first. Linear: for faults, not
    /// packets.
    mutating func removeAll(where isVoid: (FabricEvent) -> Bool) -> [FabricEvent] {
        let removed = events.filter(isVoid).sorted { $0.isBefore($1) }
        guard !removed.isEmpty else { return [] }
        events.removeAll(where: isVoid)
        // A sorted array is a heap.
        events.sort { $0.isBefore($1) }
        return removed
    }

    private mutating func sink(_ event: FabricEvent, from start: Int) {
        let count = events.count
        var hole = start
        while true {
            let firstChild = hole * 4 + 1
            guard firstChild < count else { break }
            var least = firstChild
            let end = min(firstChild + 4, count)
            var candidate = firstChild + 1
            while candidate < end {
                if events[candidate].isBefore(events[least]) { least = candidate }
                candidate += 1
            }
            guard events[least].isBefore(event) else { break }
            events[hole] = events[least]
            hole = least
        }
        events[hole] = event
    }
}

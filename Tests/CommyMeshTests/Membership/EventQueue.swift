import CommyBase

/// Events in the order of their time, and of their arrival where times are equal.
struct EventQueue<Event> {
    private struct Entry {
        let at: MeshInstant
        let order: UInt64
        let event: Event

        func comes(before other: Entry) -> Bool { (at, order) < (other.at, other.order) }
    }
    private var heap: [Entry] = []
    private var nextOrder: UInt64 = 0

    var nextTime: MeshInstant? { heap.first?.at }

    mutating func add(_ event: Event, at: MeshInstant) {
        heap.append(Entry(at: at, order: nextOrder, event: event))
        nextOrder += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].comes(before: heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> (at: MeshInstant, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                    if heap[child].comes(before: heap[least]) { least = child }
                }
                guard least != parent else { break }
                heap.swapAt(parent, least)
                parent = least
            }
        }
        return (first.at, first.event)
    }
}

import CommyBase

/// Events in order of time, and of their coming where times are equal.
struct MeshQueue<Event> {
    private struct Item {
        let at: MeshInstant
        let order: Int
        let event: Event
    }
    private var heap: [Item] = []
    private var order = 0

    var nextTime: MeshInstant { heap.first?.at ?? .never }

    mutating func add(_ event: Event, at time: MeshInstant) {
        heap.append(Item(at: time, order: order, event: event))
        order += 1
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> (at: MeshInstant, event: Event)? {
        guard let first = heap.first else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isBefore(child, least) { least = child }
            if least == parent { return (first.at, first.event) }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].at, heap[left].order) < (heap[right].at, heap[right].order)
    }
}

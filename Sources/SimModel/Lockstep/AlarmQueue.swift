/// Instants at which something is due, earliest first; those of one instant in the order in which
/// they were asked for. A binary heap.
struct AlarmQueue: Sendable {
    struct Alarm: Sendable, Equatable {
        var due: Int64
        var handle: UInt32
        var sequence: UInt64
    }

    private var heap: [Alarm] = []
    private var sequence: UInt64 = 0

    var first: Alarm? { heap.first }

    mutating func insert(due: Int64, handle: UInt32) {
        heap.append(Alarm(due: due, handle: handle, sequence: sequence))
        sequence += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Self.isBefore(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private static func isBefore(_ left: Alarm, _ right: Alarm) -> Bool {
        (left.due, left.sequence) < (right.due, right.sequence)
    }
}

public import CommyBase

/// Instants at which something is due, earliest first; those of one instant in the order in which
/// they were set. Setting, cancelling and taking cost O(log n), and nothing is allocated once the
/// heap has had its largest size.
///
/// A 4-ary heap of slot numbers; each slot knows its place, so that a timer is cancelled without a
/// search.
public struct TimerHeap<Payload> {
    /// Names one timer until it has fired or was cancelled; after that it names nothing.
    public struct Token: Sendable, Hashable {
        fileprivate var slot: UInt32
        fileprivate var generation: UInt32
    }

    fileprivate struct Slot {
        var due: MeshInstant
        var sequence: UInt64
        /// In the heap; negative while the slot is free.
        var place: Int32
        var generation: UInt32
        var payload: Payload?
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var heap: [UInt32] = []
    private var sequence: UInt64 = 0

    public init() {}

    public var count: Int { heap.count }

    /// When the next one is due; `.never` when there is none.
    public var next: MeshInstant {
        guard let first = heap.first else { return .never }
        return slots[Int(first)].due
    }

    /// `payload` is given back by `pop` when the instant has come.
    @discardableResult
    public mutating func set(at due: MeshInstant, _ payload: Payload) -> Token {
        sequence += 1
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)].due = due
            slots[Int(slot)].sequence = sequence
            slots[Int(slot)].payload = payload
        } else {
            slot = UInt32(slots.count)
            slots.append(
                Slot(due: due, sequence: sequence, place: -1, generation: 0, payload: payload))
        }
        heap.append(slot)
        rise(from: heap.count - 1)
        return Token(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// False when it has fired or was cancelled before.
    @discardableResult
    public mutating func cancel(_ token: Token) -> Bool {
        guard Int(token.slot) < slots.count,
            slots[Int(token.slot)].generation == token.generation,
            slots[Int(token.slot)].place >= 0
        else { return false }
        _ = remove(at: Int(slots[Int(token.slot)].place))
        return true
    }

    /// Takes out the first timer that is due at `now`; nil when none is.
    public mutating func pop(at now: MeshInstant) -> Payload? {
        guard let first = heap.first, slots[Int(first)].due <= now else { return nil }
        return remove(at: 0)
    }

    private mutating func remove(at place: Int) -> Payload? {
        let slot = Int(heap[place])
        let payload = slots[slot].payload.take()
        slots[slot].place = -1
        slots[slot].generation &+= 1
        free.append(UInt32(slot))
        let last = heap.removeLast()
        if place < heap.count {
            heap[place] = last
            slots[Int(last)].place = Int32(place)
            rise(from: place)
            sink(from: Int(slots[Int(last)].place))
        }
        return payload
    }

    private func isBefore(_ left: UInt32, _ right: UInt32) -> Bool {
        let (left, right) = (slots[Int(left)], slots[Int(right)])
        return left.due != right.due ? left.due < right.due : left.sequence < right.sequence
    }

    private mutating func rise(from start: Int) {
        var hole = start
        let slot = heap[hole]
        while hole > 0 {
            let parent = (hole - 1) / 4
            guard isBefore(slot, heap[parent]) else { break }
            put(heap[parent], at: hole)
            hole = parent
        }
        put(slot, at: hole)
    }

    private mutating func sink(from start: Int) {
        var hole = start
        let slot = heap[hole]
        while true {
            let firstChild = hole * 4 + 1
            guard firstChild < heap.count else { break }
            var least = firstChild
            for child in firstChild..<min(firstChild + 4, heap.count)
            where isBefore(heap[child], heap[least]) {
                least = child
            }
            guard isBefore(heap[least], slot) else { break }
            put(heap[least], at: hole)
            hole = least
        }
        put(slot, at: hole)
    }

    private mutating func put(_ slot: UInt32, at place: Int) {
        heap[place] = slot
        slots[Int(slot)].place = Int32(place)
    }
}

extension TimerHeap.Slot: Sendable where Payload: Sendable {}
extension TimerHeap: Sendable where Payload: Sendable {}

public import CommyBase

/// Orders the deadlines of numbered things, at most one for each: a binary heap that knows where
/// each number stands, so that a deadline can be moved or dropped in O(log n) and nothing stale
/// piles up. Equal deadlines come out by number. Allocates only while it grows.
public struct DeadlineHeap: Sendable {
    private struct Entry: Sendable {
        var at: MeshInstant
        var number: UInt32
        func precedes(_ other: Entry) -> Bool {
            at == other.at ? number < other.number : at < other.at
        }
    }

    private var entries: [Entry] = []
    /// Where a number stands in `entries`; -1 when it has no deadline.
    private var places: [Int32] = []

    public init() {}

    public var count: Int { entries.count }

    /// The earliest deadline, or `.never`.
    public var first: MeshInstant { entries.first?.at ?? .never }

    /// The deadline of this number, or `.never`.
    public func deadline(of number: UInt32) -> MeshInstant {
        guard Int(number) < places.count, places[Int(number)] >= 0 else { return .never }
        return entries[Int(places[Int(number)])].at
    }

    /// Sets, moves or (with `.never`) drops the deadline of a number.
    public mutating func set(_ number: UInt32, at instant: MeshInstant) {
        guard instant != .never else { return remove(number) }
        while places.count <= Int(number) { places.append(-1) }
        let place = Int(places[Int(number)])
        guard place >= 0 else {
            entries.append(Entry(at: instant, number: number))
            return rise(from: entries.count - 1)
        }
        guard entries[place].at != instant else { return }
        let earlier = instant < entries[place].at
        entries[place].at = instant
        if earlier { rise(from: place) } else { sink(from: place) }
    }

    public mutating func remove(_ number: UInt32) {
        guard Int(number) < places.count, places[Int(number)] >= 0 else { return }
        let place = Int(places[Int(number)])
        places[Int(number)] = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        let earlier = last.precedes(entries[place])
        put(last, at: place)
        if earlier { rise(from: place) } else { sink(from: place) }
    }

    /// Takes out the earliest number whose deadline is not after `now`.
    public mutating func popDue(at now: MeshInstant) -> UInt32? {
        guard let first = entries.first, first.at <= now else { return nil }
        remove(first.number)
        return first.number
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        entries[place] = entry
        places[Int(entry.number)] = Int32(place)
    }

    private mutating func rise(from start: Int) {
        let entry = entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            put(entries[parent], at: place)
            place = parent
        }
        put(entry, at: place)
    }

    private mutating func sink(from start: Int) {
        let entry = entries[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            put(entries[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    /// The heap's order and the places agree.
    public func checkInvariants() {
        for (index, entry) in entries.enumerated() {
            precondition(Int(places[Int(entry.number)]) == index)
            precondition(index == 0 || !entry.precedes(entries[(index - 1) / 2]))
        }
        precondition(places.count { $0 >= 0 } == entries.count)
    }
}

internal import CommyWire

/// Decides which waiting stream sends next: the most urgent priority first, and within it one frame
/// of each in turn. A low priority may starve while higher ones fill the link; that is its meaning.
///
/// Holds slot numbers only; a stream stands in at most one list, once (`Marks.listed`, `.starved`).
struct SendScheduler: Sendable {
    static let levels = 8

    private var lists: [Ring<UInt32>] = Array(repeating: Ring(), count: levels)
    /// Bit n: list n holds something.
    private var occupied: UInt8 = 0

    init() {}

    var isEmpty: Bool { occupied == 0 }

    /// Whether nothing as urgent as this waits, so that a new frame may go at once.
    func lets(pass priority: StreamPriority) -> Bool {
        occupied & (UInt8.max >> (7 - priority.rawValue)) == 0
    }

    /// Whether something waits here that is at least as urgent as all that waits there.
    func isAsUrgent(as other: SendScheduler) -> Bool {
        !isEmpty && occupied.trailingZeroBitCount <= other.occupied.trailingZeroBitCount
    }

    mutating func append(_ slot: Int, _ priority: StreamPriority) {
        lists[Int(priority.rawValue)].append(UInt32(slot))
        occupied |= 1 << priority.rawValue
    }

    /// Takes the slot whose turn it is.
    mutating func next() -> Int? {
        guard occupied != 0 else { return nil }
        let level = occupied.trailingZeroBitCount
        let slot = lists[level].popFirst()
        if lists[level].isEmpty { occupied &= ~(1 << UInt8(level)) }
        return slot.map(Int.init)
    }

    /// Takes one slot out, wherever it stands.
    mutating func remove(_ slot: Int, _ priority: StreamPriority) {
        let level = Int(priority.rawValue)
        lists[level].removeAll { $0 == UInt32(slot) }
        if lists[level].isEmpty { occupied &= ~(1 << priority.rawValue) }
    }
}

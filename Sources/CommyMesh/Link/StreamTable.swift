internal import CommyBase
internal import CommyWire

/// One stream on one link, as this side sees it.
struct LinkStream: Sendable {
    struct Marks: OptionSet, Sendable {
        let rawValue: UInt8
        /// This side's half has ended: nothing more is sent on it but what waits in the backlog.
        static let localEnded = Marks(rawValue: 1)
        /// The peer's half has ended.
        static let remoteEnded = Marks(rawValue: 2)
        /// The answer has begun, in whichever direction it goes.
        static let headed = Marks(rawValue: 4)
        /// No answer is wanted: neither HEAD nor DATA may come back.
        static let oneWay = Marks(rawValue: 8)
        /// It stands in the scheduler's list of its priority.
        static let listed = Marks(rawValue: 16)
        /// It stands in the list of those that want credit of the link.
        static let starved = Marks(rawValue: 32)
    }

    var id: StreamID
    /// What the owner has attached to it: the number of a call.
    var binding: UInt32
    /// What may still be sent on it, and what the peer may still send.
    var send: CreditWindow
    var receive: CreditWindow
    /// How large the window is where the stream is read; a relay leaves that to the far end.
    var window = StreamWindow(0)
    /// The number of its backlog; -1 while nothing waits.
    var backlog: Int32 = -1
    var marks: Marks = []
    var priority: StreamPriority
    /// How many bytes of the link's output lay before its first frame.
    var openedAt: UInt64 = 0

    var hasEnded: Bool { marks.isSuperset(of: [.localEnded, .remoteEnded]) && backlog < 0 }
}

/// Names a stream to the owner of a link: where it stands, and which one must stand there.
struct StreamKey: Sendable, Hashable {
    let id: StreamID
    let slot: UInt32

    init(slot: UInt32, id: StreamID) {
        self.slot = slot
        self.id = id
    }
}

/// The streams of one link: found by number in O(1), without allocation once the table has grown to
/// the number of streams that are open at once.
///
/// Open addressing with linear probing over the slots' numbers, and deletion by shifting back
/// (Knuth, volume 3, 6.4, algorithm R), so that nothing but live streams is ever looked at.
struct StreamTable: Sendable {
    private(set) var slots: [LinkStream] = []
    private var free: [UInt32] = []
    /// Slot numbers + 1 by hashed stream number; 0 is empty. A power of two long, at most half
    /// full.
    private var index: [UInt32] = []
    /// How many streams are open.
    private(set) var count = 0

    init() {}

    private var mask: Int { index.count - 1 }

    /// Fibonacci hashing: numbers that follow each other spread well.
    private func home(_ id: StreamID) -> Int {
        Int(truncatingIfNeeded: (id.value &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
    }

    /// The slot of this stream; nil when it is not open.
    func find(_ id: StreamID) -> Int? {
        guard count > 0 else { return nil }
        var place = home(id)
        while index[place] != 0 {
            let slot = Int(index[place]) - 1
            if slots[slot].id == id { return slot }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The slot that this key means; nil when the stream is over.
    func find(_ key: StreamKey) -> Int? {
        let slot = Int(key.slot)
        guard slot < slots.count, slots[slot].id == key.id else { return nil }
        return slot
    }

    func key(_ slot: Int) -> StreamKey { StreamKey(slot: UInt32(slot), id: slots[slot].id) }

    /// Adds a stream whose number is not in the table.
    mutating func insert(_ stream: LinkStream) -> Int {
        precondition(!stream.id.isLink)
        if (count + 1) * 2 > index.count { grow() }
        let slot: Int
        if let last = free.popLast() {
            slot = Int(last)
            slots[slot] = stream
        } else {
            slot = slots.count
            slots.append(stream)
        }
        place(slot)
        count += 1
        return slot
    }

    mutating func remove(_ slot: Int) {
        var hole = home(slots[slot].id)
        while Int(index[hole]) != slot + 1 { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while index[next] != 0 {
            let wanted = home(slots[Int(index[next]) - 1].id)
            // The entry may move into the hole unless its home lies behind the hole.
            if (next - wanted) & mask >= (next - hole) & mask {
                index[hole] = index[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        index[hole] = 0
        slots[slot].id = .link
        free.append(UInt32(slot))
        count -= 1
    }

    /// Changes one stream in place.
    subscript(_ slot: Int) -> LinkStream {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    private mutating func place(_ slot: Int) {
        var place = home(slots[slot].id)
        while index[place] != 0 { place = (place + 1) & mask }
        index[place] = UInt32(slot + 1)
    }

    private mutating func grow() {
        index = Array(repeating: 0, count: max(16, index.count * 2))
        for slot in slots.indices where !slots[slot].id.isLink { place(slot) }
    }

    func checkInvariants() {
        precondition(slots.count == count + free.count)
        precondition(index.count { $0 != 0 } == count)
        for slot in slots.indices where !slots[slot].id.isLink {
            precondition(find(slots[slot].id) == slot)
        }
    }
}

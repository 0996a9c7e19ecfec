/// Keeps the numbers of the connection slots: free, idle (last used is first taken), or under way
/// in the order of their due instants.
///
/// Invariant: a slot is free, idle or under way, never two of them; at most `capacity` slots exist.
/// As every request has the same timeout, the oldest under way is the next to run out of time.
public struct ConnectionPool: Sendable, Equatable {
    public let capacity: Int
    /// How many requests are under way.
    public private(set) var busyCount = 0
    /// The slot whose request was due first; nil when none is under way.
    public private(set) var oldest: Int?
    private var newest: Int?
    private var next: [Int?] = []
    private var previous: [Int?] = []
    private var isBusy: [Bool] = []
    private var idle: [Int] = []
    private var free: [Int] = []

    public init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    public enum Slot: Sendable, Equatable {
        /// Has an open connection.
        case idle(Int)
        /// Needs a connection; `isNew` when the number was never given out before.
        case unconnected(Int, isNew: Bool)
        /// As many requests as allowed are under way.
        case full
    }

    /// Takes a slot for the request that is due now; it becomes the newest under way.
    public mutating func take() -> Slot {
        if let slot = idle.popLast() {
            append(slot)
            return .idle(slot)
        }
        if let slot = free.popLast() {
            append(slot)
            return .unconnected(slot, isNew: false)
        }
        guard next.count < capacity else { return .full }
        next.append(nil)
        previous.append(nil)
        isBusy.append(false)
        append(next.count - 1)
        return .unconnected(next.count - 1, isNew: true)
    }

    /// The request of this slot was decided; `keepsConnection` when it may carry another.
    public mutating func give(back slot: Int, keepsConnection: Bool) {
        precondition(isBusy[slot], "only a slot under way is given back")
        isBusy[slot] = false
        busyCount -= 1
        if let before = previous[slot] { next[before] = next[slot] } else { oldest = next[slot] }
        if let after = next[slot] {
            previous[after] = previous[slot]
        } else {
            newest = previous[slot]
        }
        if keepsConnection { idle.append(slot) } else { free.append(slot) }
    }

    /// The server closed an idle connection.
    public mutating func idleClosed(_ slot: Int) {
        guard let position = idle.lastIndex(of: slot) else {
            preconditionFailure("only an idle slot is closed")
        }
        idle.remove(at: position)
        free.append(slot)
    }

    private mutating func append(_ slot: Int) {
        isBusy[slot] = true
        busyCount += 1
        previous[slot] = newest
        next[slot] = nil
        if let newest { next[newest] = slot } else { oldest = slot }
        newest = slot
    }
}

internal import CommyBase

/// All known members in the order of their numbers, with the counts and the hash of the view kept
/// as they change.
///
/// Invariants: ascending and unique; the counts and the hash are those of the rows; `tombstones`
/// holds exactly the rows that are not live, the longest dead first.
struct MemberTable: Sendable {
    private(set) var rows: [Member] = []
    /// Rows that are alive or suspect.
    private(set) var liveCount = 0
    /// The sum of the live rows' hashes, modulo 2^64, so that no order matters. The dead are left
    /// out because nodes forget them at different times.
    private(set) var viewHash: UInt64 = 0
    private(set) var tombstones: [NodeID] = []

    /// Where the member is, or nil.
    func index(of id: NodeID) -> Int? {
        let place = insertionIndex(of: id)
        return place < rows.count && rows[place].id == id ? place : nil
    }

    /// The first row that is not below `id`.
    func insertionIndex(of id: NodeID) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(id: NodeID) -> Member? { index(of: id).map { rows[$0] } }

    mutating func insert(_ member: Member) {
        let place = insertionIndex(of: member.id)
        precondition(place == rows.count || rows[place].id != member.id, "a member exists once")
        rows.insert(member, at: place)
        count(member, sign: 1)
    }

    mutating func remove(_ id: NodeID) {
        guard let place = index(of: id) else { preconditionFailure("no such member") }
        count(rows[place], sign: -1)
        rows.remove(at: place)
    }

    /// Changes a row in place and keeps the books.
    mutating func change(_ id: NodeID, _ body: (inout Member) -> Void) {
        guard let place = index(of: id) else { preconditionFailure("no such member") }
        let wasLive = rows[place].isLive
        if wasLive { uncountHash(rows[place]) }
        body(&rows[place])
        let isLive = rows[place].isLive
        if isLive { countHash(rows[place]) }
        guard wasLive != isLive else { return }
        liveCount += isLive ? 1 : -1
        if isLive { tombstones.removeAll { $0 == id } } else { tombstones.append(id) }
    }

    private mutating func count(_ member: Member, sign: Int) {
        guard member.isLive else {
            if sign > 0 {
                tombstones.append(member.id)
            } else {
                tombstones.removeAll { $0 == member.id }
            }
            return
        }
        liveCount += sign
        if sign > 0 { countHash(member) } else { uncountHash(member) }
    }

    private mutating func countHash(_ member: Member) { viewHash &+= Self.hash(of: member) }
    private mutating func uncountHash(_ member: Member) { viewHash &-= Self.hash(of: member) }

    static func hash(of member: Member) -> UInt64 {
        RandomKey(seed: member.id.value)
            .numbered(member.record.incarnation)
            .numbered(member.record.life)
            .numbered(UInt64(member.agreed.rawValue))
            .value
    }

    /// The rule that does not hold, or nil. O(n).
    func checkInvariants() -> String? {
        guard zip(rows, rows.dropFirst()).allSatisfy({ $0.id < $1.id }) else {
            return "members ascend by number"
        }
        let live = rows.filter(\.isLive)
        guard live.count == liveCount else { return "the live are counted: \(liveCount)" }
        guard live.reduce(0, { $0 &+ Self.hash(of: $1) }) == viewHash else {
            return "the view's hash is that of its rows"
        }
        guard tombstones.sorted() == rows.filter({ !$0.isLive }).map(\.id) else {
            return "the dead are remembered exactly once"
        }
        return nil
    }
}

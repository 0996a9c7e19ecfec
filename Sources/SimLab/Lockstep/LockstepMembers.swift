internal import CommyBase
internal import CommyShm
internal import SimModel

/// A program that takes part in a lockstep run, as the conductor knows it.
final class LockstepProgram {
    let label: String
    let host: Int
    /// Its place among those of its host.
    let rank: Int
    let insidePID: Int32
    let outsidePID: Int32
    let slot: LockstepSlot
    /// A fault keeps it from running.
    fileprivate(set) var isPaused = false
    /// Sent at the beginning of its next turn, so that what they do to it belongs to that turn.
    var signals: [Int32] = []
    /// How wrong its wall clock is, and since when.
    var clockChange: ClockChange?
    var clockSince = MeshInstant.zero
    var wrongGrants: UInt64 = 0
    var grants: UInt64 = 0
    var lastWork: UInt64 = 0
    /// When it wants to run next by itself, as it said when it parked.
    fileprivate var deadline = MeshInstant.zero

    init(
        label: String, host: Int, rank: Int, insidePID: Int32, outsidePID: Int32,
        slot: consuming LockstepSlot
    ) {
        self.label = label
        self.host = host
        self.rank = rank
        self.insidePID = insidePID
        self.outsidePID = outsidePID
        self.slot = slot
    }

    /// From the run's clock to the nanoseconds since 1970, as this program is to see it.
    func wallOffset(at now: MeshInstant) -> Int64 {
        guard let clockChange else { return VirtualTime.wallClockOfOrigin }
        let span = (now - clockSince).nanoseconds
        // In millionths of a millionth, so that a drift of a fraction is not rounded away.
        let drift = Int64(
            Int128(span) * Int128((clockChange.driftPerMillion * 1_000_000).rounded())
                / 1_000_000_000_000)
        return VirtualTime.wallClockOfOrigin + clockChange.offset.nanoseconds + drift
    }
}

/// Who takes part, who has something to do now, and who wants to run next.
///
/// Members are kept in the order of their hosts, then of their places in the scenario file, which
/// is the order in which those of one instant run. What is asked for every turn touches neither
/// their pages nor more than a few words of memory for each hundred of them.
struct LockstepMembers {
    private(set) var all: [LockstepProgram] = []
    /// By place: when it wants to run by itself; `.never` while a fault keeps it from running.
    private var deadlines: [MeshInstant] = []
    /// By place, a bit each: something may wait for it.
    private var due: [UInt64] = []
    /// By host: the place of its first member; one more for the end.
    private var firstOfHost: [Int]

    init(hostCount: Int) {
        firstOfHost = Array(repeating: 0, count: hostCount + 1)
    }

    mutating func insert(_ member: LockstepProgram) {
        let place =
            all.firstIndex { ($0.host, $0.rank) > (member.host, member.rank) } ?? all.count
        var wasDue = dueFlags
        all.insert(member, at: place)
        wasDue.insert(true, at: place)
        rebuild(wasDue)
    }

    mutating func remove(_ member: LockstepProgram) {
        guard let place = all.firstIndex(where: { $0 === member }) else { return }
        var wasDue = dueFlags
        all.remove(at: place)
        wasDue.remove(at: place)
        rebuild(wasDue)
    }

    func find(host: Int, insidePID: Int32?) -> LockstepProgram? {
        all.first { $0.host == host && $0.insidePID == insidePID }
    }

    /// Something may wait for every member of this host, except one.
    mutating func poke(host: Int, except one: LockstepProgram? = nil) {
        for place in firstOfHost[host]..<firstOfHost[host + 1] where all[place] !== one {
            setDue(place)
        }
    }

    mutating func poke(_ member: LockstepProgram) {
        if let place = place(of: member) { setDue(place) }
    }

    mutating func setPaused(_ member: LockstepProgram, _ isPaused: Bool) {
        member.isPaused = isPaused
        guard let place = place(of: member) else { return }
        deadlines[place] = isPaused ? .never : member.deadline
        if !isPaused { setDue(place) }
    }

    /// The member has given the token back and says when it wants it next.
    mutating func parked(_ member: LockstepProgram, deadline: MeshInstant, at now: MeshInstant) {
        member.deadline = deadline
        guard !member.isPaused, let place = place(of: member) else { return }
        deadlines[place] = deadline
        if deadline <= now { setDue(place) }
    }

    /// It is about to run: nothing that was known until now waits for it any more.
    mutating func granted(_ member: LockstepProgram) {
        guard let place = place(of: member) else { return }
        due[place / 64] &= ~(1 << UInt64(place % 64))
        deadlines[place] = .never
    }

    /// The first that has something to do.
    func firstDue() -> LockstepProgram? {
        for word in due.indices {
            var bits = due[word]
            while bits != 0 {
                let place = word * 64 + bits.trailingZeroBitCount
                if !all[place].isPaused { return all[place] }
                bits &= bits - 1
            }
        }
        return nil
    }

    /// When the next one wants to run by itself.
    var nextDeadline: MeshInstant {
        var next = MeshInstant.never
        for deadline in deadlines where deadline < next { next = deadline }
        return next
    }

    /// Time is `now`: whose deadline has come has something to do.
    mutating func advance(to now: MeshInstant) {
        for place in deadlines.indices where deadlines[place] <= now { setDue(place) }
    }

    private mutating func setDue(_ place: Int) {
        due[place / 64] |= 1 << UInt64(place % 64)
    }

    private func place(of member: LockstepProgram) -> Int? {
        var place = firstOfHost[member.host]
        while place < firstOfHost[member.host + 1] {
            if all[place] === member { return place }
            place += 1
        }
        return nil
    }

    private var dueFlags: [Bool] {
        all.indices.map { due[$0 / 64] & (1 << UInt64($0 % 64)) != 0 }
    }

    private mutating func rebuild(_ wasDue: [Bool]) {
        deadlines = all.map { $0.isPaused ? .never : $0.deadline }
        due = Array(repeating: 0, count: (all.count + 63) / 64)
        for place in all.indices where wasDue[place] { setDue(place) }
        for host in firstOfHost.indices {
            firstOfHost[host] = all.firstIndex { $0.host >= host } ?? all.count
        }
    }
}

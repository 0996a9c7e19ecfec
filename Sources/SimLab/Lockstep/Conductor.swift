internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// Decides which program runs when: one at a time, in a fixed order, and time goes on only when
/// none has anything to do.
///
/// A member is due when its deadline has come, when its host was given a packet, when it was
/// signalled, or when a neighbour on its host has done something. Members of one instant run in the
/// order of their hosts, then of their places in the scenario file.
final class Conductor {
    /// A program that takes part.
    final class Member {
        let label: String
        let host: Int
        /// Its place among those of its host.
        let rank: Int
        let insidePID: Int32
        let outsidePID: Int32
        let slot: LockstepSlot
        /// Something may wait for it.
        var isPoked = true
        /// A fault keeps it from running.
        var isPaused = false
        /// How wrong its wall clock is, and since when.
        var clockChange: ClockChange?
        var clockSince = MeshInstant.zero
        var wrongGrants: UInt64 = 0
        var grants: UInt64 = 0
        fileprivate var lastWork: UInt64 = 0

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
            let drift = Int64(Int128(span) * Int128(clockChange.driftPerMillion) / 1_000_000)
            return VirtualTime.wallClockOfOrigin + clockChange.offset.nanoseconds + drift
        }
    }

    let time: VirtualTime
    let trace: LockstepTrace
    private(set) var members: [Member] = []
    /// When the run is over its timeout, by the machine's clock.
    var limit = MeshInstant.never
    let machine = MonotonicClock()

    /// The one that holds the token.
    private(set) var running: Member?

    init(time: VirtualTime, trace: LockstepTrace) {
        self.time = time
        self.trace = trace
    }

    func joined(_ member: Member) {
        let place =
            members.firstIndex { ($0.host, $0.rank) > (member.host, member.rank) } ?? members.count
        members.insert(member, at: place)
    }

    func left(host: Int, insidePID: Int32) {
        members.removeAll { $0.host == host && $0.insidePID == insidePID }
        if running?.host == host, running?.insidePID == insidePID { running = nil }
    }

    func member(host: Int, insidePID: Int32?) -> Member? {
        members.first { $0.host == host && $0.insidePID == insidePID }
    }

    func poke(host: Int) {
        for member in members where member.host == host { member.isPoked = true }
    }

    /// The first that has something to do now.
    func nextDue() -> Member? {
        let now = time.now
        return members.first { member in
            guard !member.isPaused, member.slot.isParked else { return false }
            return member.isPoked || member.slot.deadline.map { $0 <= now } ?? false
        }
    }

    /// When the next one wants to run by itself.
    var nextDeadline: MeshInstant {
        members.reduce(.never) { next, member in
            guard !member.isPaused, let deadline = member.slot.deadline else { return next }
            return min(next, deadline)
        }
    }

    func grant(_ member: Member) {
        let now = time.now
        member.isPoked = false
        member.grants += 1
        if member.clockChange != nil { member.wrongGrants += 1 }
        running = member
        trace.add("granted", at: now) { line in line.set("process", member.label) }
        member.slot.grant(now: now, wallOffset: member.wallOffset(at: now))
    }

    /// The token is back: what the program has left is taken, and its neighbours are woken when it
    /// has done something.
    func returned(_ member: Member) {
        running = nil
        let events = member.slot.takeEvents()
        if !events.lines.isEmpty {
            for bytes in events.lines.split(separator: 0x0a) {
                let text = String(decoding: bytes, as: UTF8.self)
                trace.add("application", at: time.now) { line in
                    line.set("process", member.label)
                    line.set("text", text)
                }
            }
        }
        if events.lost > 0 {
            trace.add("application-events-lost", at: time.now) { line in
                line.set("process", member.label)
                line.set("count", Int64(events.lost))
            }
        }
        let work = member.slot.work
        guard work != member.lastWork else { return }
        member.lastWork = work
        for other in members where other.host == member.host && other !== member {
            other.isPoked = true
        }
    }
}

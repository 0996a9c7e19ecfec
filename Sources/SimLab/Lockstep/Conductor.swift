internal import CommyBase
internal import CommyLinux
internal import CommyShm
internal import SimModel

/// Decides which program runs when: one at a time, in a fixed order, and time goes on only when
/// none has anything to do.
///
/// A member is due when its deadline has come, when its host was given a packet, when it was
/// signalled, or when a neighbour on its host has done something.
final class Conductor {
    let time: VirtualTime
    let trace: LockstepTrace
    private(set) var members: LockstepMembers
    /// When the run is over its timeout, by the machine's clock.
    var limit = MeshInstant.never
    let machine = MonotonicClock()
    /// Processes that have ended and whose end is not yet part of the run: it becomes that at a
    /// point that is the same in every run, whenever the kernel came to tell.
    var ended: [HostProcess: InitMessage] = [:]
    /// Turns so far.
    private(set) var grantCount: UInt64 = 0

    /// The one that holds the token.
    private(set) var running: LockstepProgram?

    init(time: VirtualTime, trace: LockstepTrace, hostCount: Int) {
        self.time = time
        self.trace = trace
        members = LockstepMembers(hostCount: hostCount)
    }

    func joined(_ member: LockstepProgram) { members.insert(member) }

    func left(host: Int, insidePID: Int32) {
        guard let member = members.find(host: host, insidePID: insidePID) else { return }
        if running === member { running = nil }
        members.remove(member)
    }

    func member(host: Int, insidePID: Int32?) -> LockstepProgram? {
        members.find(host: host, insidePID: insidePID)
    }

    func poke(host: Int) { members.poke(host: host) }
    func poke(_ member: LockstepProgram) { members.poke(member) }
    func setPaused(_ member: LockstepProgram, _ isPaused: Bool) {
        members.setPaused(member, isPaused)
    }

    /// The first that has something to do now.
    func nextDue() -> LockstepProgram? { members.firstDue() }

    /// When the next one wants to run by itself.
    var nextDeadline: MeshInstant { members.nextDeadline }

    func advance(to next: MeshInstant) {
        time.advance(to: next)
        members.advance(to: next)
    }

    /// It is this member's turn; `grant` lets it run.
    func begin(_ member: LockstepProgram) {
        members.granted(member)
        member.grants += 1
        grantCount += 1
        if member.clockChange != nil { member.wrongGrants += 1 }
        running = member
        trace.add("granted", at: time.now) { line in line.set("process", member.label) }
    }

    func grant(_ member: LockstepProgram) {
        let now = time.now
        member.slot.grant(now: now, wallOffset: member.wallOffset(at: now))
    }

    /// The turn is over, and the program waits or has ended: what it has left is taken, and its
    /// neighbours are woken when it has done something.
    func takeBack(_ member: LockstepProgram) {
        if let events = member.slot.takeEvents() { add(events, of: member) }
        let work = member.slot.work
        if work != member.lastWork {
            member.lastWork = work
            members.poke(host: member.host, except: member)
        }
        guard member.slot.isParked else { return }
        running = nil
        members.parked(member, deadline: member.slot.deadline ?? .never, at: time.now)
    }

    private func add(_ events: (lines: [UInt8], lost: UInt32), of member: LockstepProgram) {
        for bytes in events.lines.split(separator: 0x0a) {
            let text = String(decoding: bytes, as: UTF8.self)
            trace.add("application", at: time.now) { line in
                line.set("process", member.label)
                line.set("text", text)
            }
        }
        guard events.lost > 0 else { return }
        trace.add("application-events-lost", at: time.now) { line in
            line.set("process", member.label)
            line.set("count", Int64(events.lost))
        }
    }
}

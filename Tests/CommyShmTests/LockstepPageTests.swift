import CommyBase
import CommyLinux
import CommyShm
import Foundation
import Synchronization
import Testing

/// Both sides of a control page, in two threads of this process.
@Suite(.timeLimit(.minutes(1))) struct LockstepPageTests {
    /// A page in a file of its own, and a member that runs `body` on a thread of its own.
    private static func withMember(
        seed: UInt64 = 7, _ body: @escaping @Sendable (LockstepMember) -> Void,
        harness: (borrowing LockstepSlot) throws -> Void
    ) throws {
        let path = NSTemporaryDirectory() + "commy-page-\(UInt64.random(in: 0 ... .max))"
        try Data(LockstepSlot.blank).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let slot = try LockstepSlot(FileDescriptor.open(path, flags: 2), seed: seed)
        let worker = try WorkerThread(name: "test-member") {
            do {
                body(try LockstepMember(joining: path))
            } catch {
                Issue.record("the member failed: \(error)")
            }
        }
        defer { worker.join() }
        let hasJoined = slot.waitUntilJoined(nanoseconds: 30_000_000_000)
        #expect(hasJoined)
        try harness(slot)
    }

    private static func at(_ nanoseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: nanoseconds)
    }

    private static func turn(_ slot: borrowing LockstepSlot, now: Int64) {
        slot.grant(now: at(now), wallOffset: 1_000)
        let isBack = slot.waitUntilReturned(nanoseconds: 30_000_000_000)
        #expect(isBack)
    }

    @Test func `a program runs between a grant and its next park, by the page's clocks`() throws {
        let seen = Mutex<[Int64]>([])
        try Self.withMember { member in
            seen.withLock { $0 += [member.now.nanoseconds, member.wallClock] }
            member.park(until: Self.at(50))
            seen.withLock { $0 += [member.now.nanoseconds] }
            member.park(until: .never)
            member.leave()
        } harness: { slot in
            let (first, isParked, isRunning) = (slot.deadline, slot.isParked, slot.isRunning)
            #expect(first == .zero && isParked && !isRunning)
            Self.turn(slot, now: 10)
            let second = slot.deadline
            #expect(second == Self.at(50))
            Self.turn(slot, now: 50)
            let third = slot.deadline
            #expect(third == nil)
            Self.turn(slot, now: 60)
            let hasLeft = !slot.isParked && !slot.isRunning
            #expect(hasLeft)
        }
        #expect(seen.withLock { $0 } == [10, 1_010, 50])
    }

    @Test func `events are taken once, and those without room are counted`() throws {
        let line = String(repeating: "x", count: 999)
        try Self.withMember { member in
            member.note("joined as=web\n-1")
            member.worked()
            member.park(until: .never)
            for _ in 0..<100 { member.note(line) }
            member.park(until: .never)
        } harness: { slot in
            Self.turn(slot, now: 0)
            let work = slot.work
            #expect(work == 1)
            let first = slot.takeEvents()
            #expect(String(decoding: first?.lines ?? [], as: UTF8.self) == "joined as=web -1\n")
            #expect(first?.lost == 0)
            Self.turn(slot, now: 1)
            let second = slot.takeEvents()
            let room = LockstepLayout.mailboxBytes / 1_000
            #expect(second?.lines.count == room * 1_000)
            #expect(second.map { Int($0.lost) } == 100 - room)
            let isEmpty = slot.takeEvents() == nil
            #expect(isEmpty)
            slot.grant(now: Self.at(2), wallOffset: 0)
        }
    }

    @Test func `an event of words and numbers is one line, and half an event is none`() throws {
        try Self.withMember { member in
            member.note {
                $0.add("moved")
                $0.add("to", "web\n-1")
                $0.add("by", -120)
                $0.add("of", UInt64.max)
            }
            let tooLong = String(repeating: "x", count: LockstepLayout.mailboxBytes)
            member.note { $0.add("too-long", tooLong) }
            member.note("last")
            member.park(until: .never)
        } harness: { slot in
            Self.turn(slot, now: 0)
            let events = slot.takeEvents()
            #expect(
                String(decoding: events?.lines ?? [], as: UTF8.self)
                    == "moved to=web -1 by=-120 of=18446744073709551615\nlast\n")
            #expect(events?.lost == 1)
            slot.grant(now: Self.at(1), wallOffset: 0)
        }
    }

    @Test func `random draws come from the seed in the page`() throws {
        let key = Mutex<RandomKey?>(nil)
        try Self.withMember(seed: .max) { member in
            key.withLock { $0 = member.randomKey }
        } harness: { slot in
            slot.grant(now: .zero, wallOffset: 0)
        }
        #expect(key.withLock { $0 } == RandomKey(seed: .max))
    }

    @Test func `a file that is no page is refused`() throws {
        let path = NSTemporaryDirectory() + "commy-page-\(UInt64.random(in: 0 ... .max))"
        try Data(LockstepSlot.blank).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: SystemError.self) { try LockstepMember(joining: path) }
        #expect(throws: SystemError.self) { try LockstepMember(joining: path + "-not-there") }
    }

    /// A page is in the hands of a program that may be hostile: whatever it says is bounded.
    @Test func `a mailbox that claims more than it can hold gives what it can hold`() throws {
        let path = NSTemporaryDirectory() + "commy-page-\(UInt64.random(in: 0 ... .max))"
        try Data(LockstepSlot.blank).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let slot = try LockstepSlot(FileDescriptor.open(path, flags: 2), seed: 0)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: 56)
        try file.write(contentsOf: Data([0xff, 0xff, 0xff, 0xff]))
        let events = slot.takeEvents()
        #expect(events?.lines.count == LockstepLayout.mailboxBytes)
    }
}

import CommyBase
import CommyLinux
import CommyShm
import Foundation
import Testing

@testable import SimLab
@testable import SimModel

/// Who is due, and when the next one is, against a plain list of the same.
@Suite struct LockstepMembersTests {
    private static func at(_ nanoseconds: Int64) -> MeshInstant {
        MeshInstant(nanoseconds: nanoseconds)
    }

    private static func program(host: Int, rank: Int) throws -> LockstepProgram {
        let path = NSTemporaryDirectory() + "commy-member-\(UInt64.random(in: 0 ... .max))"
        try Data(LockstepSlot.blank).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let slot = try LockstepSlot(FileDescriptor.open(path, flags: 2), seed: 0)
        return LockstepProgram(
            label: "\(rank)@\(host)", host: host, rank: rank, insidePID: Int32(rank),
            outsidePID: 0, slot: slot)
    }

    /// A member in the plainest form.
    private struct Plain {
        let member: LockstepProgram
        var isDue = true
        var isPaused = false
        var deadline = MeshInstant.zero
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `members of one instant run in the order of hosts and places`(_ seed: UInt64) throws {
        var random = RandomStream(key: RandomKey(seed: seed))
        let hostCount = 1 + Int(random.next() % 5)
        var members = LockstepMembers(hostCount: hostCount)
        var plain: [Plain] = []
        var now: Int64 = 0
        for step in 0..<400 {
            let host = Int(random.next() % UInt64(hostCount))
            let pick = plain.isEmpty ? 0 : Int(random.next() % UInt64(plain.count))
            switch random.next() % 8 {
            case 0 where plain.count < 150:
                let member = try Self.program(host: host, rank: step)
                members.insert(member)
                plain.append(Plain(member: member))
                plain.sort {
                    ($0.member.host, $0.member.rank) < ($1.member.host, $1.member.rank)
                }
            case 1 where !plain.isEmpty && step % 5 == 0:
                members.remove(plain[pick].member)
                plain.remove(at: pick)
            case 2:
                members.poke(host: host)
                for index in plain.indices where plain[index].member.host == host {
                    plain[index].isDue = true
                }
            case 3 where !plain.isEmpty:
                let isPaused = !plain[pick].isPaused
                members.setPaused(plain[pick].member, isPaused)
                plain[pick].isPaused = isPaused
                if !isPaused { plain[pick].isDue = true }
            case 4, 5:
                guard let due = members.firstDue(),
                    let index = plain.firstIndex(where: { $0.member === due })
                else { break }
                members.granted(due)
                let deadline = Self.at(now + Int64(random.next() % 50))
                members.parked(due, deadline: deadline, at: Self.at(now))
                plain[index].deadline = deadline
                plain[index].isDue = deadline <= Self.at(now)
            case _:
                now += Int64(random.next() % 20)
                members.advance(to: Self.at(now))
                for index in plain.indices where !plain[index].isPaused {
                    if plain[index].deadline <= Self.at(now) { plain[index].isDue = true }
                }
            }
            let first = plain.first { $0.isDue && !$0.isPaused }?.member
            #expect(members.firstDue() === first, "seed \(seed), step \(step)")
            let next = plain.filter { !$0.isPaused }.map(\.deadline).min() ?? .never
            #expect(members.nextDeadline == next, "seed \(seed), step \(step)")
        }
    }

    @Test func `a wrong wall clock is an offset and a drift that adds up`() throws {
        let member = try Self.program(host: 0, rank: 0)
        #expect(member.wallOffset(at: Self.at(9)) == VirtualTime.wallClockOfOrigin)
        member.clockSince = Self.at(1_000_000_000)
        member.clockChange = ClockChange(offset: .seconds(-5), driftPerMillion: -0.5)
        let wrong = member.wallOffset(at: Self.at(3_000_000_000)) - VirtualTime.wallClockOfOrigin
        #expect(wrong == -5_000_000_000 - 1_000)
    }
}

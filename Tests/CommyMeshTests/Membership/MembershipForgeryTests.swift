import CommyBase
import CommyMesh
import CommyWire
import Testing

/// A member with a valid certificate that makes things up.
struct MembershipForgeryTests {
    private static func names(
        _ numbers: Range<Int>, _ state: MemberState, _ incarnation: UInt64
    ) throws -> [MemberUpdate] {
        try numbers.map {
            MemberUpdate(
                record: try MembershipTests.record("m\($0)", incarnation: incarnation),
                state: state)
        }
    }

    private static func conflicts(_ outputs: [MembershipOutput]) -> Int {
        outputs.count { if case .conflict = $0 { true } else { false } }
    }

    private static func sought(_ outputs: [MembershipOutput]) -> Int {
        outputs.count { if case .seekTwin = $0 { true } else { false } }
    }

    @Test func `the dead return only where there is room, and the own digest fits into a frame`()
        throws
    {
        var machine = try MembershipTests.machine()
        let mallory = MembershipTests.link(&machine, try MembershipTests.record("mallory"))
        func tell(_ news: [MemberUpdate]) {
            for start in stride(from: 0, to: news.count, by: SwimMessage.updateLimit) {
                let part = news[start..<min(start + SwimMessage.updateLimit, news.count)]
                machine.received(.gossip(news: Array(part)), from: mallory, at: .zero)
            }
        }
        tell(try Self.names(0..<1_024, .alive, 1))
        tell(try Self.names(0..<1_024, .dead, 1))
        tell(try Self.names(1_024..<2_048, .alive, 1))
        tell(try Self.names(0..<1_024, .alive, 2))
        tell(try Self.names(2_048..<3_072, .dead, 1))
        _ = MembershipTests.outputs(&machine)
        let limits = machine.limits
        #expect(machine.liveCount == limits.memberLimit)
        #expect(machine.members.count <= limits.memberLimit + limits.tombstoneLimit)
        machine.received(.compare(viewHash: 0), from: mallory, at: .zero)
        let digests = MembershipTests.outputs(&machine).compactMap { output in
            if case .send(let message, mallory) = output, case .syncRequest = message {
                message
            } else {
                nil
            }
        }
        #expect(digests.count == 1)
        var writer = ByteWriter()
        digests.first?.encode(into: &writer)
        #expect(writer.count <= WireLimits.framePayload)
        let returned = machine.introduced(
            try MembershipTests.record("m1", incarnation: 9), at: .zero)
        #expect(returned == .tableFull)
    }

    @Test func `what others tell of another life never makes a node yield`() throws {
        var machine = try MembershipTests.machine()
        let mallory = MembershipTests.link(&machine, try MembershipTests.record("mallory"))
        var seen: [MembershipOutput] = []
        for incarnation in 1...30 as ClosedRange<UInt64> {
            let other = try MembershipTests.record("self", incarnation: incarnation * 10, life: 77)
            machine.received(
                .gossip(news: [MemberUpdate(record: other, state: .alive)]), from: mallory,
                at: .zero + .milliseconds(Int64(incarnation)))
            seen += MembershipTests.outputs(&machine)
            #expect(machine.ownRecord.incarnation == incarnation * 10 + 1)
        }
        #expect(Self.conflicts(seen) == 0)
        #expect(machine.nextDeadline != .never)
        // It looks once whether there is such a process.
        #expect(Self.sought(seen) == 1)
    }

    @Test func `no rumour puts a node where it cannot refute any more`() throws {
        var machine = try MembershipTests.machine()
        let mallory = MembershipTests.link(&machine, try MembershipTests.record("mallory"))
        func accuse(_ incarnation: UInt64, life: UInt64 = 1) throws {
            let record = try MembershipTests.record("self", incarnation: incarnation, life: life)
            machine.received(
                .gossip(news: [MemberUpdate(record: record, state: .dead)]), from: mallory,
                at: .zero)
            _ = MembershipTests.outputs(&machine)
        }
        for life in 1...2 as ClosedRange<UInt64> {
            try accuse(MemberUpdate.incarnationLimit, life: life)
            #expect(machine.ownRecord.incarnation == 0)
        }
        try accuse(MemberUpdate.refutableLimit)
        #expect(machine.ownRecord.incarnation == MemberUpdate.refutableLimit + 1)
        // What was pushed up so far is refuted all the same.
        try accuse(MemberUpdate.refutableLimit + 1)
        #expect(machine.ownRecord.incarnation == MemberUpdate.refutableLimit + 2)
    }

    @Test func `an incarnation that nobody can have counted to is believed of its member only`()
        throws
    {
        var machine = try MembershipTests.machine()
        let mallory = MembershipTests.link(&machine, try MembershipTests.record("mallory"))
        let peer = MembershipTests.link(&machine, try MembershipTests.record("peer"))
        func tell(_ name: String, _ incarnation: UInt64, from source: NodeID) throws {
            let record = try MembershipTests.record(name, incarnation: incarnation)
            machine.received(
                .gossip(news: [MemberUpdate(record: record, state: .alive)]), from: source,
                at: .zero)
            _ = MembershipTests.outputs(&machine)
        }
        let bound = MemberUpdate.startLimit + MemberUpdate.jumpLimit
        try tell("peer", bound + 1, from: mallory)
        try tell("stranger", bound + 1, from: mallory)
        #expect(machine.member(peer)?.record.incarnation == 0)
        #expect(machine.member(try MembershipTests.record("stranger").id) == nil)
        try tell("peer", bound, from: mallory)
        try tell("peer", bound + 1, from: mallory)
        #expect(machine.member(peer)?.record.incarnation == bound + 1)
        try tell("peer", MemberUpdate.incarnationLimit, from: peer)
        #expect(machine.member(peer)?.record.incarnation == MemberUpdate.incarnationLimit)
    }
}

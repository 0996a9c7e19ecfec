import CommyBase
import CommyMesh
import Testing

/// Two things that claim to be one.
struct MembershipNameTests {
    @Test func `a restart that nobody noticed is settled by one claim`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            let world = MembershipResilienceTests.world(4, seed)
            _ = try #require(world.startAll())
            // The second life is there before anybody's kernel has told of the end of the first.
            world.crash(2)
            world.start(2)
            let time = try #require(world.run(atMost: .seconds(5)) { $0.isOneView })
            #expect(time < .seconds(2), "seed \(seed)")
            let taken = world.nodes[2].conflicts.contains {
                if case .ownNameTaken = $0 { true } else { false }
            }
            #expect(!taken)
        }
    }

    @Test func `of two processes of one name the newcomer yields to the other itself`() throws {
        let holderRecord = try MembershipTests.record("twin", incarnation: 3, life: 100)
        let newcomerRecord = try MembershipTests.record("twin", incarnation: 0, life: 200)
        var holder = Membership(self: holderRecord, random: RandomKey(seed: 1), at: .zero)
        var newcomer = Membership(self: newcomerRecord, random: RandomKey(seed: 2), at: .zero)
        let friend = try MembershipTests.record("friend")
        _ = MembershipTests.link(&holder, friend)
        _ = MembershipTests.link(&newcomer, friend)
        func seeks(_ machine: inout Membership) -> Bool {
            MembershipTests.outputs(&machine).contains(.seekTwin(holderRecord.addresses))
        }
        // The friend passes each one's record on to the other.
        var now = MeshInstant.zero
        for round in 1...3 {
            now = MeshInstant.zero + .milliseconds(Int64(round))
            newcomer.received(
                .gossip(news: [MemberUpdate(record: holder.ownRecord, state: .alive)]),
                from: friend.id, at: now)
            #expect(seeks(&newcomer) == (round == 3), "round \(round)")
            guard round < 3 else { break }
            holder.received(
                .gossip(news: [MemberUpdate(record: newcomer.ownRecord, state: .alive)]),
                from: friend.id, at: now)
            #expect(!seeks(&holder))
        }
        let answer = holder.introduced(newcomer.ownRecord, at: now)
        #expect(answer == .nameTaken)
        newcomer.nameRefused(at: now)
        #expect(
            MembershipTests.outputs(&newcomer) == [.conflict(.ownNameTaken(otherLife: 100))])
        #expect(newcomer.nextDeadline == .never)
        _ = MembershipTests.outputs(&holder)
        #expect(holder.ownRecord.incarnation > newcomer.ownRecord.incarnation)
        // A refusal that was under way when the dispute was settled.
        holder.nameRefused(at: now)
        #expect(MembershipTests.outputs(&holder).isEmpty)
    }

    @Test func `when two processes turn each other away one of them stays`() throws {
        let records = try [100, 200].map { try MembershipTests.record("twin", life: $0) }
        var yielded: [UInt64] = []
        for (own, other) in [(records[0], records[1]), (records[1], records[0])] {
            var machine = Membership(self: own, random: RandomKey(seed: 1), at: .zero)
            let friend = MembershipTests.link(&machine, try MembershipTests.record("friend"))
            for incarnation in 1...3 as ClosedRange<UInt64> {
                var record = other
                record.incarnation = incarnation * 10
                machine.received(
                    .gossip(news: [MemberUpdate(record: record, state: .alive)]), from: friend,
                    at: .zero)
            }
            machine.introduced(other, at: .zero)
            machine.nameRefused(at: .zero)
            if MembershipTests.outputs(&machine).contains(
                .conflict(.ownNameTaken(otherLife: other.life)))
            {
                yielded.append(own.life)
            }
        }
        #expect(yielded == [100])
    }

    @Test func `a living member that changes its life is reported`() throws {
        var machine = try MembershipTests.machine()
        let friend = MembershipTests.link(&machine, try MembershipTests.record("friend"))
        let peer = MembershipTests.link(&machine, try MembershipTests.record("peer", life: 5))
        let next = try MembershipTests.record("peer", incarnation: 1, life: 6)
        machine.received(
            .gossip(news: [MemberUpdate(record: next, state: .alive)]), from: friend, at: .zero)
        let outputs = MembershipTests.outputs(&machine)
        #expect(outputs.contains(.conflict(.lifeReplaced(peer, was: 5, is: 6))))
        #expect(outputs.contains(.changed(peer, .alive, next)))
    }

    @Test func `a process that bears this node's name is refused`() throws {
        var machine = try MembershipTests.machine()
        let twin = try MembershipTests.record("self", incarnation: 4, life: 77)
        let answer = machine.introduced(twin, at: .zero)
        #expect(answer == .nameTaken)
        #expect(MembershipTests.outputs(&machine).contains(.refuted(incarnation: 5)))
    }

    @Test func `the next life of the dead is told of its past and comes back above it`() throws {
        var machine = try MembershipTests.machine()
        let friend = MembershipTests.link(&machine, try MembershipTests.record("friend"))
        let old = try MembershipTests.record("peer", incarnation: 9, life: 5)
        machine.received(
            .gossip(news: [MemberUpdate(record: old, state: .dead)]), from: friend, at: .zero)
        _ = MembershipTests.outputs(&machine)
        let new = try MembershipTests.record("peer", incarnation: 0, life: 6)
        machine.introduced(new, at: .zero)
        machine.linkUp(new.id, at: .zero)
        let told = MemberUpdate(record: old, state: .dead)
        #expect(
            MembershipTests.outputs(&machine).contains(.send(.gossip(news: [told]), to: new.id)))
    }
}

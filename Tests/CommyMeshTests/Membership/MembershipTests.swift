import CommyBase
import CommyMesh
import Testing

/// One machine, by its transcripts.
struct MembershipTests {
    static func record(_ name: String, incarnation: UInt64 = 0, life: UInt64 = 1) throws
        -> MemberRecord
    {
        MemberRecord(
            name: try #require(NodeName(name)), zone: .unknown,
            addresses: [NetworkAddress(host: .v4(1), port: 7)], incarnation: incarnation,
            life: life)
    }

    static func machine(limits: MembershipLimits = MembershipLimits()) throws -> Membership {
        Membership(self: try record("self"), limits: limits, random: RandomKey(seed: 1), at: .zero)
    }

    static func outputs(_ machine: inout Membership) -> [MembershipOutput] {
        var outputs: [MembershipOutput] = []
        while let output = machine.nextOutput() { outputs.append(output) }
        #expect(machine.checkInvariants() == nil)
        return outputs
    }

    static func link(
        _ machine: inout Membership, _ record: MemberRecord, at now: MeshInstant = .zero
    ) -> NodeID {
        machine.introduced(record, at: now)
        machine.linkUp(record.id, at: now)
        _ = outputs(&machine)
        return record.id
    }

    static func changes(_ outputs: [MembershipOutput]) -> [MemberState] {
        outputs.compactMap { if case .changed(_, let state, _) = $0 { state } else { nil } }
    }

    @Test func `a node alone waits for nothing`() throws {
        var machine = try Self.machine()
        #expect(Self.outputs(&machine).isEmpty)
        #expect(machine.nextDeadline == .never)
        #expect(machine.aliveCount == 1)
    }

    @Test func `who is told of is dialled, who introduces itself is not`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        let other = try Self.record("other")
        machine.received(
            .gossip(news: [MemberUpdate(record: other, state: .alive)]), from: friend, at: .zero)
        #expect(Self.outputs(&machine).contains(.dial(other.id, other.addresses)))
        machine.introduced(try Self.record("third"), at: .zero)
        let dials = Self.outputs(&machine).filter { if case .dial = $0 { true } else { false } }
        #expect(dials.isEmpty)
    }

    @Test func `old news does not revive the dead`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        let victim = try Self.record("victim", incarnation: 5)
        for state in [MemberState.alive, .dead] {
            machine.received(
                .gossip(news: [MemberUpdate(record: victim, state: state)]), from: friend,
                at: .zero)
        }
        #expect(machine.member(victim.id)?.state == .dead)
        _ = Self.outputs(&machine)
        for incarnation in 0...5 as ClosedRange<UInt64> {
            var old = victim
            old.incarnation = incarnation
            for state in [MemberState.alive, .suspect] {
                let update = MemberUpdate(
                    record: old, state: state, suspectors: state == .suspect ? [friend] : [])
                machine.received(.gossip(news: [update]), from: friend, at: .zero)
                #expect(machine.member(victim.id)?.state == .dead)
            }
        }
        #expect(Self.changes(Self.outputs(&machine)).isEmpty)
        var next = victim
        next.incarnation = 6
        machine.received(
            .gossip(news: [MemberUpdate(record: next, state: .alive)]), from: friend, at: .zero)
        #expect(machine.member(victim.id)?.state == .alive)
    }

    @Test func `the dead whom it never met are not revived by older news either`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        let victim = try Self.record("victim", incarnation: 5)
        machine.received(
            .gossip(news: [MemberUpdate(record: victim, state: .dead)]), from: friend, at: .zero)
        machine.received(
            .gossip(news: [MemberUpdate(record: victim, state: .alive)]), from: friend, at: .zero)
        #expect(machine.member(victim.id)?.state == .dead)
        #expect(Self.changes(Self.outputs(&machine)).isEmpty, "nobody was alive in its eyes")
    }

    @Test func `an accusation is answered with a higher incarnation`() throws {
        for state in [MemberState.suspect, .dead, .left] {
            var machine = try Self.machine()
            let friend = Self.link(&machine, try Self.record("friend"))
            let accusation = MemberUpdate(
                record: try Self.record("self"), state: state,
                suspectors: state == .suspect ? [friend] : [])
            machine.received(.probe(number: 4, news: [accusation]), from: friend, at: .zero)
            let outputs = Self.outputs(&machine)
            #expect(outputs.contains(.refuted(incarnation: 1)))
            let refutation = MemberUpdate(
                record: try Self.record("self", incarnation: 1), state: .alive)
            #expect(outputs.contains(.send(.ack(number: 4, news: [refutation]), to: friend)))
            #expect(machine.localHealth == 1)
        }
    }

    @Test func `an accusation that is out of date is answered with what is true`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        machine.moved(to: [], zone: .unknown, at: .zero)
        _ = Self.outputs(&machine)
        let old = MemberUpdate(record: try Self.record("self"), state: .dead)
        machine.received(.gossip(news: [old]), from: friend, at: .zero + .seconds(1))
        let answers = Self.outputs(&machine).filter {
            guard case .send(.gossip(let news), friend) = $0 else { return false }
            return news.contains { $0.record.incarnation == 1 && $0.state == .alive }
        }
        #expect(!answers.isEmpty)
        #expect(machine.ownRecord.incarnation == 1)
    }

    @Test func `a reset makes the peer suspect here and asks others before it tells the mesh`()
        throws
    {
        var machine = try Self.machine()
        let helper = Self.link(&machine, try Self.record("helper"))
        let victim = Self.link(&machine, try Self.record("victim"))
        machine.linkDown(victim, reason: .reset, at: .zero + .milliseconds(1))
        let outputs = Self.outputs(&machine)
        #expect(Self.changes(outputs) == [.suspect])
        #expect(machine.member(victim)?.agreed == .alive)
        let asked = outputs.compactMap {
            if case .send(.probeRequest(let number, victim, _), helper) = $0 { number } else { nil }
        }
        let number = try #require(asked.first)
        machine.received(
            .ack(number: number, news: []), from: helper, at: .zero + .milliseconds(3))
        #expect(Self.changes(Self.outputs(&machine)) == [.alive])
        machine.linkUp(victim, at: .zero + .milliseconds(3))
        machine.linkDown(victim, reason: .reset, at: .zero + .milliseconds(4))
        let again = Self.outputs(&machine).compactMap {
            if case .send(.probeRequest(let number, victim, _), helper) = $0 { number } else { nil }
        }
        machine.received(
            .nack(number: try #require(again.first), .noLink, news: []), from: helper,
            at: .zero + .milliseconds(6))
        _ = Self.outputs(&machine)
        #expect(machine.member(victim)?.agreed == .suspect)
        #expect(machine.member(victim)?.suspectors == [machine.selfID])
    }

    @Test func `an orderly end of a link raises no doubt`() throws {
        var machine = try Self.machine()
        _ = Self.link(&machine, try Self.record("helper"))
        let peer = Self.link(&machine, try Self.record("peer"))
        machine.linkDown(peer, reason: .orderly, at: .zero + .milliseconds(1))
        let outputs = Self.outputs(&machine)
        #expect(Self.changes(outputs).isEmpty)
        #expect(outputs.contains(.dial(peer, try Self.record("peer").addresses)))
    }

    @Test func `that a linked member is dead is checked before it is believed`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        let victim = Self.link(&machine, try Self.record("victim"))
        let claim = MemberUpdate(record: try Self.record("victim"), state: .dead)
        let now = MeshInstant.zero + .milliseconds(10)
        machine.received(.gossip(news: [claim]), from: friend, at: now)
        let outputs = Self.outputs(&machine)
        #expect(machine.member(victim)?.state == .alive)
        #expect(outputs.contains(.send(.gossip(news: [claim]), to: victim)))
        let numbers = outputs.compactMap {
            if case .send(.probe(let number, _), victim) = $0 { number } else { nil }
        }
        var believer = machine
        machine.received(
            .ack(number: try #require(numbers.first), news: []), from: victim,
            at: now + .milliseconds(2))
        _ = Self.outputs(&machine)
        #expect(machine.member(victim)?.state == .alive)
        while believer.nextDeadline <= now + .milliseconds(470) {
            believer.advance(to: believer.nextDeadline)
            _ = Self.outputs(&believer)
        }
        #expect(believer.member(victim)?.state == .dead, "no ack came")
    }

    @Test func `a node that leaves tells every peer and falls silent`() throws {
        var machine = try Self.machine()
        let peers = try ["a", "b", "c"].map { Self.link(&machine, try Self.record($0)) }
        machine.leave(at: .zero + .seconds(1))
        let told = Self.outputs(&machine).compactMap {
            if case .send(.gossip(let news), let peer) = $0, news.map(\.state) == [.left] {
                peer
            } else {
                nil
            }
        }
        #expect(told == peers.sorted())
        #expect(machine.nextDeadline == .never)
        machine.received(.probe(number: 1, news: []), from: peers[0], at: .zero + .seconds(2))
        #expect(Self.outputs(&machine).isEmpty)
    }

    @Test func `a node that stood still judges nobody by it`() throws {
        var machine = try Self.machine()
        _ = Self.link(&machine, try Self.record("friend"))
        let peer = Self.link(&machine, try Self.record("peer"))
        for _ in 0..<4 {
            machine.advance(to: machine.nextDeadline)
            _ = Self.outputs(&machine)
        }
        let woken = machine.nextDeadline + .seconds(30)
        machine.advance(to: woken)
        #expect(Self.changes(Self.outputs(&machine)).isEmpty)
        #expect(machine.member(peer)?.state == .alive)
        #expect(machine.localHealth > 0)
        #expect(machine.nextDeadline > woken)
    }

    @Test func `late confirmations end a suspicion at once, and are not taken for a standstill`()
        throws
    {
        var machine = try Self.machine()
        let friends = try ["a", "b", "c", "d"].map { Self.link(&machine, try Self.record($0)) }
        let victim = try Self.record("victim")
        machine.introduced(victim, at: .zero)
        _ = Self.outputs(&machine)
        func suspected(by friend: NodeID) -> SwimMessage {
            .gossip(
                news: [MemberUpdate(record: victim, state: .suspect, suspectors: [friend])])
        }
        machine.received(suspected(by: friends[0]), from: friends[0], at: .zero)
        // Its first confirmations come when the time that they leave is already over.
        let late = MeshInstant.zero + .milliseconds(3_200)
        while machine.nextDeadline < late {
            let now = machine.nextDeadline
            machine.advance(to: now)
            for case .send(.probe(let number, _), let friend) in Self.outputs(&machine) {
                machine.received(.ack(number: number, news: []), from: friend, at: now)
            }
        }
        #expect(machine.member(victim.id)?.agreed == .suspect)
        for friend in friends[1...] {
            machine.received(suspected(by: friend), from: friend, at: late)
            _ = Self.outputs(&machine)
        }
        machine.advance(to: late)
        #expect(Self.changes(Self.outputs(&machine)) == [.dead])
        #expect(machine.localHealth == 0)
    }

    @Test func `a full table refuses a further member and forgets the longest dead`() throws {
        var limits = MembershipLimits()
        limits.memberLimit = 4
        limits.tombstoneLimit = 2
        var machine = try Self.machine(limits: limits)
        for name in ["a", "b", "c"] {
            machine.introduced(try Self.record(name), at: .zero)
        }
        let refusal = machine.introduced(try Self.record("d"), at: .zero)
        #expect(refusal == .tableFull)
        #expect(machine.liveCount == 4)
        machine.linkUp(try Self.record("d").id, at: .zero)
        machine.received(.gossip(news: []), from: try Self.record("d").id, at: .zero)
        _ = Self.outputs(&machine)
        machine.linkUp(try Self.record("a").id, at: .zero)
        for (second, name) in ["b", "c", "d", "e"].enumerated() {
            machine.received(
                .gossip(news: [MemberUpdate(record: try Self.record(name), state: .left)]),
                from: try Self.record("a").id, at: .zero + .milliseconds(Int64(second)))
        }
        let forgotten = Self.outputs(&machine).compactMap {
            if case .forget(let id) = $0 { id } else { nil }
        }
        #expect(forgotten == [try Self.record("b").id, try Self.record("c").id])
        let returned = machine.introduced(
            try Self.record("d", incarnation: 1), at: .zero + .milliseconds(9))
        #expect(returned == .accepted)
    }

    @Test func `the dead are forgotten in time`() throws {
        var machine = try Self.machine()
        let friend = Self.link(&machine, try Self.record("friend"))
        let gone = try Self.record("gone")
        machine.received(
            .gossip(news: [MemberUpdate(record: gone, state: .left)]), from: friend, at: .zero)
        #expect(machine.member(gone.id) != nil)
        machine.linkDown(friend, reason: .orderly, at: .zero)
        while machine.nextDeadline < .zero + .seconds(601) {
            machine.advance(to: machine.nextDeadline)
            _ = Self.outputs(&machine)
        }
        #expect(machine.member(gone.id) == nil)
    }
}

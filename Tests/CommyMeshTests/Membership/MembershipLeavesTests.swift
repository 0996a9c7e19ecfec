import CommyBase
import Testing

@testable import CommyMesh

/// The small machines, each by its transcript.
struct MembershipLeavesTests {
    @Test func `local health counts nacks that did not come and forgives with each ack`() {
        var health = LocalHealth(limit: 8)
        #expect(health.multiplier == 1)
        health.probeFailed(helpers: 3, refusals: 3)
        #expect(health.score == 0, "all helpers answered: the member is the silent one")
        health.probeFailed(helpers: 3, refusals: 1)
        #expect(health.score == 2)
        health.probeFailed(helpers: 0, refusals: 0)
        #expect(health.score == 3)
        health.refutedItself()
        health.stoodStill()
        #expect(health.score == 5)
        for _ in 0..<3 { health.probeFailed(helpers: 3, refusals: 0) }
        #expect(health.score == 7)
        for _ in 0..<9 { health.probeSucceeded() }
        #expect(health.score == 0)
    }

    @Test func `news is sent so often and no more, the less sent first`() {
        var queue = RumourQueue()
        let ids = (1...3).map { NodeID(value: $0) }
        let peer = NodeID(value: 9)
        for id in ids { queue.add(id) }
        let taken = (0..<3).map { _ in queue.take(2, for: peer, limit: 2) }
        #expect(taken == [[ids[2], ids[1]], [ids[0], ids[2]], [ids[1], ids[0]]])
        #expect(queue.isEmpty)
    }

    @Test func `newer news of the same member starts anew`() {
        var queue = RumourQueue()
        let (one, two, peer) = (NodeID(value: 1), NodeID(value: 2), NodeID(value: 9))
        queue.add(one)
        queue.add(two)
        _ = queue.take(2, for: peer, limit: 3)
        queue.add(one)
        #expect(queue.rumours.map(\.sent) == [0, 1])
        #expect(queue.rumours.map(\.id) == [one, two])
    }

    @Test func `news of a peer is not for that peer`() {
        var queue = RumourQueue()
        queue.add(NodeID(value: 1))
        let own = queue.take(8, for: NodeID(value: 1), limit: 4)
        let others = queue.take(8, for: NodeID(value: 2), limit: 4)
        #expect(own.isEmpty && others == [NodeID(value: 1)])
    }

    @Test(arguments: [(1, 4), (9, 4), (10, 8), (99, 8), (100, 12), (999, 12)])
    func `how often follows the digits of the size`(_ liveCount: Int, _ limit: Int) {
        #expect(RumourQueue.limit(liveCount: liveCount, factor: 4) == limit)
    }

    @Test func `a round visits everybody once, and between two visits are at most two rounds`() {
        var order = ProbeOrder(key: RandomKey(seed: 3))
        let ids = (0..<10).map { NodeID(value: $0) }
        for id in ids { order.insert(id) }
        var last = [Int](repeating: -1, count: 10)
        for visit in 0..<1_000 {
            guard let id = order.next(where: { _ in true }) else { return }
            let index = Int(id.value)
            if last[index] >= 0 { #expect(visit - last[index] < 20) }
            last[index] = visit
        }
        for index in ids.indices { #expect(last[index] >= 980) }
    }

    @Test func `nobody is visited who is not eligible or was removed`() {
        var order = ProbeOrder(key: RandomKey(seed: 3))
        for value in UInt64(0)..<5 { order.insert(NodeID(value: value)) }
        order.remove(NodeID(value: 2))
        for _ in 0..<40 {
            let id = order.next { $0.value % 2 == 0 }
            #expect(id == NodeID(value: 0) || id == NodeID(value: 4))
        }
        let nobody = order.next { _ in false }
        #expect(nobody == nil)
        #expect(order.order.count == 4)
    }

    @Test func `one claim settles a restart; the newcomer of two looks for the other first`() {
        var newcomer = NameClaim(limit: 3)
        var holder = NameClaim(limit: 3)
        for _ in 0..<2 {
            let claims = [newcomer.otherLifeTold(1), holder.otherLifeTold(2)]
            #expect(claims == [.claim, .claim])
        }
        let third = newcomer.otherLifeTold(1)
        #expect(third == .seek)
        let refusals = [holder.refused(ownLife: 1), newcomer.refused(ownLife: 2)]
        #expect(refusals == [.nothing, .yield(to: 1)])
        #expect(newcomer.state == .yielded(to: 1))
        let late = newcomer.otherLifeTold(5)
        #expect(late == .claim)
        #expect(newcomer.state == .yielded(to: 1))
        let other = holder.otherLifeTold(4)
        #expect(other == .claim)
        #expect(
            holder.state == .disputed(with: 4, claims: 1), "a third one is another dispute")
    }

    @Test func `of two who turn each other away the one with the greater life stays`() {
        for (own, other, stays) in [(1, 2, false), (2, 1, true)] as [(UInt64, UInt64, Bool)] {
            var claim = NameClaim(limit: 1)
            let told = claim.otherLifeTold(other)
            #expect(told == .seek)
            claim.turnedAway(other)
            let refusal = claim.refused(ownLife: own)
            #expect(refusal == (stays ? .nothing : .yield(to: other)))
        }
    }

    @Test func `a burst of digests is paid back by waiting`() {
        var budget = DigestBudget(burst: 2, interval: .milliseconds(250), at: .zero)
        let taken = [0, 0, 249, 250, 499, 60_000, 60_000, 60_000].map { (instant: Int64) in
            budget.take(at: .zero + .milliseconds(instant))
        }
        #expect(taken == [true, true, false, true, false, true, true, false])
    }

    @Test func `whom a node heard last besides one member is known`() {
        var record = HearingRecord()
        let (one, two) = (NodeID(value: 1), NodeID(value: 2))
        #expect(record.lastHeard(otherThan: one) == nil)
        record.heard(one, at: .zero + .seconds(1))
        #expect(record.lastHeard(otherThan: one) == nil)
        record.heard(two, at: .zero + .seconds(2))
        record.heard(two, at: .zero + .seconds(3))
        #expect(record.lastHeard(otherThan: two) == .zero + .seconds(1))
        #expect(record.lastHeard(otherThan: one) == .zero + .seconds(3))
        record.postpone(by: .seconds(10))
        #expect(record.lastHeard(otherThan: two) == .zero + .seconds(11))
    }

    @Test func `the baseline of a round trip ignores what was retransmitted`() {
        var baseline = RoundTripBaseline()
        #expect(baseline.smallest == nil)
        for sample in [210, 12, 230, 11, 640] as [Int64] {
            baseline.measured(.milliseconds(sample))
        }
        #expect(baseline.smallest == .milliseconds(11))
        for _ in 0..<8 { baseline.measured(.milliseconds(50)) }
        #expect(baseline.smallest == .milliseconds(50), "a path that became longer shows")
    }

    @Test func `the table's books follow every change`() throws {
        var table = MemberTable()
        var dice = RandomStream(key: RandomKey(seed: 11))
        for _ in 0..<600 {
            let number = dice.below(12)
            let name = try #require(NodeName("n\(number)"))
            let id = NodeID(name)
            if table.index(of: id) == nil {
                let record = MemberRecord(
                    name: name, zone: .unknown, addresses: [], incarnation: 0, life: 1)
                table.insert(Member(record: record, agreed: .alive, since: .zero))
            } else if dice.below(5) == 0 {
                table.remove(id)
            } else {
                let state = MemberState.allCases[dice.below(4)]
                table.change(id) {
                    $0.agreed = state
                    $0.record.incarnation += 1
                }
            }
            #expect(table.checkInvariants() == nil)
        }
    }
}

import SimModel
import Testing

struct LinkFaultSetTests {
    private let own: LinkConditions = {
        var conditions = LinkConditions()
        conditions.latency = .milliseconds(5)
        conditions.loss = .bernoulli(0.01)
        return conditions
    }()

    private func latency(_ milliseconds: Int) -> LinkFaultSet.Change {
        var change = LinkChange()
        change.latency = .milliseconds(milliseconds)
        return .degrade(change)
    }

    @Test func `without a fault a link does what it does`() {
        let faults = LinkFaultSet()
        #expect(faults.isEmpty)
        #expect(faults.applied(to: own) == own)
    }

    @Test func `a link is cut while any fault cuts it`() {
        var faults = LinkFaultSet()
        faults.began(fault: 1, .cut)
        faults.began(fault: 2, .cut)
        faults.ended(fault: 1)
        #expect(faults.applied(to: own).isCut)
        faults.ended(fault: 2)
        #expect(faults.isEmpty && faults.applied(to: own) == own)
    }

    @Test func `the last fault to begin has the last word`() {
        var faults = LinkFaultSet()
        faults.began(fault: 7, latency(50))
        faults.began(fault: 3, latency(90))
        #expect(faults.applied(to: own).latency == .milliseconds(90))
        faults.ended(fault: 3)
        #expect(faults.applied(to: own).latency == .milliseconds(50))
        faults.began(fault: 3, latency(20))
        faults.ended(fault: 7)
        #expect(faults.applied(to: own).latency == .milliseconds(20))
    }

    @Test func `a degradation leaves what it does not state`() {
        var faults = LinkFaultSet()
        faults.began(fault: 1, latency(50))
        faults.began(fault: 2, .cut)
        let now = faults.applied(to: own)
        #expect(now.loss == own.loss && now.isCut && now.latency == .milliseconds(50))
    }

    @Test func `the end of a fault that is not active changes nothing`() {
        var faults = LinkFaultSet()
        faults.began(fault: 1, .cut)
        let before = faults
        faults.ended(fault: 9)
        #expect(faults == before)
    }

    @Test func `a change replaces every property that it states`() {
        var change = LinkChange()
        change.jitter = Jitter(amount: .milliseconds(1))
        change.loss = .bernoulli(0.5)
        change.duplicate = 0.1
        change.reorder = Reorder(probability: 0.2, holdBack: .milliseconds(3))
        change.corrupt = 0.3
        change.rateBitsPerSecond = 1e6
        change.queue = QueueConditions(limit: .bytes(7))
        change.maximumPacketBytes = 900
        var expected = own
        expected.jitter = Jitter(amount: .milliseconds(1))
        expected.loss = .bernoulli(0.5)
        expected.duplicate = 0.1
        expected.reorder = Reorder(probability: 0.2, holdBack: .milliseconds(3))
        expected.corrupt = 0.3
        expected.rateBitsPerSecond = 1e6
        expected.queue = QueueConditions(limit: .bytes(7))
        expected.maximumPacketBytes = 900
        #expect(change.applied(to: own) == expected)
    }
}

import CommyBase
import Testing

@testable import CommyMesh

struct PeerMachineTests {
    let limits = NodeLimits()
    static let first = NetworkAddress("10.0.0.1:7400")!
    static let second = NetworkAddress("10.1.0.1:7400")!
    var random = RandomStream(key: RandomKey(seed: 1))

    func machine(isFirst: Bool) -> PeerMachine {
        PeerMachine(id: NodeID(value: 9), isFirstDialer: isFirst, at: .zero)
    }

    @Test func `the smaller number dials at once, the larger waits a second`() {
        var one = machine(isFirst: true)
        one.wanted(.always, at: [Self.first], limits, at: .zero)
        same(one.nextAction(at: .zero), .dial(Self.first))
        same(one.nextAction(at: .zero), nil)
        var other = machine(isFirst: false)
        other.wanted(.always, at: [Self.first], limits, at: .zero)
        same(other.nextAction(at: .zero), nil)
        #expect(other.nextDeadline == .zero + .seconds(1))
        same(other.nextAction(at: .zero + .seconds(1)), .dial(Self.first))
    }

    @Test mutating func `a path that fails waits longer each time, and the other goes first`() {
        var one = machine(isFirst: true)
        one.wanted(.always, at: [Self.first, Self.second], limits, at: .zero)
        same(one.nextAction(at: .zero), .dial(Self.first))
        one.dialFailed(limits, &random, at: .zero)
        same(one.nextAction(at: .zero), .dial(Self.second))
        one.dialFailed(limits, &random, at: .zero)
        same(one.nextAction(at: .zero), nil)
        var now = MeshInstant.zero
        var dials = 0
        while now < .zero + .seconds(30) {
            let next = one.nextDeadline
            #expect(next - now <= limits.backOffLast)
            now = max(next, now)
            guard case .dial = one.nextAction(at: now) else {
                Issue.record("its deadline came and it did nothing")
                return
            }
            dials += 1
            one.dialFailed(limits, &random, at: now)
        }
        // Two paths, each about once a second in the end.
        #expect(dials > 30 && dials < 120, "\(dials)")
    }

    @Test func `a silent link stays, and the other path is dialled`() {
        var one = machine(isFirst: true)
        one.wanted(.always, at: [Self.first, Self.second], limits, at: .zero)
        _ = one.nextAction(at: .zero)
        one.linkUp(slot: 4, isOutward: true, remote: Self.first, at: .zero)
        same(one.nextAction(at: .zero), nil)
        one.linkSilent(slot: 4, limits, at: .zero)
        #expect(!one.isUsable)
        same(one.nextAction(at: .zero), .dial(Self.second))
        one.linkUp(slot: 5, isOutward: true, remote: Self.second, at: .zero)
        #expect(one.active?.slot == 5)
        same(one.nextAction(at: .zero), nil)
        // The first one comes back: one of the two is enough.
        one.linkHeard(slot: 4)
        same(one.nextAction(at: .zero), .drain(slot: 4))
        one.checkInvariants()
    }

    @Test func `of two links the smaller number keeps its own and drains the other`() {
        var one = machine(isFirst: true)
        one.wanted(.always, at: [Self.first], limits, at: .zero)
        _ = one.nextAction(at: .zero)
        one.linkUp(slot: 1, isOutward: false, remote: Self.first, at: .zero)
        same(one.nextAction(at: .zero), .cancelDial)
        one.linkUp(slot: 2, isOutward: true, remote: Self.first, at: .zero)
        same(one.nextAction(at: .zero), .drain(slot: 1))
        #expect(one.active?.slot == 2)
        var other = machine(isFirst: false)
        other.linkUp(slot: 1, isOutward: true, remote: Self.first, at: .zero)
        other.linkUp(slot: 2, isOutward: false, remote: Self.first, at: .zero)
        same(other.nextAction(at: .zero), nil)
    }

    @Test mutating func `one attempt is one attempt over each path`() {
        var one = machine(isFirst: true)
        one.wanted(.once, at: [Self.first, Self.second], limits, at: .zero)
        same(one.nextAction(at: .zero), .dial(Self.first))
        one.dialFailed(limits, &random, at: .zero)
        same(one.nextAction(at: .zero), .dial(Self.second))
        one.dialFailed(limits, &random, at: .zero)
        same(one.nextAction(at: .zero + .seconds(60)), nil)
        #expect(one.isIdle)
    }
}

struct SeedListTests {
    @Test func `a seed is dialled until somebody is found there, and again when he is forgotten`() {
        let limits = NodeLimits()
        var random = RandomStream(key: RandomKey(seed: 1))
        var list = SeedList()
        let address = PeerMachineTests.first
        list.add([address, address], at: .zero)
        #expect(list.seeds.count == 1)
        same(list.nextDial(at: .zero), address)
        same(list.nextDial(at: .zero), nil)
        list.dialEnded(address, foundOwner: nil, limits, &random, at: .zero)
        same(list.nextDial(at: .zero), nil)
        same(list.nextDial(at: list.nextDeadline), address)
        list.dialEnded(address, foundOwner: NodeID(value: 4), limits, &random, at: .zero)
        #expect(list.nextDeadline == .never)
        list.lost(NodeID(value: 4), at: .zero + .seconds(1))
        same(list.nextDial(at: .zero + .seconds(1)), address)
    }
}

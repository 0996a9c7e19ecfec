import CommyBase
import Testing

@testable import SimModel

@Suite struct FabricModelTests {
    @Test func `an ideal path delivers within the same drain`() {
        var driver = FabricDriver(.ideal)
        driver.send(7, at: 5)
        #expect(driver.deliveries.map(\.handle) == [7])
        #expect(driver.deliveries[0].due == MeshInstant(nanoseconds: 5))
        #expect(driver.fabric.nextOutput() == .wait(until: .never))
    }

    @Test func `packets that are due together arrive in the order of entering`() {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(1)
        var driver = FabricDriver(conditions)
        for index in 0..<1_000 { driver.send(index, at: 0) }
        driver.run()
        #expect(driver.deliveries.map(\.handle) == (0..<1_000).map { $0 })
    }

    /// Random conditions, packets and blocks; every copy must end exactly once.
    static func history(seed: UInt64) -> (driver: FabricDriver, sent: [Int]) {
        var random = RandomStream(key: RandomKey(seed: seed))
        var topology = Topology()
        topology.hosts = ["a", "b", "c", "d"].map { HostSpec(name: $0) }
        topology.routers = [RouterSpec(name: "r"), RouterSpec(name: "s")]
        topology.links = [
            LinkRule(first: .node("a"), second: .node("r"), conditions: .ideal),
            LinkRule(first: .node("b"), second: .node("r"), conditions: .ideal),
            LinkRule(first: .node("r"), second: .node("s"), conditions: .ideal),
            LinkRule(first: .node("s"), second: .node("c"), conditions: .ideal),
            LinkRule(first: .node("s"), second: .node("d"), conditions: .ideal),
        ]
        var driver = FabricDriver(topology, seed: seed)
        var now: Int64 = 0
        var blocked = false
        let pair = [HostPair(source: HostIndex(0), destination: HostIndex(3))]
        for step in 0..<3_000 {
            now += Int64(random.nextUnit() * 300_000)
            driver.send(
                step, bytes: 40 + Int(random.nextUnit() * 1_460), flow: random.next() % 5,
                from: Int(random.next() % 2), to: 2 + Int(random.next() % 2), at: now)
            let links = driver.fabric.materialisedLinks.count
            if step % 7 == 0, links > 0 {
                let new = randomConditions(&random)
                driver.set({ $0 = new }, at: now, link: Int(random.next() % UInt64(links)))
            }
            if step % 50 == 0 {
                let instant = MeshInstant(nanoseconds: now)
                if blocked {
                    driver.fabric.unblock(pair, at: instant)
                } else {
                    driver.fabric.block(pair, at: instant)
                }
                blocked.toggle()
                driver.drain()
            }
        }
        driver.run()
        return (driver, Array(0..<3_000))
    }

    static func randomConditions(_ random: inout RandomStream) -> LinkConditions {
        func maybe(_ p: Double) -> Bool { random.nextUnit() < p }
        var conditions = LinkConditions.ideal
        if maybe(0.6) { conditions.latency = .microseconds(Int64(random.nextUnit() * 5_000)) }
        if maybe(0.3) {
            conditions.jitter = Jitter(amount: .milliseconds(1), keepsOrder: maybe(0.5))
        }
        if maybe(0.3) { conditions.loss = .bernoulli(0.1) }
        if maybe(0.2) {
            conditions.loss = .gilbertElliott(GilbertElliott(goodToBad: 0.1, badToGood: 0.3))
        }
        if maybe(0.3) { conditions.duplicate = 0.2 }
        if maybe(0.2) { conditions.corrupt = 0.1 }
        if maybe(0.2) { conditions.reorder = Reorder(probability: 0.2, holdBack: .milliseconds(2)) }
        if maybe(0.5) {
            conditions.rateBitsPerSecond = 1_000_000 + random.nextUnit() * 40_000_000
            conditions.queue.limit = .bytes(20_000)
            if maybe(0.3) {
                conditions.queue.discipline = .codel(
                    target: .milliseconds(1), interval: .milliseconds(10))
            } else if maybe(0.3) {
                conditions.queue.discipline = .pie(
                    target: .milliseconds(2), updateInterval: .milliseconds(2))
            }
        }
        if maybe(0.1) { conditions.maximumPacketBytes = 1_000 }
        if maybe(0.1) { conditions.isCut = true }
        return conditions
    }

    @Test(arguments: [UInt64](1...10))
    func `each copy of each packet ends in one delivery or one drop`(seed: UInt64) {
        let (driver, sent) = Self.history(seed: seed)
        var balance = [Int](repeating: 0, count: sent.count)
        for handle in sent { balance[handle] += 1 }
        for handle in driver.duplicates { balance[Int(handle)] += 1 }
        for delivery in driver.deliveries { balance[Int(delivery.handle)] -= 1 }
        for drop in driver.drops { balance[Int(drop.handle)] -= 1 }
        #expect(balance.allSatisfy { $0 == 0 })
        #expect(driver.fabric.packetsInside == 0)
        #expect(driver.deliveries.count > 100 && driver.drops.count > 100)
        let counters = driver.fabric.materialisedLinks.map { driver.fabric.counters(of: $0) }
        let unrouted = driver.fabric.unroutedPackets.reduce(0) { $0 + $1.packets }
        let dropped = counters.reduce(unrouted) { $0 + $1.drops.total }
        #expect(dropped == UInt64(driver.drops.count), "every drop is counted by one link")
        for delivery in driver.deliveries {
            #expect(
                delivery.due.nanoseconds - delivery.entered.nanoseconds
                    == delivery.queueingNanoseconds + delivery.propagationNanoseconds)
        }
    }

    @Test(arguments: [UInt64](1...3))
    func `the same inputs give the same outputs`(seed: UInt64) {
        let (first, second) = (Self.history(seed: seed).driver, Self.history(seed: seed).driver)
        #expect(first.deliveries == second.deliveries)
        #expect(first.drops == second.drops)
        #expect(first.fabric == second.fabric)
        #expect(first.deliveries != Self.history(seed: seed + 100).driver.deliveries)
    }

    /// The fate of flow 1 from `a` to `b`, with company and faults of another kind or without.
    static func fates(_ change: (inout LinkConditions) -> Void, company: Bool) -> [UInt32] {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(1)
        conditions.loss = .gilbertElliott(
            GilbertElliott(goodToBad: 0.1, badToGood: 0.3, lossInGood: 0.05, lossInBad: 0.8))
        change(&conditions)
        var driver = FabricDriver(conditions, seed: 9)
        if company { driver.send(100_000, flow: 8, from: 2, to: 0, at: 0) }
        for index in 0..<2_000 {
            if company, index % 3 == 0 {
                driver.send(100_001 + index, flow: UInt64(index % 90 + 2), at: Int64(index))
            }
            driver.send(index, at: Int64(index))
        }
        driver.run()
        return driver.drops.map(\.handle).filter { $0 < 100_000 }
    }

    @Test func `another flow, link or fault shifts no loss of a flow`() {
        let alone = Self.fates({ _ in }, company: false)
        #expect(alone.count > 100)
        #expect(Self.fates({ _ in }, company: true) == alone)
        #expect(Self.fates({ $0.duplicate = 0.5 }, company: true) == alone)
        #expect(
            Self.fates(
                {
                    $0.corrupt = 0.5
                    $0.jitter = Jitter(amount: .microseconds(1), keepsOrder: false)
                    $0.reorder = Reorder(probability: 0.1, holdBack: .microseconds(5))
                }, company: true
            ).sorted() == alone)
    }

    @Test func `a super-packet counts as its segments`() {
        var driver = FabricDriver(.ideal)
        driver.fabric.packetEntered(
            PacketFacts(
                handle: 0, byteCount: 60_000, flow: 1, source: HostIndex(0),
                destination: HostIndex(1), segmentCount: 42), at: .zero)
        driver.drain()
        let counters = driver.fabric.counters(of: LinkIndex(0))
        #expect(counters.packets == 42 && counters.delivered == 42 && counters.bytes == 60_000)
    }

    @Test func `a flow table forgets the flow that was silent longest`() {
        var table = FlowTable(capacity: 3)
        for flow in [1, 2, 3, 1] as [UInt64] { table[table.slot(of: flow)].ordinal += 1 }
        table[table.slot(of: 4)].ordinal += 1
        #expect(table[table.slot(of: 1)].ordinal == 2)
        #expect(table[table.slot(of: 3)].ordinal == 1)
        #expect(table[table.slot(of: 2)].ordinal == 0)
    }
}

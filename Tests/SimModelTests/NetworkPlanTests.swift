import CommyBase
import Testing

@testable import SimModel

@Suite struct NetworkPlanTests {
    static func conditions(_ ms: Int) -> LinkConditions {
        var conditions = LinkConditions.ideal
        conditions.latency = .milliseconds(ms)
        return conditions
    }

    static func zones(_ links: [LinkRule]) -> Topology {
        var topology = Topology()
        topology.hosts = [
            HostSpec(name: "web", zone: ["eu", "a"]), HostSpec(name: "db", zone: ["eu", "b"]),
            HostSpec(name: "far", zone: ["us", "a"]), HostSpec(name: "odd"),
        ]
        topology.links = links
        return topology
    }

    static func latency(_ topology: Topology, _ from: Int, _ to: Int) -> Duration {
        var plan = NetworkPlan(topology: topology, seed: 1)
        return plan.path(from: HostIndex(from), to: HostIndex(to))
            .reduce(.zero) { $0 + plan.links[Int($1.value)].conditions.latency }
    }

    @Test func `the most specific rule wins, then one-way, then the later one`() {
        let topology = Self.zones([
            LinkRule(
                first: .node("web"), second: .node("db"), direction: .oneWay,
                conditions: Self.conditions(5)),
            LinkRule(first: .node("web"), second: .node("db"), conditions: Self.conditions(4)),
            LinkRule(first: .zone(["eu"]), second: .zone(["us"]), conditions: Self.conditions(2)),
            LinkRule(first: .zone(["eu"]), second: .zone(["us"]), conditions: Self.conditions(3)),
            LinkRule(
                first: .zone(["eu", "b"]), second: .zone(["us"]), conditions: Self.conditions(7)),
            LinkRule(first: .any, second: .any, conditions: Self.conditions(1)),
        ])
        #expect(Self.latency(topology, 0, 1) == .milliseconds(5))
        #expect(Self.latency(topology, 1, 0) == .milliseconds(4))
        #expect(Self.latency(topology, 0, 2) == .milliseconds(3))
        #expect(Self.latency(topology, 2, 1) == .milliseconds(7))
        #expect(Self.latency(topology, 3, 2) == .milliseconds(1))
    }

    @Test func `names and fates do not depend on the order of first use`() {
        let topology = Self.zones([
            LinkRule(
                first: .zone(["eu"]), second: .zone(["us"]), conditions: .ideal, shared: true)
        ])
        var forward = NetworkPlan(topology: topology, seed: 1)
        var backward = NetworkPlan(topology: topology, seed: 1)
        let pairs = [(0, 1), (0, 2), (1, 2), (2, 0), (3, 0)]
        func name(_ plan: inout NetworkPlan, _ pair: (Int, Int)) -> String {
            let path = plan.path(from: HostIndex(pair.0), to: HostIndex(pair.1))
            return path.map { plan.links[Int($0.value)].name }.joined(separator: " ")
        }
        let names = pairs.map { name(&forward, $0) }
        #expect(names == ["web>db", "eu>us", "eu>us", "us>eu", "odd>web"])
        #expect(pairs.reversed().map { name(&backward, $0) } == names.reversed())
    }

    static func routed() -> Topology {
        var topology = zones([
            LinkRule(first: .node("web"), second: .node("r1"), conditions: conditions(1)),
            LinkRule(first: .node("db"), second: .node("r1"), conditions: conditions(1)),
            LinkRule(first: .node("r1"), second: .node("r2"), conditions: conditions(10)),
            LinkRule(first: .node("r1"), second: .node("r3"), conditions: conditions(4)),
            LinkRule(first: .node("r3"), second: .node("r2"), conditions: conditions(4)),
            LinkRule(first: .zone(["us"]), second: .node("r2"), conditions: conditions(1)),
        ])
        topology.routers = ["r1", "r2", "r3"].map { RouterSpec(name: $0) }
        return topology
    }

    @Test func `routers carry a pair over the least latency`() {
        #expect(Self.latency(Self.routed(), 0, 2) == .milliseconds(10))
        #expect(Self.latency(Self.routed(), 0, 1) == .milliseconds(2))
    }

    @Test func `a host behind routers has no route to one that is not`() {
        var driver = FabricDriver(Self.routed())
        driver.send(0, from: 0, to: 3, at: 0)
        #expect(driver.drops == [Drop(handle: 0, link: .none, reason: .noRoute)])
        let unrouted = driver.fabric.unroutedPackets
        #expect(unrouted.map(\.pair) == ["web>odd"])
        #expect(unrouted.map(\.packets) == [1])
        #expect(driver.fabric.materialisedLinks.isEmpty)
    }

    @Test func `the link that a partition keeps packets from counts them`() throws {
        var driver = FabricDriver(Self.zones([]))
        let pairs = driver.fabric.plan.partitionPairs([["web"], ["db"]])
        driver.fabric.block(pairs, at: MeshInstant(nanoseconds: 1))
        driver.drain()
        driver.send(0, from: 0, to: 1, at: 2)
        driver.send(1, from: 0, to: 2, at: 3)
        driver.run()
        let links = driver.fabric.materialisedLinks
        let link = try #require(links.first { driver.fabric.name(of: $0) == "web>db" })
        let counters = driver.fabric.counters(of: link)
        #expect(counters.packets == 1 && counters.bytes > 0 && counters.delivered == 0)
        #expect(counters.drops[.partitioned] == 1 && counters.drops.total == 1)
        #expect(driver.fabric.blockedDrops(of: pairs) == 1)
    }

    @Test func `a shared bottleneck queues packets of both paths behind each other`() {
        var topology = Self.routed()
        topology.links[2].conditions = .ideal
        topology.links[2].conditions.rateBitsPerSecond = 8_000_000
        var driver = FabricDriver(topology)
        driver.send(0, from: 0, to: 2, at: 0)
        driver.send(1, from: 1, to: 2, at: 0)
        driver.run()
        #expect(driver.deliveries.map(\.due.nanoseconds) == [3_000_000, 4_000_000])
    }

    @Test func `a cut between hosts behind routers stops only that pair`() {
        var driver = FabricDriver(Self.routed())
        let targets = driver.fabric.cutTargets(of: .between(.node("web"), .node("far")))
        #expect(targets.links.isEmpty)
        #expect(targets.pairs.count == 2)
        driver.send(0, from: 0, to: 2, at: 0)
        driver.send(1, from: 1, to: 2, at: 0)
        driver.fabric.block(targets.pairs, at: MeshInstant(nanoseconds: 10))
        driver.drain()
        driver.send(2, from: 0, to: 2, at: 20)
        #expect(driver.drops.map(\.handle) == [0, 2])
        #expect(driver.drops.allSatisfy { $0.reason == .partitioned })
        driver.run(until: 100_000_000)
        driver.fabric.unblock(targets.pairs, at: MeshInstant(nanoseconds: 100_000_000))
        driver.send(3, from: 0, to: 2, at: 100_000_000)
        driver.run()
        #expect(driver.deliveries.map(\.handle) == [1, 3])
    }

    @Test func `a cut at a router cuts the link`() {
        var driver = FabricDriver(Self.routed())
        let targets = driver.fabric.cutTargets(of: .between(.node("r1"), .node("r3")))
        #expect(targets.pairs.isEmpty)
        #expect(targets.links.map { driver.fabric.name(of: $0) } == ["r1>r3", "r3>r1"])
    }

    @Test func `two groups give every ordered pair across`() {
        let plan = NetworkPlan(topology: Self.zones([]), seed: 1)
        #expect(plan.partitionPairs([["web", "db"], ["far"]]).count == 4)
    }
}

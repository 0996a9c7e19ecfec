import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What a caller sees when something dies.
struct NodeFailureTests {
    /// Calls each `every`, for `span`, and returns the ids.
    static func load(
        _ bed: MeshBed, _ caller: BedClient, every: Duration, for span: Duration,
        idempotent: Bool = false
    ) {
        var at = Duration.zero
        while at < span {
            bed.after(at) { bed in
                caller.call(bed, "orders", timeout: .seconds(1), idempotent: idempotent)
            }
            at += every
        }
    }

    static func failures(_ caller: BedClient) -> [(Duration, BedClient.Outcome)] {
        caller.order.compactMap { id in
            guard let placed = caller.calls[id], let outcome = placed.outcome else { return nil }
            if case .failed = outcome { return (placed.at - .zero, outcome) }
            return nil
        }
    }

    @Test func `after an instance crashed the next request succeeds in a round trip and 10 ms`() {
        let (bed, caller, servers) = NodeCallTests.service(2)
        // The one that it prefers, so that the crash matters.
        caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        let busy = servers.first { !$0.served.isEmpty }!
        busy.isMute = true
        let lost = caller.call(bed, "orders") { $0.instance = nil }
        bed.run(for: .milliseconds(5))
        bed.crash(busy)
        let next = caller.call(bed, "orders")
        bed.run(for: .milliseconds(200))
        #expect(caller.outcome(next) == .answered([1, 2, 3]))
        #expect((caller.latency(next) ?? .seconds(9)) <= .milliseconds(2 + 10))
        switch caller.outcome(lost) {
        case .answered, .failed(.instanceLost, .maybe): break
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test func `an idempotent call survives the crash of its instance`() {
        let (bed, caller, servers) = NodeCallTests.service(2)
        for server in servers { server.work = .milliseconds(20) }
        let calls = (0..<10).map { _ in caller.call(bed, "orders", idempotent: true) }
        bed.run(for: .milliseconds(10))
        bed.crash(servers[0])
        bed.run(for: .milliseconds(200))
        #expect(calls.allSatisfy { caller.outcome($0) == .answered([1, 2, 3]) })
    }

    @Test(arguments: [ErrorCode.overloaded, .noSuchInstance])
    func `a request that was turned away unseen goes to another instance`(_ code: ErrorCode) {
        let (bed, caller, servers) = NodeCallTests.service(2)
        servers[0].refusal = CommyError(code)
        let calls = (0..<10).map { _ in caller.call(bed, "orders") }
        bed.run(for: .milliseconds(200))
        #expect(calls.allSatisfy { caller.outcome($0) == .answered([1, 2, 3]) })
        #expect(servers[1].served.count == 10)
        // When all turn it away the caller hears of it, and may try again.
        servers[1].refusal = CommyError(code)
        let last = caller.call(bed, "orders")
        bed.run(for: .milliseconds(200))
        #expect(caller.outcome(last) == .failed(code, .no))
    }

    @Test func `a call that is not idempotent is not sent twice when it may have been seen`() {
        let (bed, caller, servers) = NodeCallTests.service(2)
        for server in servers { server.work = .milliseconds(50) }
        let calls = (0..<10).map { _ in caller.call(bed, "orders") }
        bed.run(for: .milliseconds(10))
        bed.crash(servers[0])
        bed.run(for: .milliseconds(200))
        #expect(bed.executions.values.allSatisfy { $0 == 1 })
        let lost = calls.filter { caller.outcome($0) == .failed(.instanceLost, .maybe) }
        #expect(lost.count == servers[0].served.count)
    }

    @Test func `a node that crashes is avoided at once`() {
        let (bed, caller, _) = NodeCallTests.service(2)
        Self.load(bed, caller, every: .milliseconds(5), for: .seconds(2))
        bed.run(for: .milliseconds(500))
        bed.crashNode(1)
        let crash = bed.now
        bed.run(for: .seconds(2))
        let late = Self.failures(caller).filter {
            MeshInstant.zero + $0.0 > crash + .milliseconds(12)
        }
        #expect(late.isEmpty, "\(late)")
        #expect(bed.hosts[0].node.membership.member(NodeID(NodeName("n1")!))?.state != .alive)
    }

    @Test func `a silent host is avoided within a second and dead within five`() {
        let (bed, caller, _) = NodeCallTests.service(3)
        Self.load(bed, caller, every: .milliseconds(5), for: .seconds(6))
        bed.run(for: .milliseconds(500))
        bed.powerOff(1)
        let off = bed.now
        bed.run(for: .seconds(6))
        let failures = Self.failures(caller)
        #expect(!failures.isEmpty)
        let late = failures.filter { MeshInstant.zero + $0.0 > off + .seconds(1) }
        #expect(late.isEmpty, "\(late)")
        let name = "peer=n1 state=dead"
        let deaths = bed.events.filter { $0.event.line.contains(name) }
        #expect(deaths.count == 3)
        #expect(deaths.allSatisfy { $0.at <= off + .seconds(5) })
    }

    @Test func `halves of a partition serve themselves, and are one mesh after it heals`() {
        let bed = NodeMeshTests.bed(4)
        let left = bed.attach(0)
        left.register(bed, "orders")
        let right = bed.attach(3)
        right.register(bed, "orders")
        let caller = bed.attach(1)
        let other = bed.attach(2)
        bed.run(for: .milliseconds(100))
        bed.partition([0, 1], [2, 3])
        bed.run(for: .seconds(8))
        let one = caller.call(bed, "orders")
        let two = other.call(bed, "orders")
        bed.run(for: .milliseconds(50))
        #expect(caller.outcome(one) == .answered([1, 2, 3]))
        #expect(other.outcome(two) == .answered([1, 2, 3]))
        bed.heal()
        #expect(bed.run(atMost: .seconds(10)) { $0.hasConverged([0, 1, 2, 3]) })
        #expect(bed.hosts[1].node.catalog.instances(of: ServiceName("orders")!).count == 2)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `when one of two paths dies the other takes over within a second`(_ seed: UInt64) {
        let bed = MeshBed(seed: seed)
        bed.addHost("n0", networks: [0, 1])
        bed.addHost("n1", networks: [0, 1], seeds: ["n0"])
        #expect(bed.run(atMost: .seconds(3)) { $0.hasConverged([0, 1]) })
        let server = bed.attach(1)
        server.register(bed, "orders")
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(100))
        Self.load(bed, caller, every: .milliseconds(10), for: .seconds(4))
        bed.run(for: .seconds(1))
        bed.cut(0, 1, network: 0)
        let cut = bed.now
        bed.run(for: .seconds(4))
        let late = Self.failures(caller).filter {
            MeshInstant.zero + $0.0 > cut + .milliseconds(1_000)
        }
        #expect(late.isEmpty, "\(late)")
        #expect(bed.lines("link").contains { $0.contains("state=up") && $0.contains("10.1.") })
        #expect(bed.lines("member").allSatisfy { !$0.contains("state=dead") })
    }

    @Test func `a path that is cut in one direction is left`() {
        let bed = MeshBed(seed: 3)
        bed.addHost("n0", networks: [0, 1])
        bed.addHost("n1", networks: [0, 1], seeds: ["n0"])
        #expect(bed.run(atMost: .seconds(3)) { $0.hasConverged([0, 1]) })
        let server = bed.attach(1)
        server.register(bed, "orders")
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(100))
        Self.load(bed, caller, every: .milliseconds(10), for: .seconds(8))
        bed.run(for: .seconds(1))
        bed.cutOneWay(from: 1, to: 0, network: 0)
        bed.run(for: .seconds(4))
        let call = caller.call(bed, "orders", timeout: .milliseconds(100))
        bed.run(for: .milliseconds(200))
        #expect(caller.outcome(call) == .answered([1, 2, 3]))
    }

    @Test func `a node that stops under load loses no request`() {
        let (bed, caller, servers) = NodeCallTests.service(3)
        for server in servers { server.work = .milliseconds(7) }
        Self.load(bed, caller, every: .milliseconds(1), for: .seconds(2))
        bed.run(for: .milliseconds(700))
        bed.hosts[1].node.command(.stop(within: .seconds(5)), at: bed.now)
        bed.drain(.node(1))
        bed.run(for: .seconds(3))
        #expect(Self.failures(caller).isEmpty, "\(Self.failures(caller).prefix(3))")
        #expect(caller.calls.count == 2_000)
        #expect(bed.hosts[1].hasStopped)
        #expect(bed.executions.values.allSatisfy { $0 == 1 })
        let left = bed.events.filter { $0.event.line.contains("peer=n1 state=left") }
        #expect(left.count == 3)
        #expect(bed.lines("member").allSatisfy { !$0.contains("suspect") && !$0.contains("dead") })
    }

    @Test func `a draining instance finishes what it has and gets nothing new`() throws {
        let (bed, caller, servers) = NodeCallTests.service(2)
        for server in servers { server.work = .milliseconds(10) }
        Self.load(bed, caller, every: .milliseconds(1), for: .seconds(1))
        bed.run(for: .milliseconds(300))
        let instance = try #require(servers[0].instances.values.first)
        _ = servers[0].client.drain(instance, at: bed.now)
        bed.drain(.client(servers[0].index))
        bed.run(for: .milliseconds(100))
        let count = servers[0].served.count
        bed.run(for: .seconds(1))
        #expect(servers[0].served.count == count)
        #expect(Self.failures(caller).isEmpty)
    }

    @Test func `a node that stands still for two seconds is avoided and comes back`() {
        let (bed, caller, servers) = NodeCallTests.service(2)
        Self.load(bed, caller, every: .milliseconds(10), for: .seconds(8))
        bed.run(for: .seconds(1))
        bed.pause(1)
        let paused = bed.now
        bed.run(for: .seconds(2))
        let before = servers[0].served.count
        bed.resume(1)
        bed.run(for: .seconds(4))
        let late = Self.failures(caller).filter {
            MeshInstant.zero + $0.0 > paused + .seconds(1)
        }
        #expect(late.isEmpty, "\(late)")
        #expect(servers[0].served.count > before)
        #expect(bed.lines("member").allSatisfy { !$0.contains("state=dead") })
        #expect(bed.hasConverged([0, 1, 2]))
    }

    @Test func `a restart that is faster than detection is a new life, not a ghost`() {
        let (bed, caller, _) = NodeCallTests.service(2)
        bed.run(for: .milliseconds(200))
        bed.crashNode(1)
        bed.run(for: .milliseconds(2))
        bed.restart(1, seeds: [0], life: 2)
        let server = bed.attach(1)
        server.register(bed, "orders")
        #expect(bed.run(atMost: .seconds(5)) { $0.hasConverged([0, 1, 2]) })
        bed.run(for: .milliseconds(500))
        for _ in 0..<20 { caller.call(bed, "orders") }
        bed.run(for: .milliseconds(50))
        #expect(Self.failures(caller).isEmpty)
        #expect(!server.served.isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func `thirty nodes join at once`() {
        let bed = MeshBed(seed: 11)
        bed.checksInvariants = false
        for index in 0..<30 { bed.addHost("n\(index)", seeds: index == 0 ? [] : ["n0"]) }
        #expect(bed.run(atMost: .seconds(10)) { $0.hasConverged(Array(0..<30)) })
        #expect(bed.lines("member").allSatisfy { !$0.contains("state=dead") })
        bed.run(for: .seconds(3))
        // One link for each pair, once the doubles are drained.
        for host in bed.hosts {
            host.node.checkInvariants()
            #expect(host.node.links.count { $0.isLive } == 29)
        }
    }
}

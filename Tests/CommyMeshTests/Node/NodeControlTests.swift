import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What administrators and watchers see.
struct NodeControlTests {
    @Test func `a node answers what there is, in rows`() throws {
        let (bed, caller, _) = NodeCallTests.service(2, isZoned: true)
        let admin = bed.attach(0, role: .administrator)
        let queries: [ControlQuery] = [
            .node, .services, .links, .members, .top, .explainRoute(ServiceName("orders")!),
        ]
        for _ in 0..<5 { caller.call(bed, "orders") }
        bed.run(for: .milliseconds(500))
        let ids = queries.map { admin.query(bed, $0) }
        bed.run(for: .milliseconds(5))
        let rows = ids.map { admin.rows[$0] ?? [] }
        #expect(rows[0].count == 1)
        #expect(rows[0][0].contains(#""members":3,"alive":3"#))
        #expect(rows[1].count == 2)
        #expect(rows[1].allSatisfy { $0.contains(#""availability":"ready""#) })
        #expect(rows[2].count == 2)
        #expect(rows[2].allSatisfy { $0.contains(#""state":"up""#) })
        let roundTrips = rows[2].filter { $0.contains(#""rtt_us":2000"#) }
        #expect(roundTrips.count == 2, "\(rows[2])")
        #expect(rows[3].count == 3)
        #expect(rows[4].count == 4)
        #expect(rows[5].count == 3)
        #expect(rows[5][0].contains(#""rule":"nearest""#))
        #expect(rows[5].contains { $0.contains("farther") })
    }

    @Test func `the router knows the round trips that the links measure`() throws {
        let (bed, _, _) = NodeCallTests.service(2)
        bed.run(for: .seconds(1))
        let explain = ControlQuery.explainRoute(try #require(ServiceName("orders")))
        let rows = bed.hosts[0].node.rows(for: explain).dropFirst()
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains(#""rtt":"2ms""#) }, "\(rows)")
        // The path becomes longer, and heartbeats notice.
        bed.latency = .milliseconds(20)
        bed.run(for: .seconds(20))
        let later = bed.hosts[0].node.rows(for: explain).dropFirst()
        #expect(later.allSatisfy { !$0.contains(#""rtt":"2ms""#) }, "\(later)")
    }

    @Test func `explain says why an instance is not chosen`() {
        let (bed, _, _) = NodeCallTests.service(2)
        bed.powerOff(1)
        bed.run(for: .seconds(1))
        let rows = bed.hosts[0].node.rows(for: .explainRoute(ServiceName("orders")!))
        let lost = rows.first { $0.contains(#""node":"n1","instance""#) }
        #expect(lost?.contains("node suspected") == true || lost?.contains("silent") == true)
        let none = bed.hosts[0].node.rows(for: .explainRoute(ServiceName("nothing")!))
        let text =
            #"{"service":"nothing","decision":"none","code":"noSuchService","#
            + #""why":"nobody serves it"}"#
        #expect(none == [text])
    }

    @Test func `a watcher gets a snapshot and then every change`() throws {
        let bed = NodeMeshTests.bed(2)
        let first = bed.attach(1)
        first.register(bed, "orders")
        let watcher = bed.attach(0)
        bed.run(for: .milliseconds(100))
        let watch = watcher.client.watch(.service(ServiceName("orders")!), at: bed.now)
        bed.drain(.client(watcher.index))
        bed.run(for: .milliseconds(20))
        #expect(watcher.watched.first == .snapshot(resynchronised: false))
        #expect(watcher.watched.contains(.synchronised))
        let second = bed.attach(1)
        second.register(bed, "orders")
        bed.run(for: .milliseconds(100))
        bed.crash(first)
        bed.run(for: .milliseconds(100))
        let absent = watcher.watched.compactMap { event in
            if case .absent(let id) = event { id } else { nil }
        }
        #expect(absent == Array(first.instances.values))
        let count = watcher.watched.count
        _ = watcher.client.unwatch(watch, at: bed.now)
        bed.drain(.client(watcher.index))
        bed.crash(second)
        bed.run(for: .milliseconds(100))
        #expect(watcher.watched.count == count)
    }

    @Test func `a watcher that reads slowly gets the state, not the history, and costs little`() {
        let bed = NodeMeshTests.bed(1)
        let watcher = bed.attach(0)
        _ = watcher.client.watch(.all, at: bed.now)
        bed.drain(.client(watcher.index))
        bed.run(for: .milliseconds(10))
        let slot = bed.hosts[0].node.links.indices.first {
            bed.hosts[0].node.links[$0].session != nil
        }!
        // Its socket is full.
        bed.pipes[watcher.pipe].sides[1].underWay = bed.socketBytes
        for _ in 0..<200 {
            let server = bed.attach(0)
            for index in 0..<10 { server.register(bed, "s\(index)") }
            bed.run(for: .milliseconds(10))
            bed.crash(server)
            bed.run(for: .milliseconds(10))
        }
        #expect(bed.hosts[0].node.links[slot].machine.output.count < 200 << 10)
        bed.pipes[watcher.pipe].sides[1].underWay = 0
        bed.transmit(watcher.pipe, 1)
        bed.drain(.node(0))
        let last = bed.attach(0)
        last.register(bed, "last")
        bed.run(for: .milliseconds(100))
        var table: [InstanceID] = []
        for event in watcher.watched {
            switch event {
            case .snapshot: table = []
            case .present(let instance):
                if !table.contains(instance.id) { table.append(instance.id) }
            case .absent(let id): table.removeAll { $0 == id }
            case .synchronised, .stale, .dependencies: break
            }
        }
        #expect(table == Array(last.instances.values))
    }

    @Test func `orders are taken from administrators only`() {
        let bed = NodeMeshTests.bed(2)
        let program = bed.attach(0)
        let refused = program.client.order(.stop(within: .zero), at: bed.now)
        bed.drain(.client(program.index))
        bed.run(for: .milliseconds(10))
        #expect(program.failures[refused]?.code == .permissionDenied)
        let admin = bed.attach(0, role: .administrator)
        _ = admin.client.order(.stop(within: .seconds(1)), at: bed.now)
        bed.drain(.client(admin.index))
        bed.run(for: .seconds(2))
        #expect(bed.hosts[0].hasStopped)
        #expect(program.detached?.code == .peerShuttingDown)
        #expect(bed.hosts[1].node.membership.aliveCount == 1)
    }

    @Test func `a process may change only what is its own`() throws {
        let bed = NodeMeshTests.bed(1)
        let owner = bed.attach(0)
        owner.register(bed, "orders")
        let other = bed.attach(0)
        bed.run(for: .milliseconds(10))
        let instance = try #require(owner.instances.values.first)
        let id = other.client.deregister(instance, at: bed.now)
        bed.drain(.client(other.index))
        bed.run(for: .milliseconds(10))
        #expect(other.failures[id]?.code == .noSuchInstance)
        #expect(bed.hosts[0].node.catalog.entryCount == 1)
    }

    @Test func `commands before the greeting wait for it`() {
        let bed = NodeMeshTests.bed(1)
        let client = bed.attach(0)
        client.register(bed, "orders")
        let call = client.call(bed, "orders", [4])
        #expect(client.outcome(call) == nil)
        bed.run(for: .milliseconds(10))
        #expect(client.outcome(call) == .answered([4]))
    }

    @Test func `when the node is gone everything open fails, once`() {
        let (bed, caller, servers) = NodeCallTests.service(1)
        servers[0].isMute = true
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        bed.crashNode(0)
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .failed(.connectionLost, .maybe))
        #expect(caller.detached?.code == .connectionLost)
        #expect(servers[0].cancelled.count == 1)
    }
}

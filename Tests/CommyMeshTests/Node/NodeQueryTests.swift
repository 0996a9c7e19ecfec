import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What a node's rows say about routes, dependencies and being cut off.
struct NodeQueryTests {
    private let orders = ServiceName("orders")!

    private func offer(
        _ service: String, weight: UInt16 = ServiceOffer.usualWeight, labels: [Label] = [],
        dependencies: [String] = []
    ) throws -> ServiceOffer {
        try ServiceOffer(
            service: try #require(ServiceName(service)), labels: labels, weight: weight,
            dependencies: try dependencies.map { try #require(ServiceName($0)) })
    }

    private func register(_ bed: MeshBed, _ client: BedClient, _ offer: ServiceOffer) {
        _ = client.client.register(offer, at: bed.now)
        bed.drain(.client(client.index))
        bed.run(for: .milliseconds(100))
    }

    @Test func `explain takes the conditions of a caller`() throws {
        let bed = NodeMeshTests.bed(2)
        let gold = try #require(Label("tier", "gold"))
        register(bed, bed.attach(0), try offer("orders", labels: [gold]))
        register(bed, bed.attach(1), try offer("orders"))
        var conditions = Metadata()
        try RequirementKeys.append("tier=silver", to: &conditions)
        let none = bed.hosts[0].node.rows(for: .explainRoute(orders, requiring: conditions))
        #expect(none[0].contains(#""code":"capabilityMismatch""#))
        #expect(none.dropFirst().allSatisfy { $0.contains("label condition 1 fails") })
        conditions = Metadata()
        try RequirementKeys.append("tier=gold", to: &conditions)
        let one = bed.hosts[1].node.rows(for: .explainRoute(orders, requiring: conditions))
        #expect(one[0].contains(#""node":"n0""#), "\(one)")
        var writer = ByteWriter(capacity: 64)
        ControlQuery.explainRoute(orders, requiring: conditions).encode(into: &writer)
        let read = unsafe try ControlQuery(decoding: writer.bytes.span.bytes)
        #expect(read == .explainRoute(orders, requiring: conditions))
        writer = ByteWriter(capacity: 64)
        ControlQuery.explainRoute(orders).encode(into: &writer)
        writer.varint(0)
        #expect(throws: WireError.invalid("conditions")) {
            unsafe try ControlQuery(decoding: writer.bytes.span.bytes)
        }
    }

    @Test func `conditions as people write them are read or refused`() throws {
        var metadata = Metadata()
        for words in ["tier=gold", "gpu", "version=2-4", "zone=eu/a"] {
            try RequirementKeys.append(words, to: &metadata)
        }
        #expect(
            metadata.entries.map { "\($0.key) \($0.value)" } == [
                "require.label tier=gold", "require.label gpu", "require.version 2-4",
                "require.zone eu/a",
            ])
        for words in ["", "Tier=gold", "version=4-2", "version=x", "zone=eu//a"] {
            let error = #expect(throws: CommyError.self) {
                try RequirementKeys.append(words, to: &metadata)
            }
            #expect(error?.code == .invalidArgument && error?.detail.contains("require.") == true)
        }
        #expect(metadata.entries.count == 4, "what is refused leaves nothing behind")
    }

    @Test func `a call of a service whose instances have weight 0 fails and says so`() throws {
        let bed = NodeMeshTests.bed(2)
        let server = bed.attach(1)
        register(bed, server, try offer("orders", weight: 0))
        let caller = bed.attach(0)
        let call = caller.call(bed, "orders")
        let instance = try #require(server.instances.values.first)
        let named = caller.call(bed, "orders") { $0.instance = instance }
        bed.run(for: .milliseconds(50))
        #expect(caller.outcome(call) == .failed(.noHealthyInstance, .no))
        #expect(caller.outcome(named) == .answered([1, 2, 3]))
        let rows = bed.hosts[0].node.rows(for: .explainRoute(orders))
        #expect(rows[0].contains("weight 0") && rows[1].contains(#""verdict":"weight 0""#))
    }

    @Test func `the dependencies of a service are shown with what is missing below`() throws {
        let bed = NodeMeshTests.bed(2)
        register(bed, bed.attach(0), try offer("shop", dependencies: ["orders", "mail"]))
        register(bed, bed.attach(1), try offer("orders", dependencies: ["stock"]))
        let shop = try #require(ServiceName("shop"))
        for host in bed.hosts {
            let row = try #require(host.node.rows(for: .dependencies(of: shop)).first)
            let missing = #""met":false,"unmet":["mail"],"unmet_below":["stock"]"#
            #expect(row.contains(missing), "\(row)")
        }
        register(bed, bed.attach(1), try offer("mail"))
        register(bed, bed.attach(0), try offer("stock"))
        let row = bed.hosts[1].node.rows(for: .dependencies(of: shop))[0]
        #expect(row.contains(#""met":true,"unmet":[],"unmet_below":[]"#), "\(row)")
    }

    @Test func `a node that is cut off says for how long its catalog is stale`() throws {
        let (bed, _, _) = NodeCallTests.service(1)
        let fresh = bed.hosts[0].node.rows(for: .node)[0]
        #expect(fresh.contains(#""stale":false,"stale_s":0"#))
        bed.powerOff(1)
        bed.run(for: .seconds(5))
        for query in [ControlQuery.node, .services, .dependencies(of: orders)] {
            let rows = bed.hosts[0].node.rows(for: query)
            #expect(rows.count == 1 && rows[0].contains(#""stale":true,"stale_s":"#), "\(rows)")
            #expect(!rows[0].contains(#""stale_s":0"#))
        }
        #expect(bed.hosts[0].node.catalog.isStale)
    }
}

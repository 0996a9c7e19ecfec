import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Node cores and session clients in one process.
struct NodeMeshTests {
    /// Hosts `a`, `b`, ... that know each other.
    static func bed(_ count: Int, seed: UInt64 = 7, isZoned: Bool = false) -> MeshBed {
        let bed = MeshBed(seed: seed)
        for index in 0..<count {
            bed.addHost(
                "n\(index)", zone: isZoned && index % 2 == 1 ? "eu/b" : "eu/a",
                seeds: index == 0 ? [] : ["n0"])
        }
        #expect(bed.run(atMost: .seconds(5)) { $0.hasConverged(Array(0..<count)) })
        return bed
    }

    @Test func `three nodes join by one address and see one view`() {
        let bed = Self.bed(3)
        #expect(bed.now < MeshInstant.zero + .seconds(2))
        #expect(bed.lines("joined").count == 3)
        #expect(bed.lines("broken").isEmpty)
    }

    @Test func `a call goes to another node and comes back`() {
        let bed = Self.bed(2)
        let server = bed.attach(1)
        server.register(bed, "orders")
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(50))
        let call = caller.call(bed, "orders", [1, 2, 3, 4])
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .answered([1, 2, 3, 4]))
        #expect(server.served.first?.open.hops == 1)
        #expect((caller.latency(call) ?? .seconds(9)) < .milliseconds(3))
        #expect(bed.lines("route").count == 1)
        #expect(bed.lines("request").last?.contains("outcome=ok") == true)
    }

    @Test func `a local instance is preferred and needs no link`() {
        let bed = Self.bed(2)
        let far = bed.attach(1)
        far.register(bed, "orders")
        let near = bed.attach(0)
        near.register(bed, "orders")
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(50))
        for _ in 0..<10 { caller.call(bed, "orders") }
        bed.run(for: .milliseconds(20))
        #expect(near.served.count == 10)
        #expect(far.served.isEmpty)
        #expect(bed.lines("route").allSatisfy { $0.contains("rule=local") })
    }

    @Test func `a call without a service fails and was not delivered`() {
        let bed = Self.bed(1)
        let caller = bed.attach(0)
        let call = caller.call(bed, "nothing")
        bed.run(for: .milliseconds(5))
        #expect(caller.outcome(call) == .failed(.noSuchService, .no))
    }
}

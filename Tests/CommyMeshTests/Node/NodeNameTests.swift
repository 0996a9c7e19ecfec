import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Nodes that meet themselves, or another of their name.
struct NodeNameTests {
    @Test(arguments: UInt64(1)...6)
    func `of two nodes with one name one stops, and the other serves on`(_ seed: UInt64) {
        let bed = NodeMeshTests.bed(2, seed: seed)
        bed.addHost("n1", seeds: ["n0"], life: 2)
        #expect(bed.run(atMost: .seconds(60)) { bed in bed.hosts.contains(where: \.hasStopped) })
        bed.run(for: .seconds(60))
        #expect(!bed.hosts[0].hasStopped)
        #expect(bed.hosts.count(where: \.hasStopped) == 1)
        let living = bed.hosts.indices.filter { !bed.hosts[$0].hasStopped }
        #expect(bed.hasConverged(living))
    }

    @Test func `a node that dials itself notices and leaves it`() {
        let bed = NodeMeshTests.bed(2)
        let dialled = bed.hosts[0].dialled
        bed.hosts[0].node.command(.join([bed.address(0, 0)]), at: bed.now)
        bed.drain(.node(0))
        bed.run(for: .seconds(10))
        #expect(bed.hosts[0].dialled - dialled <= 1)
        #expect(!bed.hosts[0].hasStopped)
        #expect(bed.hasConverged([0, 1]))
    }
}

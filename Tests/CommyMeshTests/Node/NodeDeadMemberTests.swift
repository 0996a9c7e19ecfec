import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Membership may be wrong about a member; a link that works is not.
struct NodeDeadMemberTests {
    /// Host `from` says to host `to` that node `n1` is dead, on the link between them.
    static func accuse(_ bed: MeshBed, from: Int, to: Int) throws {
        let id = NodeID(NodeName("n1")!)
        let record = try #require(bed.hosts[to].node.membership.member(id)).record
        let message = SwimMessage.gossip(news: [MemberUpdate(record: record, state: .dead)])
        var writer = ByteWriter()
        message.encodeFrame(into: &writer)
        let bytes = writer.bytes
        let pipes = bed.hosts[to].pipeOf
        let links = pipes.filter { _, pipe in
            bed.pipes[pipe].sides.contains { $0.end == .node(from) }
        }
        let link = try #require(links.keys.first)
        unsafe bed.hosts[to].node.received(bytes.span.bytes, on: link, at: bed.now)
        bed.drain(.node(to))
    }

    @Test func `a link that works outlives the declared death of its member`() throws {
        let bed = NodeMeshTests.bed(3)
        let server = bed.attach(1)
        server.register(bed, "orders")
        bed.run(for: .seconds(2))
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(100))
        let begin = bed.events.count
        // A call is under way on the link while both others believe that its node is dead.
        server.work = .milliseconds(500)
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(10))
        try Self.accuse(bed, from: 2, to: 0)
        let id = NodeID(NodeName("n1")!)
        // What it is told over the link that works may put it right at once.
        let isBelieved = bed.events[begin...].contains { entry in
            guard entry.host == 0, case .member(let peer, .dead, _) = entry.event else {
                return false
            }
            return peer == NodeName("n1")
        }
        #expect(isBelieved)
        bed.run(for: .seconds(3))
        #expect(bed.hosts.allSatisfy { $0.node.membership.member(id)?.state == .alive })
        guard case .answered? = caller.outcome(call) else {
            Issue.record("the call came to \(String(describing: caller.outcome(call)))")
            return
        }
        let ends = bed.events[begin...].compactMap { entry in
            if case .link(let note) = entry.event, note.state == .down { entry } else { nil }
        }
        #expect(ends.isEmpty)
        #expect(bed.hasConverged([0, 1, 2]))
    }
}

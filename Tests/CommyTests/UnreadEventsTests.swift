internal import Commy
internal import CommyBase
internal import LiveNode
internal import Testing

/// A node tells its events to somebody who does not listen.
@Suite struct UnreadEventsTests {
    @Test func `a node serves though nobody reads its events, and says what is missing`()
        async throws
    {
        let node = try LiveNode(in: try TestFolder(), events: true)
        let mesh = try await Mesh.connect(
            MeshConfiguration(
                node: node.name, runDirectory: node.folder.path, callTimeout: .seconds(60)))
        try await mesh.serve("double") { (number: Int, _) in number * 2 }
        // Each tells its route and its outcome, 250 bytes: the pipe is full after 250 calls, and
        // what the node keeps after a thousand more.
        for number in 0..<2_000 {
            #expect(try await mesh.call("double", with: number) == 2 * number)
        }
        let dropped = try node.event("dropped lines=")
        #expect(try #require(Int(dropped.split(separator: "=")[1])) > 0)
        // From there on nothing is missing.
        #expect(try await mesh.call("double", with: 1) == 2)
        try node.event("request")
        await mesh.close()
    }
}

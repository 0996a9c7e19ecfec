import CommyBase
import CommyMesh
import Testing

/// What membership costs a node in quiet and in a storm: the budget of `Membership`'s comment.
struct MembershipCostTests {
    @Test(arguments: [(10, 400, 25), (100, 400, 25)])
    func `in quiet a node sends little`(_ count: Int, _ bytesLimit: Int, _ messageLimit: Int)
        throws
    {
        let world = MembershipDetectionTests.world(count, 1)
        _ = try #require(world.startAll())
        world.run(for: .seconds(2))
        let before = world.nodes.map { ($0.bytesSent, $0.messagesSent) }
        let seconds = count > 10 ? 5 : 20
        let begin = ContinuousClock.now
        world.run(for: .seconds(seconds))
        Figures.report(
            "quiet, \(count): real time a node and second, the test's own share included",
            "\((ContinuousClock.now - begin) / (seconds * count))")
        let bytes = zip(world.nodes, before).map { ($0.bytesSent - $1.0) / seconds }
        let messages = zip(world.nodes, before).map { ($0.messagesSent - $1.1) / seconds }
        let mean = bytes.reduce(0, +) / count
        Figures.report(
            "quiet, \(count)",
            "\(mean) B/s (max \(bytes.max() ?? 0)), "
                + "\(messages.reduce(0, +) / count) messages/s")
        #expect(mean < bytesLimit)
        #expect(messages.reduce(0, +) / count < messageLimit)
    }

    @Test func `a join storm of a hundred costs each node less than a megabyte`() throws {
        let world = MembershipDetectionTests.world(100, 1)
        let time = try #require(world.startAll())
        let bytes = world.nodes.map(\.bytesSent)
        Figures.report("join storm of 100 (\(time)), bytes a node", "\(bytes.sorted())")
        #expect(try #require(bytes.max()) < 1_000_000)
    }
}

import CommyBase
import CommyMesh
import Testing

/// What the router makes of round trips.
struct RouteDistanceTests {
    /// How often each of the instances is picked in 400 picks without load.
    private func shares(
        _ stage: inout RouterStage, _ ids: [InstanceID]
    ) throws -> [Int] {
        var counts: [InstanceID: Int] = [:]
        for _ in 0..<400 { counts[try #require(try stage.pick().instance), default: 0] += 1 }
        return ids.map { counts[$0] ?? 0 }
    }

    @Test func `a node whose round trip is unknown is neither preferred nor avoided`() throws {
        var stage = try RouterStage()
        let unknown = try stage.add("unknown")
        let near = try stage.add("near", roundTrip: .milliseconds(2))
        let far = try stage.add("far", roundTrip: .milliseconds(80))
        let counts = try shares(&stage, [unknown, near, far])
        // Of three pairs: unknown wins half of its two, near one whole and a half, far a half.
        #expect((90...180).contains(counts[0]) && counts[1] > 160 && counts[2] < 110, "\(counts)")
    }

    @Test func `a node that was measured does not lose to those that were not`() throws {
        var stage = try RouterStage()
        let measured = try stage.add("measured", roundTrip: .milliseconds(40))
        let other = try stage.add("other")
        let counts = try shares(&stage, [measured, other])
        #expect(counts.allSatisfy { (140...260).contains($0) }, "\(counts)")
    }

    @Test func `within the floor all round trips are equal`() throws {
        var stage = try RouterStage()
        let one = try stage.add("one", roundTrip: .microseconds(40))
        let two = try stage.add("two", roundTrip: .microseconds(1_900))
        let counts = try shares(&stage, [one, two])
        #expect(counts.allSatisfy { (140...260).contains($0) }, "\(counts)")
        stage.router.roundTripMeasured(two.node, .milliseconds(3))
        #expect(try shares(&stage, [one, two]) == [400, 0])
    }

    @Test(arguments: 1...4)
    func `noise does not make a choice flap`(_ seed: UInt64) throws {
        var stage = try RouterStage()
        var noise = RandomStream(key: RandomKey(seed: seed).labelled("noise"))
        // At the border between equal and clearly nearer: every measurement is on another side.
        let near = try stage.add("near", roundTrip: .milliseconds(10))
        let far = try stage.add("far", roundTrip: .milliseconds(20))
        let before = try shares(&stage, [near, far])
        for _ in 0..<50 {
            let (one, two) = (Int64(noise.next() % 2_000), Int64(noise.next() % 4_000))
            stage.router.roundTripMeasured(near.node, .microseconds(9_000 + one))
            stage.router.roundTripMeasured(far.node, .microseconds(18_000 + two))
            #expect(try shares(&stage, [near, far]) == before)
        }
        stage.router.roundTripMeasured(far.node, .milliseconds(12))
        #expect(try shares(&stage, [near, far])[1] > 140, "a real change is followed")
    }

    @Test func `an explanation shows what was measured, or a dash`() throws {
        var stage = try RouterStage()
        try stage.add("known", roundTrip: .microseconds(850))
        try stage.add("unknown")
        let query = RouteQuery(service: try RouterStage.service("orders"))
        let rows = stage.router.explain(query, at: stage.now, random: stage.random).rows
        let shown = rows.flatMap { $0.fields.filter { $0.name == "rtt" }.map(\.value) }
        #expect(Set(shown) == ["850us", "-"])
    }
}

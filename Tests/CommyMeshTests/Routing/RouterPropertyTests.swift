import CommyBase
import CommyMesh
import Testing

/// Whatever the router was told, its picks are what their definition says, and spread well.
struct RouterPropertyTests {
    @Test(arguments: [BalancingPolicy.twoChoices, .roundRobin], 1...6)
    func `every pick follows the definition`(_ policy: BalancingPolicy, _ seed: Int) throws {
        var history = try RouterHistory(policy: policy, seed: seed)
        for _ in 0..<3_000 { try history.step() }
        #expect(history.picked > 300)
    }

    @Test func `two choices spread calls that end at once evenly`() throws {
        var stage = try RouterStage()
        var counts: [InstanceID: Int] = [:]
        for index in 0..<10 { try stage.add("node-\(index)", roundTrip: .microseconds(200)) }
        for _ in 0..<10_000 {
            let id = try #require(try stage.pick().instance)
            counts[id, default: 0] += 1
        }
        // 1,000 each; six standard deviations of a binomial count are 180.
        #expect(counts.count == 10 && counts.values.allSatisfy { (820...1_180).contains($0) })
    }

    @Test func `two choices keep the longest queue short`() throws {
        var stage = try RouterStage()
        var open: [InstanceID: Int] = [:]
        for index in 0..<100 { try stage.add("node-\(index)") }
        for _ in 0..<1_000 {
            let query = RouteQuery(service: try RouterStage.service("orders"))
            let decision = stage.router.pick(query, at: stage.now, random: &stage.random)
            let id = try #require(decision.instance)
            stage.router.callStarted(id)
            open[id, default: 0] += 1
        }
        // Ten on average; one random choice would give about twenty to some, two give twelve.
        #expect((open.values.max() ?? 0) <= 13)
        #expect((open.values.min() ?? 0) >= 5)
    }

    @Test func `a rare admissible instance is found among many, each with its chance`() throws {
        var stage = try RouterStage()
        let gold = try #require(Label("tier", "gold"))
        var golden: [InstanceID: Int] = [:]
        for index in 0..<500 {
            let isGolden = index.isMultiple(of: 125)
            let id = try stage.add(
                "node-\(index % 20)", UInt32(index + 1), labels: isGolden ? [gold] : [])
            if isGolden { golden[id] = 0 }
        }
        try stage.countPicks(requiring: gold, in: &golden)
        #expect(golden.count == 4 && golden.values.allSatisfy { (820...1_180).contains($0) })
    }

    @Test func `round robin gives each its turn`() throws {
        var stage = try RouterStage(policy: .roundRobin)
        var ids: [InstanceID] = []
        for index in 0..<4 { ids.append(try stage.add("node-\(index)")) }
        let first = try (0..<8).map { _ in try #require(try stage.pick().instance) }
        #expect(Set(first.prefix(4)) == Set(ids) && first.prefix(4) == first.suffix(4))
    }

    @Test func `the same facts and the same stream give the same picks`() throws {
        func picks() throws -> [InstanceID?] {
            var stage = try RouterStage()
            for index in 0..<50 { try stage.add("node-\(index % 7)", UInt32(index + 1)) }
            return try (0..<200).map { _ in
                let instance = try stage.pick().instance
                if let instance { stage.router.callStarted(instance) }
                return instance
            }
        }
        #expect(try picks() == picks())
    }
}

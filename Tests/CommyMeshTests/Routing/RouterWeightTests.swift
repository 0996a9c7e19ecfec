import CommyBase
import CommyMesh
import Testing

/// What weights make of the shares of instances.
struct RouterWeightTests {
    @Test func `an instance of weight 0 is called only by who names it`() throws {
        var stage = try RouterStage()
        let none = try stage.add("near", weight: 0)
        #expect(try stage.pick() == .none(.allWeightless))
        #expect(RouteFailure.allWeightless.code == .noHealthyInstance)
        #expect(try stage.pick(instance: none).instance == none)
        let far = try stage.add("far", zone: "us/a/1")
        for _ in 0..<20 { #expect(try stage.pick().instance == far) }
        let query = RouteQuery(service: try RouterStage.service("orders"))
        let rows = stage.router.explain(query, at: stage.now, random: stage.random).rows
        #expect(rows.first { $0.instance == none }?.verdict == .excluded(.weightless))
        #expect(rows.first?.fields.contains { $0.value == "weight 0" } == true)
        // Its share comes and goes with its offer.
        try stage.add("near", weight: 1)
        #expect(try stage.pick().instance == none)
        try stage.add("near", weight: 0)
        #expect(try stage.pick().instance == far)
    }

    @Test func `what else is against them comes before the weight of others`() throws {
        var stage = try RouterStage()
        try stage.add("one", weight: 0)
        try stage.add("two", as: .draining)
        #expect(try stage.pick() == .none(.allWeightless))
        let requirement = CapabilityRequirement(labels: [.present(key: "gpu")])
        try stage.add("three")
        #expect(try stage.pick(requirement: requirement) == .none(.capabilityMismatch))
    }

    struct History: CustomTestStringConvertible, Sendable {
        let weights: [UInt16]
        /// Calls that are open at a time.
        let open: Int
        var testDescription: String { "\(weights), \(open) open" }
    }

    /// Many calls in the order of a seed, of which `open` are open at a time and end in random
    /// order: the shares of the instances are those of their weights, exactly when nothing is open.
    @Test(
        arguments: [
            History(weights: [100, 100, 100], open: 0), History(weights: [1, 9], open: 0),
            History(weights: [1, 9], open: 3), History(weights: [1, 9], open: 40),
            History(weights: [10, 20, 30, 40], open: 0),
            History(weights: [10, 20, 30, 40], open: 3),
            History(weights: [10, 20, 30, 40], open: 200),
            History(weights: [65_535, 655, 655], open: 5),
        ], 1...3)
    func `shares follow weights`(_ history: History, _ seed: UInt64) throws {
        var stage = try RouterStage()
        stage.random = RandomStream(key: RandomKey(seed: seed).labelled("picks"))
        var ends = RandomStream(key: RandomKey(seed: seed).labelled("ends"))
        var ids: [InstanceID] = []
        for (index, weight) in history.weights.enumerated() {
            ids.append(try stage.add("node-\(index)", weight: weight))
        }
        var counts: [InstanceID: Int] = [:]
        var open: [InstanceID] = []
        let calls = 20_000
        let query = RouteQuery(service: try RouterStage.service("orders"))
        for _ in 0..<calls {
            let decision = stage.router.pick(query, at: stage.now, random: &stage.random)
            let id = try #require(decision.instance)
            counts[id, default: 0] += 1
            stage.router.callStarted(id)
            open.append(id)
            guard open.count > history.open else { continue }
            stage.ended(open.remove(at: Int(ends.next() % UInt64(open.count))), .answered)
        }
        stage.router.checkInvariants()
        let total = history.weights.reduce(0) { $0 + Double($1) }
        for (id, weight) in zip(ids, history.weights) {
            let due = Double(calls) * Double(weight) / total
            let got = Double(counts[id] ?? 0)
            // Six standard deviations of a binomial count; with load, three tenths for whole calls:
            // an instance whose due is a part of an open call has none or one.
            let slack = 6 * due.squareRoot() + (history.open == 0 ? 0 : 0.3 * due)
            #expect(abs(got - due) <= slack, "\(id): \(got) of \(due)")
        }
    }

    @Test func `an instance that is stuck gets no more than its weight allows`() throws {
        var stage = try RouterStage()
        let stuck = try stage.add("stuck", weight: 90)
        let well = try stage.add("well", weight: 10)
        var counts: [InstanceID: Int] = [:]
        for _ in 0..<1_000 {
            let id = try #require(try stage.pick().instance)
            counts[id, default: 0] += 1
            stage.router.callStarted(id)
            if id == well { stage.ended(id, .answered) }
        }
        // Nine calls for each one that the other has open; after that all go there.
        #expect((counts[stuck] ?? 0) <= 10)
    }

    @Test func `distance does not change a share that somebody has set`() throws {
        var stage = try RouterStage()
        let near = try stage.add("near", roundTrip: .milliseconds(1), weight: 10)
        try stage.add("far", roundTrip: .milliseconds(50), weight: 90)
        var count = 0
        for _ in 0..<1_000 where try stage.pick().instance == near { count += 1 }
        #expect((50...160).contains(count))
    }

    @Test func `weights hold among those that a caller requires`() throws {
        var stage = try RouterStage()
        let gold = try #require(Label("tier", "gold"))
        var golden: [InstanceID: Int] = [:]
        for index in 0..<200 {
            let isGolden = index.isMultiple(of: 100)
            let id = try stage.add(
                "node-\(index)", labels: isGolden ? [gold] : [], weight: index == 100 ? 30 : 10)
            if isGolden { golden[id] = 0 }
        }
        try stage.countPicks(requiring: gold, in: &golden)
        let counts = golden.values.sorted()
        #expect(counts.count == 2 && (820...1_180).contains(counts[0]), "\(counts)")
    }
}

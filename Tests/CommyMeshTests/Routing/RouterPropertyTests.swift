import CommyBase
import CommyMesh
import Testing

/// Random facts and picks, against the definition written down plainly: of all admissible
/// instances, those at the least distance are the candidates.
struct RouterPropertyTests {
    struct Model {
        var availability: Availability
        var zone: Zone
        var labels: [Label]
        var open = 0
        var ejectedUntil = MeshInstant.zero
    }

    @Test(arguments: [BalancingPolicy.twoChoices, .roundRobin], 1...6)
    func `every pick follows the definition`(_ policy: BalancingPolicy, _ seed: Int) throws {
        var stage = try RouterStage(policy: policy)
        var random = RandomStream(key: RandomKey(seed: UInt64(seed)).labelled("router"))
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let zones = try ["", "eu", "eu/a", "eu/a/1", "eu/a/2", "eu/b", "us", "us/a/1"].map {
            try #require(Zone($0))
        }
        let nodes = try ["own", "a", "b", "c", "d", "e"].map(RouterStage.node)
        var links = Array(repeating: LinkHealth.down, count: nodes.count)
        links[0] = .up
        var model: [InstanceID: Model] = [:]
        let service = try RouterStage.service("orders")
        let gold = try #require(Label("tier", "gold"))
        var picked = 0
        for _ in 0..<3_000 {
            let node = below(nodes.count)
            let id = InstanceID(node: nodes[node], number: UInt32(below(4)))
            stage.now = stage.now + .milliseconds(Int64(below(200)))
            switch below(8) {
            case 0:
                let availability = Availability.allCases[below(Availability.allCases.count + 3) % 5]
                let zone = zones[below(zones.count)]
                let labels = below(2) == 0 ? [gold] : []
                let offer = try ServiceOffer(service: service, zone: zone, labels: labels)
                let entry = CatalogEntry(instance: id, state: .up, offer: offer, counter: 1)
                stage.router.apply(
                    .present(CatalogInstance(entry: entry, availability: availability)))
                var kept =
                    model[id] ?? Model(availability: availability, zone: zone, labels: labels)
                (kept.availability, kept.zone, kept.labels) = (availability, zone, labels)
                model[id] = kept
            case 1:
                stage.router.apply(.absent(id, service))
                model[id] = nil
            case 2:
                let health = LinkHealth.allCases[below(3)]
                stage.router.linkChanged(nodes[node], health)
                if node != 0 { links[node] = health }
            case 3:
                stage.router.callStarted(id)
                model[id]?.open += 1
            case 4:
                let outcome = CallOutcome.allCases[below(CallOutcome.allCases.count)]
                stage.ended(id, outcome)
                let open = model[id]?.open ?? 0
                model[id]?.open = max(open - 1, 0)
                if outcome == .refused || outcome == .lost {
                    model[id]?.ejectedUntil = stage.now + .seconds(1)
                } else if outcome == .answered {
                    model[id]?.ejectedUntil = .zero
                }
            case _:
                let tried = (0..<below(3)).map { _ in
                    InstanceID(node: nodes[below(nodes.count)], number: UInt32(below(4)))
                }
                let wantsGold = below(3) == 0
                let decision = try stage.pick(
                    tried: tried,
                    requirement: wantsGold
                        ? .init(labels: [.equals(key: "tier", value: "gold")]) : .none)
                func distance(_ id: InstanceID) -> Int {
                    if id.node == nodes[0] { return 0 }
                    let own = Zone("eu/a/1") ?? .unknown
                    return 9 - own.sharedDepth(with: model[id]?.zone ?? .unknown)
                }
                let admissible = model.keys.filter { id in
                    guard let known = model[id], let node = nodes.firstIndex(of: id.node) else {
                        return false
                    }
                    return known.availability == .ready && links[node] == .up
                        && !tried.contains(id) && (!wantsGold || known.labels == [gold])
                }
                let fresh = admissible.filter { (model[$0]?.ejectedUntil ?? .zero) <= stage.now }
                let pool = fresh.isEmpty ? admissible : fresh
                let least = pool.map(distance).min()
                let nearest = pool.filter { distance($0) == least }
                guard case .to(let pick) = decision else {
                    #expect(nearest.isEmpty, "somebody could have been chosen")
                    continue
                }
                picked += 1
                #expect(nearest.contains(pick.instance))
                #expect((pick.runnerUp == nil) == (nearest.count == 1))
                if let runnerUp = pick.runnerUp {
                    #expect(runnerUp != pick.instance && nearest.contains(runnerUp))
                    let open = (model[pick.instance]?.open ?? 0, model[runnerUp]?.open ?? 0)
                    if policy == .twoChoices { #expect(open.0 <= open.1) }
                }
                #expect(
                    pick.rule
                        == (fresh.isEmpty ? .lastResort : least == 0 ? .local : .nearest))
            }
            stage.router.checkInvariants()
        }
        #expect(picked > 300)
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
        let query = RouteQuery(
            service: try RouterStage.service("orders"),
            requirement: .init(labels: [.equals(key: "tier", value: "gold")]))
        for _ in 0..<4_000 {
            let decision = stage.router.pick(query, at: stage.now, random: &stage.random)
            golden[try #require(decision.instance), default: 0] += 1
        }
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

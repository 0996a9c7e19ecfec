import CommyBase
import CommyMesh
import Testing

/// Random facts and picks, against the definition written down plainly: of all admissible
/// instances, those at the least distance are the candidates.
struct RouterHistory {
    struct Instance {
        var availability: Availability
        var zone: Zone
        var labels: [Label]
        var weight: UInt16
        var open = 0
        var ejectedUntil = MeshInstant.zero
    }
    private var stage: RouterStage
    private let policy: BalancingPolicy
    private var random: RandomStream
    private let zones: [Zone]
    private let nodes: [NodeID]
    private let service: ServiceName
    private let gold: Label
    private var links: [LinkHealth]
    private var instances: [InstanceID: Instance] = [:]
    /// Picks that chose somebody.
    private(set) var picked = 0

    init(policy: BalancingPolicy, seed: Int) throws {
        stage = try RouterStage(policy: policy)
        self.policy = policy
        random = RandomStream(key: RandomKey(seed: UInt64(seed)).labelled("router"))
        zones = try ["", "eu", "eu/a", "eu/a/1", "eu/a/2", "eu/b", "us", "us/a/1"].map {
            try #require(Zone($0))
        }
        nodes = try ["own", "a", "b", "c", "d", "e"].map(RouterStage.node)
        service = try RouterStage.service("orders")
        gold = try #require(Label("tier", "gold"))
        links = Array(repeating: .down, count: nodes.count)
        links[0] = .up
    }

    mutating func step() throws {
        stage.now = stage.now + .milliseconds(Int64(below(200)))
        let id = anyInstance()
        switch below(8) {
        case 0: try appear(id)
        case 1:
            stage.router.apply(.absent(id, service))
            instances[id] = nil
        case 2:
            let health = LinkHealth.allCases[below(3)]
            stage.router.linkChanged(id.node, health)
            if id.node != nodes[0] { links[place(of: id)] = health }
        case 3:
            stage.router.callStarted(id)
            instances[id]?.open += 1
        case 4: end(id)
        case _: try pick()
        }
        stage.router.checkInvariants()
    }

    private mutating func appear(_ id: InstanceID) throws {
        let all = Availability.allCases
        // Three draws more fall on the first states, so that many are ready.
        let availability = all[below(all.count + 3) % all.count]
        let zone = zones[below(zones.count)]
        let labels = below(2) == 0 ? [gold] : []
        let weight: UInt16 = [0, 1, 50, 100, 100, 100][below(6)]
        let offer = try ServiceOffer(
            service: service, zone: zone, labels: labels, weight: weight)
        let entry = CatalogEntry(instance: id, state: .up, offer: offer, counter: 1)
        stage.router.apply(.present(CatalogInstance(entry: entry, availability: availability)))
        var kept =
            instances[id]
            ?? Instance(
                availability: availability, zone: zone, labels: labels, weight: weight)
        (kept.availability, kept.zone, kept.labels, kept.weight) =
            (availability, zone, labels, weight)
        instances[id] = kept
    }

    private mutating func end(_ id: InstanceID) {
        let outcome = CallOutcome.allCases[below(CallOutcome.allCases.count)]
        stage.ended(id, outcome)
        let open = instances[id]?.open ?? 0
        instances[id]?.open = max(open - 1, 0)
        if outcome == .refused || outcome == .lost {
            instances[id]?.ejectedUntil = stage.now + .seconds(1)
        } else if outcome == .answered {
            instances[id]?.ejectedUntil = .zero
        }
    }

    private mutating func pick() throws {
        let tried = (0..<below(3)).map { _ in anyInstance() }
        let wantsGold = below(3) == 0
        let decision = try stage.pick(
            tried: tried,
            requirement: wantsGold ? .init(labels: [.equals(key: "tier", value: "gold")]) : .none)
        let admissible = instances.keys.filter { id in
            guard let known = instances[id] else { return false }
            return known.availability == .ready && links[place(of: id)] == .up
                && known.weight > 0
                && !tried.contains(id) && (!wantsGold || known.labels == [gold])
        }
        let fresh = admissible.filter { (instances[$0]?.ejectedUntil ?? .zero) <= stage.now }
        let pool = fresh.isEmpty ? admissible : fresh
        let least = pool.map(distance).min()
        let nearest = pool.filter { distance($0) == least }
        guard case .to(let pick) = decision else {
            #expect(nearest.isEmpty, "somebody could have been chosen")
            return
        }
        picked += 1
        #expect(nearest.contains(pick.instance))
        #expect(pick.rule == (fresh.isEmpty ? .lastResort : least == 0 ? .local : .nearest))
        guard let runnerUp = pick.runnerUp else {
            #expect(nearest.count == 1, "there was another one")
            return
        }
        #expect(runnerUp != pick.instance && nearest.contains(runnerUp))
        guard policy == .twoChoices else { return }
        guard let chosen = instances[pick.instance], let other = instances[runnerUp] else {
            return
        }
        // The other one, with this call, would not be less loaded than the chosen one is without.
        let hasRoom =
            (other.open + 1) * Int(chosen.weight) <= chosen.open * Int(other.weight)
        #expect(!hasRoom)
    }

    private func distance(_ id: InstanceID) -> Int {
        if id.node == nodes[0] { return 0 }
        let own = Zone("eu/a/1") ?? .unknown
        return 9 - own.sharedDepth(with: instances[id]?.zone ?? .unknown)
    }

    private func place(of id: InstanceID) -> Int {
        guard let place = nodes.firstIndex(of: id.node) else {
            preconditionFailure("every instance is on one of the nodes")
        }
        return place
    }

    private mutating func anyInstance() -> InstanceID {
        InstanceID(node: nodes[below(nodes.count)], number: UInt32(below(4)))
    }

    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
}

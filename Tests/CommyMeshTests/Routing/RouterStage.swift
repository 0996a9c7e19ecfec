import CommyBase
import CommyMesh
import Testing

/// A router on the node `own` in the zone `eu/a/1`, and short words for facts.
struct RouterStage {
    var router: Router
    var now = MeshInstant(nanoseconds: 1_000_000_000)
    var random = RandomStream(key: RandomKey(seed: 3).labelled("routing"))

    init(policy: BalancingPolicy = .twoChoices) throws {
        router = Router(
            self: try Self.node("own"), zone: try #require(Zone("eu/a/1")), policy: policy)
    }

    static func node(_ name: String) throws -> NodeID { NodeID(try #require(NodeName(name))) }

    static func service(_ name: String) throws -> ServiceName { try #require(ServiceName(name)) }

    /// Instance 1 of the service `orders` on a node, whose link is up.
    @discardableResult
    mutating func add(
        _ node: String, _ number: UInt32 = 1, zone: String = "eu/a/1",
        as availability: Availability = .ready, labels: [Label] = [], roundTrip: Duration? = nil,
        weight: UInt16 = ServiceOffer.usualWeight
    ) throws -> InstanceID {
        let id = InstanceID(node: try Self.node(node), number: number)
        let offer = try ServiceOffer(
            service: try Self.service("orders"), zone: try #require(Zone(zone)), labels: labels,
            weight: weight)
        let entry = CatalogEntry(
            instance: id, state: availability == .draining ? .draining : .up, offer: offer,
            counter: 1)
        router.apply(.present(CatalogInstance(entry: entry, availability: availability)))
        router.linkChanged(id.node, .up)
        if let roundTrip { router.roundTripMeasured(id.node, roundTrip) }
        router.checkInvariants()
        return id
    }

    mutating func pick(
        tried: [InstanceID] = [], instance: InstanceID? = nil,
        requirement: CapabilityRequirement = .none
    ) throws -> RouteDecision {
        var query = RouteQuery(
            service: try Self.service("orders"), instance: instance, requirement: requirement)
        for id in tried { query.tried.insert(id) }
        let explanation = router.explain(query, at: now, random: random)
        let decision = router.pick(query, at: now, random: &random)
        #expect(explanation.decision == decision, "an explanation of another decision")
        return decision
    }

    /// Counts whom each of 4,000 callers that require the label is sent to.
    mutating func countPicks(
        requiring label: Label, in counts: inout [InstanceID: Int]
    ) throws {
        let query = RouteQuery(
            service: try Self.service("orders"),
            requirement: .init(labels: [.equals(key: label.key, value: label.value)]))
        for _ in 0..<4_000 {
            let decision = router.pick(query, at: now, random: &random)
            counts[try #require(decision.instance), default: 0] += 1
        }
    }

    mutating func ended(_ id: InstanceID, _ outcome: CallOutcome) {
        router.callEnded(id, outcome, latency: .milliseconds(1), at: now)
    }
}

extension RouteDecision {
    var rule: RouteRule? {
        switch self {
        case .to(let pick): pick.rule
        case .none: nil
        }
    }
}

internal import CommyBase

/// Picks for a benchmark: one service with many instances on many nodes, calls that stay open for a
/// while. It has no clock; whoever measures runs it and divides.
///
///     var workload = RouterWorkload(instances: 1_000)
///     let sum = workload.run(picks: 1_000_000)   // of the numbers picked, so nothing is left out
public struct RouterWorkload: Sendable {
    private var router: Router
    private var random: RandomStream
    private let query: RouteQuery
    private var open: [InstanceID]
    private var next = 0
    private var now = MeshInstant.zero

    /// Calls that are open at a time.
    private static let openCalls = 64
    private static let instancesPerNode = 10

    /// All instances are equally near, so that each pick chooses among all of them.
    public init(instances count: Int, policy: BalancingPolicy = .twoChoices) {
        precondition(count > 0)
        guard let service = ServiceName("orders"), let zone = Zone("eu/a"),
            let offer = try? ServiceOffer(service: service, zone: zone)
        else { preconditionFailure("the workload's names are good") }
        router = Router(self: NodeID(value: 0), zone: zone, policy: policy)
        random = RandomStream(key: RandomKey(seed: 1).labelled("router workload"))
        query = RouteQuery(service: service)
        open = []
        for index in 0..<count {
            let node = NodeID(value: UInt64(1 + index / Self.instancesPerNode))
            let id = InstanceID(node: node, number: UInt32(1 + index % Self.instancesPerNode))
            let entry = CatalogEntry(instance: id, state: .up, offer: offer, counter: 1)
            router.apply(.present(CatalogInstance(entry: entry, availability: .ready)))
            router.linkChanged(node, .up)
            router.roundTripMeasured(node, .microseconds(200))
        }
        open = Array(
            repeating: InstanceID(node: NodeID(value: 0), number: 0), count: Self.openCalls)
    }

    /// Picks only.
    public mutating func run(picks: Int) -> UInt64 {
        var sum: UInt64 = 0
        for _ in 0..<picks {
            guard case .to(let pick) = router.pick(query, at: now, random: &random) else {
                preconditionFailure("all instances are admissible")
            }
            sum &+= pick.instance.node.value
        }
        return sum
    }

    /// Picks, and tells the router of each call's begin and end.
    public mutating func run(calls: Int) -> UInt64 {
        var sum: UInt64 = 0
        for _ in 0..<calls {
            guard case .to(let pick) = router.pick(query, at: now, random: &random) else {
                preconditionFailure("all instances are admissible")
            }
            now = now + .microseconds(1)
            router.callEnded(open[next], .answered, latency: .microseconds(64), at: now)
            router.callStarted(pick.instance)
            open[next] = pick.instance
            next = (next + 1) % Self.openCalls
            sum &+= pick.instance.node.value
        }
        return sum
    }
}

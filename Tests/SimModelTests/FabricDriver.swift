import CommyBase

@testable import SimModel

/// Drives a fabric as the drain rule demands, and keeps what came out.
struct FabricDriver {
    var fabric: FabricModel
    var deliveries: [Delivery] = []
    var drops: [Drop] = []
    var duplicates: [UInt32] = []

    init(_ conditions: LinkConditions, seed: UInt64 = 1) {
        self.init(Self.pair(conditions), seed: seed)
    }

    init(_ topology: Topology, seed: UInt64 = 1) {
        fabric = FabricModel(topology: topology, seed: seed)
    }

    /// Hosts `a` and `b` with these conditions from `a` to `b`.
    static func pair(_ conditions: LinkConditions) -> Topology {
        var topology = Topology()
        topology.hosts = [HostSpec(name: "a"), HostSpec(name: "b"), HostSpec(name: "c")]
        topology.links = [
            LinkRule(
                first: .node("a"), second: .node("b"), direction: .oneWay, conditions: conditions)
        ]
        return topology
    }

    mutating func send(
        _ handle: Int, bytes: Int = 1_000, flow: UInt64 = 1, from: Int = 0, to: Int = 1,
        at ns: Int64
    ) {
        run(until: ns)
        fabric.packetEntered(
            PacketFacts(
                handle: UInt32(handle), byteCount: bytes, flow: flow, source: HostIndex(from),
                destination: HostIndex(to)), at: MeshInstant(nanoseconds: ns))
        drain()
    }

    /// Runs every event at its own instant, up to `ns`.
    mutating func run(until ns: Int64 = .max - 1) {
        while true {
            guard let due = drain(), due.nanoseconds <= ns else { return }
            fabric.advance(to: due)
        }
    }

    @discardableResult
    mutating func drain() -> MeshInstant? {
        while true {
            switch fabric.nextOutput() {
            case .deliver(let delivery): deliveries.append(delivery)
            case .drop(let drop): drops.append(drop)
            case .duplicated(let handle): duplicates.append(handle)
            case .wait(let until): return until == .never ? nil : until
            }
        }
    }

    mutating func set(_ change: (inout LinkConditions) -> Void, at ns: Int64, link: Int = 0) {
        run(until: ns)
        var conditions = fabric.conditions(of: LinkIndex(link))
        change(&conditions)
        fabric.setConditions(of: LinkIndex(link), to: conditions, at: MeshInstant(nanoseconds: ns))
        drain()
    }
}

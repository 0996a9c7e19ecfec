internal import SimModel

/// The hosts, the routers and what connects them, for a drawing: both directions of a link are one
/// edge.
struct TopologyGraph {
    /// A host, or a router.
    struct Node: Equatable {
        var name: String
        var zone: String
        var isRouter: Bool
    }

    /// Two nodes and the links between them.
    struct Edge: Equatable {
        var from: Int
        var to: Int
        var links: [String] = []
        var conditions: [String] = []
        var packets: UInt64 = 0
        var lost: UInt64 = 0
        var isFaulty = false
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    private var numbers: [String: Int] = [:]
    private var places: [Pair: Int] = [:]
    /// The edge of a link, by the link's name.
    private var edgeOfLink: [String: Int] = [:]

    private struct Pair: Hashable {
        var low: Int
        var high: Int
    }

    init(_ report: RunReport) {
        // Hosts of a zone stand together, zones in the order of their first host.
        var zones: [String] = []
        for host in report.hosts where !zones.contains(host.zone) { zones.append(host.zone) }
        for zone in zones {
            for host in report.hosts where host.zone == zone {
                add(Node(name: host.host, zone: zone, isRouter: false))
            }
        }
        for path in report.paths { add(path) }
        for link in report.links { add(link) }
        for change in report.changes {
            guard let edge = edge(ofLink: change.link) else { continue }
            edges[edge].isFaulty = true
        }
        // A partition stops pairs of hosts and changes no link; it is drawn where a pair is a link.
        for target in report.faults.flatMap(\.targets) {
            guard let edge = edgeOfLink[target] else { continue }
            edges[edge].isFaulty = true
        }
    }

    /// The edges between hosts of one zone and hosts of another, taken together.
    var bundles: [Bundle] {
        var order: [Bundle.Zones] = []
        var bundles: [Bundle.Zones: Bundle] = [:]
        for edge in edges where edge.packets > 0 || edge.isFaulty {
            let (from, to) = (nodes[edge.from].zone, nodes[edge.to].zone)
            guard from != to, !nodes[edge.from].isRouter, !nodes[edge.to].isRouter else { continue }
            let zones = Bundle.Zones(low: min(from, to), high: max(from, to))
            if bundles[zones] == nil { order.append(zones) }
            bundles[zones, default: Bundle(zones: zones)].add(edge)
        }
        return order.compactMap { bundles[$0] }
    }

    /// Two zones and what went between them.
    struct Bundle {
        struct Zones: Hashable {
            var low: String
            var high: String
        }

        let zones: Zones
        private(set) var count = 0
        private(set) var packets: UInt64 = 0
        private(set) var lost: UInt64 = 0
        private(set) var faulty = 0

        mutating func add(_ edge: Edge) {
            count += 1
            packets += edge.packets
            lost += edge.lost
            faulty += edge.isFaulty ? 1 : 0
        }
    }

    var hostCount: Int { nodes.count { !$0.isRouter } }

    private mutating func add(_ node: Node) {
        guard numbers[node.name] == nil else { return }
        numbers[node.name] = nodes.count
        nodes.append(node)
    }

    private mutating func add(_ path: LinkUp) {
        guard let edge = connect(path.from, path.to, path.link) else { return }
        edges[edge].links.append(path.link)
        if !edges[edge].conditions.contains(path.conditions) {
            edges[edge].conditions.append(path.conditions)
        }
    }

    private mutating func add(_ link: LinkTotals) {
        guard let edge = edge(ofLink: link.link) else { return }
        edges[edge].packets += link.packets
        edges[edge].lost += link.dropped.reduce(0) { $0 + $1.count }
    }

    /// The edge of a link; one of which the log has only the name is made from the name: `a>b`.
    private mutating func edge(ofLink name: String) -> Int? {
        if let known = edgeOfLink[name] { return known }
        let ends = name.split(separator: ">").map(String.init)
        guard ends.count == 2 else { return nil }
        return connect(ends[0], ends[1], name)
    }

    private mutating func connect(_ from: String, _ to: String, _ link: String) -> Int? {
        guard from != to else { return nil }
        for name in [from, to] { add(Node(name: name, zone: "", isRouter: true)) }
        guard let first = numbers[from], let second = numbers[to] else { return nil }
        let pair = Pair(low: min(first, second), high: max(first, second))
        if places[pair] == nil {
            places[pair] = edges.count
            edges.append(Edge(from: pair.low, to: pair.high))
        }
        edgeOfLink[link] = places[pair]
        return places[pair]
    }
}

import CommyBase

/// The way from one host to another: a stretch of the plan's hop list.
public struct Route: Sendable, Equatable {
    var firstHop: UInt32
    /// 0: there is no way.
    public internal(set) var hopCount: UInt32
    /// How many partitions and cuts stop this pair's IPv4 and IPv6 now.
    private var blocks4: Int16 = 0
    private var blocks6: Int16 = 0
    /// Packets of the pair that a block has dropped.
    var blockedDrops: UInt64 = 0
    /// Packets of the pair that no link could take, because there is no way.
    var unrouted = Unrouted()
    var isResolved = true

    static let unresolved = Route(firstHop: 0, hopCount: 0, isResolved: false)

    /// What the pair has sent in vain.
    struct Unrouted: Sendable, Equatable {
        var packets: UInt64 = 0
        var bytes: UInt64 = 0
    }

    init(firstHop: UInt32, hopCount: UInt32, isResolved: Bool = true) {
        self.firstHop = firstHop
        self.hopCount = hopCount
        self.isResolved = isResolved
    }

    func isBlocked(_ family: AddressFamily) -> Bool {
        switch family {
        case .ipv4: blocks4 > 0
        case .ipv6: blocks6 > 0
        }
    }

    /// Adds a block, or takes one back; without a family of both.
    mutating func block(_ family: AddressFamily?, by step: Int16) {
        if family != .ipv6 { blocks4 += step }
        if family != .ipv4 { blocks6 += step }
        precondition(blocks4 >= 0 && blocks6 >= 0, "unblock without a block")
    }
}

/// A directed link as the topology states it.
public struct PlannedLink: Sendable, Equatable {
    /// `web>orders-1`; `eu>us` for a shared one. Stable between runs, and the key of its
    /// randomness.
    public var name: String
    public var conditions: LinkConditions
    /// True when packets of several host pairs may cross it.
    public var isShared: Bool
}

/// Resolves a topology: hosts to indices, pairs of hosts to paths of directed links.
///
/// A pair takes the first that exists of: a rule that names both hosts; the least-latency path
/// through routers (see `RouterGraph`); the most specific other rule; for hosts without a router an
/// ideal link. A host that is joined to a router and has none of the first three to a destination
/// has no route to it (packets drop as `noRoute`); so has any host to it.
///
/// Paths and links are made on first use, because 200 hosts have 40,000 pairs. Link indices depend
/// on the order of use; names, random keys, conditions and paths do not.
public struct NetworkPlan: Sendable, Equatable {
    public let topology: Topology
    public let seed: UInt64
    public private(set) var links: [PlannedLink] = []
    var routes: [Route]
    private var hops: [LinkIndex] = []
    private var linkOfName: [String: LinkIndex] = [:]
    private let indexOfHost: [String: HostIndex]
    let rules: RuleBook
    let graph: RouterGraph

    public init(topology: Topology, seed: UInt64) {
        self.topology = topology
        self.seed = seed
        var index: [String: HostIndex] = [:]
        for (position, host) in topology.hosts.enumerated() {
            precondition(index[host.name] == nil, "host names are unique")
            index[host.name] = HostIndex(position)
        }
        indexOfHost = index
        rules = RuleBook(topology)
        graph = RouterGraph(rules)
        routes = Array(repeating: .unresolved, count: topology.hosts.count * topology.hosts.count)
    }

    public var hostCount: Int { topology.hosts.count }
    public var maximumTransmissionUnit: Int { topology.mtu }
    public func host(named name: String) -> HostIndex? { indexOfHost[name] }

    /// The directed links from one host to another, in order; empty when there is no route.
    public mutating func path(from source: HostIndex, to destination: HostIndex) -> [LinkIndex] {
        let route = resolve(source, destination)
        return (0..<route.hopCount).map { hops[Int(route.firstHop + $0)] }
    }

    func position(_ source: HostIndex, _ destination: HostIndex) -> Int {
        Int(source.value) * hostCount + Int(destination.value)
    }

    func hop(at position: UInt32) -> LinkIndex { hops[Int(position)] }

    func firstLink(of route: Route) -> LinkIndex {
        route.hopCount == 0 ? .none : hops[Int(route.firstHop)]
    }

    mutating func resolve(_ source: HostIndex, _ destination: HostIndex) -> Route {
        let position = position(source, destination)
        if routes[position].isResolved { return routes[position] }
        let path = findPath(Int(source.value), Int(destination.value))
        routes[position] = Route(firstHop: UInt32(hops.count), hopCount: UInt32(path.count))
        hops.append(contentsOf: path)
        return routes[position]
    }

    private mutating func findPath(_ source: Int, _ destination: Int) -> [LinkIndex] {
        let direct = rules.best(from: source, to: destination)
        if let direct, rules.namesBothEnds(direct.rule) {
            return [link(source, destination, direct)]
        }
        if let nodes = graph.path(from: source, to: destination) {
            return zip(nodes, nodes.dropFirst()).map { edgeLink($0, $1) }
        }
        if let direct { return [link(source, destination, direct)] }
        guard !graph.isAttached(source), !graph.isAttached(destination) else { return [] }
        return [link(source, destination, nil)]
    }

    /// The link of an edge at a router.
    mutating func edgeLink(_ from: Int, _ to: Int) -> LinkIndex {
        guard let match = graph.edge(from: from, to: to) else {
            preconditionFailure("a path consists of edges")
        }
        return link(from, to, match)
    }

    private mutating func link(_ from: Int, _ to: Int, _ match: RuleMatch?) -> LinkIndex {
        let shared = match.map { rules.rules[$0.rule].shared } ?? false
        let name =
            if shared, let match { rules.sharedName(match) } else {
                "\(rules.nodes[from].name)>\(rules.nodes[to].name)"
            }
        if let known = linkOfName[name] { return known }
        let isRouterEdge = max(from, to) >= hostCount
        links.append(
            PlannedLink(
                name: name, conditions: match.map { rules.rules[$0.rule].conditions } ?? .ideal,
                isShared: shared || isRouterEdge))
        linkOfName[name] = LinkIndex(links.count - 1)
        return LinkIndex(links.count - 1)
    }
}

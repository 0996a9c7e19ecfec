import CommyBase

/// The edges at routers, and the best path through them.
///
/// A rule makes an edge when one of its ends names a router; its other end may be a node, or a zone
/// or any, which then mean hosts. Hosts do not forward. A path has the least sum of initial
/// latencies, then the fewest hops, then the alphabetically first names. Faults do not change
/// paths.
struct RouterGraph: Sendable, Equatable {
    private let rules: RuleBook
    private let routers: Range<Int>
    /// `inbound[router][node]` is the edge node -> router, `outbound[router][node]` router -> node.
    private let inbound: [[RuleMatch?]]
    private let outbound: [[RuleMatch?]]

    init(_ rules: RuleBook) {
        self.rules = rules
        let routers = rules.hostCount..<rules.nodes.count
        self.routers = routers
        let nodes = rules.nodes.indices
        inbound = routers.map { router in nodes.map { Self.findEdge(rules, $0, router) } }
        outbound = routers.map { router in nodes.map { Self.findEdge(rules, router, $0) } }
    }

    func edge(from: Int, to: Int) -> RuleMatch? {
        if routers.contains(to) { return inbound[to - routers.lowerBound][from] }
        if routers.contains(from) { return outbound[from - routers.lowerBound][to] }
        return nil
    }

    func isRouter(_ node: Int) -> Bool { routers.contains(node) }

    /// True when an edge joins the host to a router, either way.
    func isAttached(_ host: Int) -> Bool {
        routers.contains { edge(from: host, to: $0) != nil || edge(from: $0, to: host) != nil }
    }

    /// The nodes of the best path, ends included. Dijkstra's algorithm over the routers.
    func path(from source: Int, to destination: Int) -> [Int]? {
        guard !routers.isEmpty, source != destination else { return nil }
        var best: [Candidate?] = routers.map { extend(Candidate(nodes: [source]), to: $0) }
        var isDone = [Bool](repeating: false, count: routers.count)
        while let next = closest(best, isDone) {
            isDone[next] = true
            guard let path = best[next] else { break }
            for router in routers where !isDone[router - routers.lowerBound] {
                let position = router - routers.lowerBound
                best[position] = better(best[position], extend(path, to: router))
            }
        }
        var winner: Candidate?
        for path in best { winner = better(winner, path.flatMap { extend($0, to: destination) }) }
        return winner?.nodes
    }

    private struct Candidate {
        var latency: Int64 = 0
        var nodes: [Int]
    }

    private func closest(_ best: [Candidate?], _ isDone: [Bool]) -> Int? {
        var winner: Int?
        for index in best.indices where !isDone[index] {
            guard let path = best[index] else { continue }
            if let known = winner.flatMap({ best[$0] }), !precedes(path, known) { continue }
            winner = index
        }
        return winner
    }

    private func extend(_ path: Candidate, to node: Int) -> Candidate? {
        guard let last = path.nodes.last, let edge = edge(from: last, to: node) else { return nil }
        let latency = rules.rules[edge.rule].conditions.latency.nanoseconds
        return Candidate(latency: path.latency + latency, nodes: path.nodes + [node])
    }

    private func better(_ known: Candidate?, _ new: Candidate?) -> Candidate? {
        guard let new else { return known }
        guard let known else { return new }
        return precedes(new, known) ? new : known
    }

    private func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.latency != right.latency { return left.latency < right.latency }
        if left.nodes.count != right.nodes.count { return left.nodes.count < right.nodes.count }
        return left.nodes.map { rules.nodes[$0].name }
            .lexicographicallyPrecedes(right.nodes.map { rules.nodes[$0].name })
    }

    private static func findEdge(_ rules: RuleBook, _ from: Int, _ to: Int) -> RuleMatch? {
        guard from != to else { return nil }
        return rules.best(from: from, to: to) { index in
            let rule = rules.rules[index]
            let hasHost = from < rules.hostCount || to < rules.hostCount
            let hasNamedRouter = namesRouter(rules, rule.first) || namesRouter(rules, rule.second)
            return rules.namesBothEnds(index) || (hasHost && hasNamedRouter)
        }
    }

    private static func namesRouter(_ rules: RuleBook, _ end: LinkRule.End) -> Bool {
        switch end {
        case .any, .zone: false
        case .node(let name): rules.nodes[rules.hostCount...].contains { $0.name == name }
        }
    }
}

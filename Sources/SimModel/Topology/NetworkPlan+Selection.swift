/// What a cut has to stop.
public struct CutTargets: Sendable, Equatable {
    /// Links that carry only the traffic that is meant: set `isCut` on them.
    public var links: [LinkIndex] = []
    /// Pairs whose path is shared with others: `block` them.
    public var pairs: [HostPair] = []
}

/// Which links and pairs a fault hits. Order: by source, then destination, then along the path.
extension NetworkPlan {
    /// The links that a selector means. An end that names a router means the edges at that router;
    /// two ends that match hosts mean every link on the paths between those hosts, shared ones too.
    /// `host` means the first link of every path from it and the last link of every path to it.
    public mutating func links(matching selector: LinkSelector) -> [LinkIndex] {
        var found = LinkSet()
        switch selector {
        case .between(let first, let second):
            collect(first, second, &found)
            collect(second, first, &found)
        case .oneWay(let from, let to):
            collect(from, to, &found)
        case .host(let name):
            for pair in pairs(.node(name), .any) { found.insert(path(of: pair).first) }
            for pair in pairs(.any, .node(name)) { found.insert(path(of: pair).last) }
        }
        return found.links
    }

    /// How a cut of the selector is done. A cut between hosts stops only those hosts' packets:
    /// where their path is shared (several hops, or a shared rule) the pair is blocked, else its
    /// own link is cut. A cut at a router, or of a host's access links to its routers, cuts the
    /// links.
    public mutating func cutTargets(of selector: LinkSelector) -> CutTargets {
        var found = LinkSet()
        var blocked: [HostPair] = []
        switch selector {
        case .between(let first, let second):
            collectCut(first, second, &found, &blocked)
            collectCut(second, first, &found, &blocked)
        case .oneWay(let from, let to):
            collectCut(from, to, &found, &blocked)
        case .host(let name):
            collectCut(.node(name), .any, &found, &blocked)
            collectCut(.any, .node(name), &found, &blocked)
        }
        return CutTargets(links: found.links, pairs: Self.unique(blocked))
    }

    /// All ordered pairs of hosts from two different groups. A partition is always done per pair,
    /// so that links which the groups share with others keep working for those.
    public func partitionPairs(_ groups: [[String]]) -> [HostPair] {
        var result: [HostPair] = []
        for (index, group) in groups.enumerated() {
            for (other, otherGroup) in groups.enumerated() where other != index {
                for source in group.compactMap({ host(named: $0) }) {
                    for destination in otherGroup.compactMap({ host(named: $0) }) {
                        result.append(HostPair(source: source, destination: destination))
                    }
                }
            }
        }
        return result
    }

    private mutating func path(of pair: HostPair) -> [LinkIndex] {
        path(from: pair.source, to: pair.destination)
    }

    private mutating func collect(
        _ from: LinkRule.End, _ to: LinkRule.End, _ found: inout LinkSet
    ) {
        guard !collectEdges(from, to, &found) else { return }
        for pair in pairs(from, to) {
            for link in path(of: pair) { found.insert(link) }
        }
    }

    private mutating func collectCut(
        _ from: LinkRule.End, _ to: LinkRule.End, _ found: inout LinkSet,
        _ blocked: inout [HostPair]
    ) {
        guard !collectEdges(from, to, &found) else { return }
        for pair in pairs(from, to) {
            let path = path(of: pair)
            if path.count == 1, !links[Int(path[0].value)].isShared {
                found.insert(path[0])
            } else if !path.isEmpty {
                blocked.append(pair)
            }
        }
    }

    /// True when an end names a router; then the edges between the ends are found.
    private mutating func collectEdges(
        _ from: LinkRule.End, _ to: LinkRule.End, _ found: inout LinkSet
    ) -> Bool {
        guard namesRouter(from) || namesRouter(to) else { return false }
        for source in rules.nodes.indices where rules.matches(from, source) {
            for destination in rules.nodes.indices where rules.matches(to, destination) {
                guard graph.edge(from: source, to: destination) != nil else { continue }
                found.insert(edgeLink(source, destination))
            }
        }
        return true
    }

    private func namesRouter(_ end: LinkRule.End) -> Bool {
        switch end {
        case .any, .zone: false
        case .node(let name): topology.routers.contains { $0.name == name }
        }
    }

    private func pairs(_ from: LinkRule.End, _ to: LinkRule.End) -> [HostPair] {
        let sources = (0..<hostCount).filter { rules.matches(from, $0) }
        let destinations = (0..<hostCount).filter { rules.matches(to, $0) }
        return sources.flatMap { source in
            destinations.filter { $0 != source }.map {
                HostPair(source: HostIndex(source), destination: HostIndex($0))
            }
        }
    }

    private static func unique(_ pairs: [HostPair]) -> [HostPair] {
        var seen: Set<HostPair> = []
        return pairs.filter { seen.insert($0).inserted }
    }
}

/// Links in the order of their first insertion, each once.
private struct LinkSet {
    private(set) var links: [LinkIndex] = []
    private var seen: Set<LinkIndex> = []

    mutating func insert(_ link: LinkIndex?) {
        guard let link, seen.insert(link).inserted else { return }
        links.append(link)
    }
}

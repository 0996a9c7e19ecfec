/// A rule that fits an ordered pair of nodes, and which way round.
struct RuleMatch: Sendable, Equatable {
    var rule: Int
    /// True when the pair runs from the rule's second end to its first.
    var isReversed: Bool
    var specificity: Specificity
}

/// How closely a rule fits. Compared by the closer end first, then the other end; then `oneWay`
/// beats `both`; then the later rule in the file wins. An end counts 0 for any, the number of its
/// parts for a zone, and more than every zone for a node.
struct Specificity: Sendable, Comparable {
    var closerEnd: Int
    var otherEnd: Int
    var isOneWay: Bool

    static func < (left: Specificity, right: Specificity) -> Bool {
        (left.closerEnd, left.otherEnd, left.isOneWay ? 1 : 0)
            < (right.closerEnd, right.otherEnd, right.isOneWay ? 1 : 0)
    }
}

/// Finds the rule of an ordered pair of nodes. Nodes are numbered: hosts first, then routers.
struct RuleBook: Sendable, Equatable {
    struct Node: Sendable, Equatable {
        var name: String
        var zone: [String]
    }

    let rules: [LinkRule]
    let nodes: [Node]
    let hostCount: Int
    private let sharedNames: [String]

    init(_ topology: Topology) {
        rules = topology.links
        nodes =
            topology.hosts.map { Node(name: $0.name, zone: $0.zone) }
            + topology.routers.map { Node(name: $0.name, zone: $0.zone) }
        hostCount = topology.hosts.count
        sharedNames = Self.suffixes(topology.links)
    }

    /// The most specific rule for packets from one node to another.
    func best(from: Int, to: Int, where isAllowed: (Int) -> Bool = { _ in true }) -> RuleMatch? {
        var best: RuleMatch?
        for index in rules.indices where isAllowed(index) {
            guard let match = match(index, from: from, to: to) else { continue }
            // Not less: the later rule wins on a tie.
            if let known = best, match.specificity < known.specificity { continue }
            best = match
        }
        return best
    }

    func namesBothEnds(_ rule: Int) -> Bool {
        switch (rules[rule].first, rules[rule].second) {
        case (.node, .node): true
        case (.any, _), (.zone, _), (.node, .any), (.node, .zone): false
        }
    }

    func matches(_ end: LinkRule.End, _ node: Int) -> Bool { rank(end, node) != nil }

    /// `eu>us`: the ends of a shared rule in the pair's direction, with `#2` for a second such
    /// rule.
    func sharedName(_ match: RuleMatch) -> String {
        let rule = rules[match.rule]
        let (from, to) = match.isReversed ? (rule.second, rule.first) : (rule.first, rule.second)
        return "\(Self.text(from))>\(Self.text(to))\(sharedNames[match.rule])"
    }

    private func match(_ index: Int, from: Int, to: Int) -> RuleMatch? {
        let rule = rules[index]
        let forward = specificity(rule, rule.first, from, rule.second, to)
        switch rule.direction {
        case .oneWay:
            return forward.map { RuleMatch(rule: index, isReversed: false, specificity: $0) }
        case .both:
            let backward = specificity(rule, rule.second, from, rule.first, to)
            if let backward, forward.map({ $0 < backward }) ?? true {
                return RuleMatch(rule: index, isReversed: true, specificity: backward)
            }
            return forward.map { RuleMatch(rule: index, isReversed: false, specificity: $0) }
        }
    }

    private func specificity(
        _ rule: LinkRule, _ first: LinkRule.End, _ from: Int, _ second: LinkRule.End, _ to: Int
    ) -> Specificity? {
        guard let a = rank(first, from), let b = rank(second, to) else { return nil }
        return Specificity(
            closerEnd: max(a, b), otherEnd: min(a, b), isOneWay: rule.direction == .oneWay)
    }

    private func rank(_ end: LinkRule.End, _ node: Int) -> Int? {
        switch end {
        case .any: 0
        case .zone(let path): nodes[node].zone.starts(with: path) ? path.count : nil
        case .node(let name): nodes[node].name == name ? .max : nil
        }
    }

    private static func text(_ end: LinkRule.End) -> String {
        switch end {
        case .any: "*"
        case .zone(let path): path.joined(separator: "/")
        case .node(let name): name
        }
    }

    /// For each rule the suffix that tells it from earlier shared rules with the same two ends.
    private static func suffixes(_ rules: [LinkRule]) -> [String] {
        rules.indices.map { index in
            let ends = [text(rules[index].first), text(rules[index].second)].sorted()
            let earlier = rules[..<index].count {
                $0.shared && [text($0.first), text($0.second)].sorted() == ends
            }
            return earlier == 0 ? "" : "#\(earlier + 1)"
        }
    }
}

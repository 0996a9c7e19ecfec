public import CommyBase

/// A decision and what each instance of the service had to do with it.
public struct RouteExplanation: Sendable, Equatable {
    public let decision: RouteDecision
    /// One for each instance, in order of distance and then of id.
    public let rows: [Row]

    public struct Row: Sendable, Equatable {
        public let instance: InstanceID
        public let zone: Zone
        public let isLocal: Bool
        public let sharedDepth: Int
        public let weight: Int
        public let openCalls: Int
        /// Of the link to its node, smoothed; nil before the first measurement and on this node.
        public let roundTrip: Duration?
        /// Of answered calls, smoothed; nil before the first.
        public let latency: Duration?
        public let verdict: Verdict
    }

    public enum Verdict: Sendable, Equatable {
        case chosen(RouteRule)
        /// Compared with the chosen one, and not better.
        case runnerUp
        /// As near as the chosen one, and not drawn by the policy.
        case notDrawn
        /// A nearer one was admissible.
        case farther
        case excluded(RouteExclusion)
    }
}

extension Router {
    /// What `pick` would decide with the same stream, and why; changes nothing.
    public func explain(
        _ query: RouteQuery, at now: MeshInstant, random: RandomStream
    ) -> RouteExplanation {
        var (copy, stream) = (self, random)
        let decision = copy.pick(query, at: now, random: &stream)
        let service = table.service(query.service)
        let rows = service.map { table.services[$0].rows } ?? []
        let sorted = rows.sorted {
            (table.rows[$0].rank, table.rows[$0].instance)
                < (table.rows[$1].rank, table.rows[$1].instance)
        }
        let filter = RouteFilter(query, at: now, limits)
        return RouteExplanation(
            decision: decision, rows: sorted.map { explanation(of: $0, decision, filter) })
    }

    private func explanation(
        of index: Int, _ decision: RouteDecision, _ filter: RouteFilter
    ) -> RouteExplanation.Row {
        let row = table.rows[index]
        return RouteExplanation.Row(
            instance: row.instance, zone: table.offers[index]?.zone ?? .unknown,
            isLocal: row.rank == 0, sharedDepth: Int(row.sharedDepth),
            weight: Int(row.weight), openCalls: Int(row.openCalls),
            roundTrip: table.nodes[row.node].roundTrip.measured, latency: row.latency,
            verdict: verdict(on: index, decision, filter))
    }

    private func verdict(
        on index: Int, _ decision: RouteDecision, _ filter: RouteFilter
    ) -> RouteExplanation.Verdict {
        let row = table.rows[index]
        var filter = filter
        if case .to(let pick) = decision {
            if pick.instance == row.instance { return .chosen(pick.rule) }
            if pick.runnerUp == row.instance { return .runnerUp }
            filter.allowsEjected = pick.rule == .lastResort
        }
        if let exclusion = filter.exclusion(index, of: table) { return .excluded(exclusion) }
        guard case .to(let pick) = decision, pick.rule != .pinned,
            let chosen = table.row(of: pick.instance)
        else { return .notDrawn }
        return table.rows[chosen].rank == row.rank ? .notDrawn : .farther
    }
}

extension RouteExplanation.Row {
    /// The columns of the row, as `commy explain route` shows them.
    public var fields: [(name: String, value: String)] {
        [
            ("instance", instance.description), ("zone", zone.description),
            ("distance", isLocal ? "local" : "shares \(sharedDepth)"),
            ("verdict", verdict.text), ("weight", String(weight)), ("open", String(openCalls)),
            ("rtt", roundTrip?.shortText ?? "-"), ("latency", latency?.shortText ?? "-"),
        ]
    }
}

extension RouteExplanation.Verdict {
    public var text: String {
        switch self {
        case .chosen(let rule): "chosen: \(rule.text)"
        case .runnerUp: "runner-up"
        case .notDrawn: "as near, not drawn"
        case .farther: "farther"
        case .excluded(let exclusion): exclusion.text
        }
    }
}

extension RouteExclusion {
    public var text: String {
        switch self {
        case .draining: "draining"
        case .unavailable(.suspect): "node suspected"
        case .unavailable(.lost): "node dead"
        case .unavailable: "node not confirmed"
        case .link(.silent): "link silent"
        case .link: "no link"
        case .weightless: "weight 0"
        case .mismatch(.format): "reads other formats"
        case .mismatch(.version): "reads other versions"
        case .mismatch(.payload): "request too large for it"
        case .mismatch(.zone): "outside the zone"
        case .mismatch(.label(let index)): "label condition \(index + 1) fails"
        case .tried: "tried already"
        case .ejected: "refused or lost a call just now"
        }
    }
}

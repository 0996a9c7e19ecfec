import CommyBase
import SimModel

/// Claims on what the nodes of a mesh say: `converges`, `members` and `transport`.
extension DocumentReader {
    func readConverges(_ entry: YamlEntry) -> ReadClaim? {
        readWithin(entry).map { within, text in
            ReadClaim(value: .converges(within: within), text: "converges within \(text)")
        }
    }

    func readMembers(_ entry: YamlEntry, _ fields: Fields) -> ReadClaim? {
        let claim: MembersClaim?
        if case .mapping(let entries) = entry.value.content {
            claim = readStates(entry, entries)
        } else {
            let bound: Bound<Int>? = bound(entry, as: Shapes.memberCount) { text in
                guard let count = Int(text), (0...Limits.patternCount).contains(count) else {
                    return .failure(UnitFault(reason: nil))
                }
                return .success(count)
            }
            claim = bound.map { .alive($0.comparison, $0.value) }
        }
        let within = fields.duration("within")
        let host = host(fields, "on")
        guard let claim, within != nil || !fields.has("within"), host != nil || !fields.has("on")
        else { return nil }
        checkObserver(of: claim, host, fields)
        let tail =
            (within.map { " within \($0.shortText)" } ?? "") + (host.map { " on \($0)" } ?? "")
        return ReadClaim(
            value: .members(claim, within: within, by: host), text: "members \(claim.words)\(tail)")
    }

    private func readStates(_ entry: YamlEntry, _ entries: [YamlEntry]) -> MembersClaim? {
        if entries.isEmpty {
            sink.report(
                "'members' names no node", at: entry.value,
                expected: "nodes with their states, such as { orders-1: dead }")
            return nil
        }
        let known = scenario.mesh?.nodes ?? names.hosts
        let wanted = entries.compactMap { node -> MembersClaim.Wanted? in
            if names.nodesAreKnown, !known.contains(node.key) {
                sink.report(
                    "there is no node '\(node.key)'", at: node.keyPosition, width: node.keyWidth,
                    expected: "one of " + known.prefix(12).joined(separator: ", "),
                    suggestion: Suggestion.nearest(to: node.key, among: known))
                return nil
            }
            let states = words(of: node, among: Shapes.states).compactMap(MembersClaim.State.init)
            return states.isEmpty ? nil : MembersClaim.Wanted(node: node.key, states: states)
        }
        return wanted.count == entries.count ? .states(wanted) : nil
    }

    /// A node says nothing of itself.
    private func checkObserver(of claim: MembersClaim, _ host: String?, _ fields: Fields) {
        guard case .states(let all) = claim, let host, all.contains(where: { $0.node == host })
        else { return }
        fields.report(
            "'\(host)' is asked about itself", value: "on",
            expected: "another node, or no 'on' for all others")
    }

    func readTransport(_ entry: YamlEntry, _ fields: Fields, traffic: TrafficSpec?) -> ReadClaim? {
        if let traffic, !names.unknownTraffic.contains(traffic.name) {
            if case .mesh = traffic.kind {
            } else {
                fields.report(
                    "'transport' of the \(traffic.protocolName) traffic '\(traffic.name)'",
                    key: "transport", expected: "traffic to a service")
            }
        }
        guard let transport = fields.text("transport") else { return nil }
        var (comparison, share, text) = (ExpectationSpec.Comparison.equal, 1.0, "== 100%")
        if let entry = fields.entry("share") {
            guard let read = readShare(entry, bare: nil) else { return nil }
            (comparison, share, text) = read
        }
        return ReadClaim(
            value: .transport(transport, comparison, share),
            text: "transport \(transport) share \(text)")
    }

    /// Refuses a claim whose time is over only after its window.
    func checkMeshDeadline(of expectation: ExpectationSpec, _ fields: Fields) {
        let within: Duration
        switch expectation.claim {
        case .converges(let bound): within = bound
        case .members(_, let bound?, _): within = bound
        case .members, .success, .latency, .throughput, .goodput, .recovers, .share, .transport,
            .datagrams, .resource, .exit, .restarts, .eventually, .always, .never, .sometimes:
            return
        }
        let window = ExpectationWindow(
            of: expectation.scope, running: .zero..<scenario.duration, in: scenario)
        guard let span = window?.spans.first else { return }
        let next = scenario.faults.compactMap(\.at).filter { $0 > span.lowerBound }.min()
        let end = min(span.upperBound, next ?? span.upperBound)
        guard span.lowerBound + within > end else { return }
        let cause = next == end ? "the next fault begins" : "its window ends"
        fields.report(
            "it is due at \((span.lowerBound + within).shortText), and \(cause) at "
                + end.shortText, value: fields.has("within") ? "within" : "converges",
            expected: "at most \((end - span.lowerBound).shortText), or a longer window")
    }
}

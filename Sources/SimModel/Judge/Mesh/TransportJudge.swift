internal import CommyBase

/// Judges by which transport the node of a traffic's host has sent its requests.
///
/// A node does not know of traffic: what counts is every request from that host to that service,
/// each attempt of it.
struct TransportJudge {
    let record: MeshRecord
    let window: Window
    let source: String
    let service: String

    func outcome(
        of transport: String, _ comparison: ExpectationSpec.Comparison, _ share: Double
    ) -> ClaimOutcome {
        let seen = routings
        guard !seen.isEmpty else {
            return .vacuous("the node of \(source) has told no route to \(service) in its window")
        }
        let hits = seen.count { $0.transport == transport }
        let part = Double(hits) / Double(seen.count)
        return ClaimOutcome(
            comparison.holds(part, share), observed: ClaimJudge.share(hits, of: seen.count))
    }

    /// `tls 120 (60%), local 80 (40%)`, the most frequent first.
    var evidence: [String] {
        let seen = routings
        var counts: [(name: String, count: Int)] = []
        for routing in seen {
            if let place = counts.firstIndex(where: { $0.name == routing.transport }) {
                counts[place].count += 1
            } else {
                counts.append((routing.transport, 1))
            }
        }
        counts.sort { ($1.count, $0.name) < ($0.count, $1.name) }
        guard !counts.isEmpty else { return [] }
        let parts = counts.map { name, count in
            "\(name) \(FigureText.count(count)) (\(FigureText.percent(count, of: seen.count)))"
        }
        return ["sent by " + parts.joined(separator: ", ")]
    }

    private var routings: [MeshRecord.Routing] {
        record.routings.filter {
            $0.host == source && $0.service == service && window.spans.contains($0.at)
        }
    }
}

internal import SimModel

/// `summary.md`: what a pull request shows. Its first line is the command that runs it again.
struct MarkdownReport {
    let text: String

    init(_ report: RunReport) {
        var lines = [
            "`\(report.replayCommand)`", "",
            "## \(Self.mark(report.verdict)) \(report.verdict.rawValue): \(report.started.scenario)",
        ]
        if let reason = report.reason { lines += ["", "```", reason, "```"] }
        if !report.judged.isEmpty {
            lines += ["", "| | expectation | wanted | seen |", "|---|---|---|---|"]
            let order: [Verdict] = [.fail, .inconclusive, .error, .pass]
            for verdict in order {
                for judged in report.judged where judged.verdict == verdict {
                    let cells = [
                        Self.mark(judged.verdict), judged.expectation, judged.wanted,
                        judged.observed,
                    ]
                    lines.append("| " + cells.map(Self.escape).joined(separator: " | ") + " |")
                }
            }
        }
        for judged in report.judged where judged.verdict != .pass && !judged.evidence.isEmpty {
            lines += ["", "**\(judged.expectation)**", "", "```"] + judged.evidence + ["```"]
        }
        lines += Self.traffic(report)
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func traffic(_ report: RunReport) -> [String] {
        guard !report.traffic.isEmpty else { return [] }
        var lines = ["", "| traffic | sent | ok | p50 | p99 | max |", "|---|--:|--:|--:|--:|--:|"]
        for traffic in report.traffic {
            let times = [0.5, 0.99, 1].map { quantile in
                NearestRank.value(quantile, of: traffic.latencies).map {
                    FigureText.span(nanoseconds: $0)
                } ?? "-"
            }
            let cells =
                [
                    traffic.name, String(traffic.sent),
                    FigureText.percent(traffic.ok, of: traffic.sent),
                ] + times
            lines.append("| " + cells.map(escape).joined(separator: " | ") + " |")
        }
        return lines
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "✅"
        case .fail: "❌"
        case .inconclusive: "❔"
        case .error: "💥"
        }
    }

    /// A bar would end the cell.
    private static func escape(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

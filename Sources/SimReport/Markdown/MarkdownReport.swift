internal import SimModel

/// `summary.md`: what a pull request shows. Its first line is the command that runs it again.
public struct MarkdownReport {
    public let text: String

    public init(_ report: RunReport) {
        var lines = [
            MarkdownText.code(report.replayCommand), "",
            "## \(Self.mark(report.verdict)) \(report.verdict.rawValue): "
                + MarkdownText.inline(report.title),
        ]
        lines += Self.body(report.reason, report.judgedByWeight) + Self.figures(report)
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Tables of the traffic and of the faults of one run.
    static func figures(_ report: RunReport) -> [String] { traffic(report) + faults(report) }

    static func body(_ reason: String?, _ judgedByWeight: [Judged]) -> [String] {
        var lines: [String] = []
        if let reason {
            lines += [""] + MarkdownText.block(reason.split(separator: "\n").map(String.init))
        }
        if !judgedByWeight.isEmpty {
            lines += ["", "| | expectation | wanted | seen |", "|---|---|---|---|"]
            lines += judgedByWeight.map { judged in
                let cells = [judged.expectation, judged.wanted, judged.observed]
                return "| \(mark(judged.verdict)) | "
                    + cells.map(MarkdownText.inline).joined(separator: " | ") + " |"
            }
        }
        for judged in judgedByWeight where judged.verdict != .pass {
            guard !judged.evidence.isEmpty else { continue }
            lines += ["", "**\(MarkdownText.inline(judged.expectation))**", ""]
            lines += MarkdownText.block(judged.evidence)
        }
        return lines
    }

    private static func traffic(_ report: RunReport) -> [String] {
        guard !report.traffic.isEmpty else { return [] }
        var lines = [
            "", "| traffic | sent | ok | ok/s | p50 | p99 | max | failed |",
            "|---|--:|--:|--:|--:|--:|--:|---|",
        ]
        for traffic in report.traffic {
            let times = [0.5, 0.99, 1].map { quantile in
                traffic.latency(quantile).map { FigureText.span(nanoseconds: $0) } ?? "-"
            }
            let failed = traffic.results.filter { $0.result != .ok }
                .map { "\($0.count) \($0.result.rawValue)" }
            let cells =
                [
                    traffic.name, String(traffic.sent),
                    FigureText.percent(traffic.ok, of: traffic.sent),
                    traffic.throughput.map(RateText.number) ?? "-",
                ] + times + [failed.joined(separator: ", ")]
            lines.append("| " + cells.map(MarkdownText.inline).joined(separator: " | ") + " |")
        }
        return lines
    }

    private static func faults(_ report: RunReport) -> [String] {
        guard !report.faults.isEmpty || !report.missedFaults.isEmpty else { return [] }
        let begun = report.faults.map { fault in
            [
                fault.name, RunReport.instant(fault.begin),
                fault.end.map(RunReport.instant) ?? "end", fault.touchedText ?? "-",
                TextLayout.listed(fault.targets, width: 80),
            ]
        }
        let missed = report.missedFaults.map {
            [$0.name, "never", "-", "-", "waited: \($0.progress)"]
        }
        return ["", "| fault | from | to | touched | what |", "|---|---|---|--:|---|"]
            + (begun + missed).map { cells in
                "| " + cells.map(MarkdownText.inline).joined(separator: " | ") + " |"
            }
    }

    static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "✅"
        case .fail: "❌"
        case .inconclusive: "❔"
        case .error: "💥"
        }
    }
}

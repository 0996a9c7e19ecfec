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
        lines += Self.body(report)
        text = lines.joined(separator: "\n") + "\n"
    }

    /// One text for several runs: a table with what failed first, then the details of each run that
    /// did not pass, folded.
    public static func suite(_ reports: [RunReport]) -> String {
        let ordered = reports.enumerated().sorted { left, right in
            (order(left.element.verdict), left.offset)
                < (order(right.element.verdict), right.offset)
        }.map(\.element)
        var lines = ["## \(headline(reports))", ""]
        lines += ["| | scenario | expectations | seed | time |", "|---|---|---|--:|--:|"]
        lines += ordered.map(row)
        for report in ordered where report.verdict != .pass {
            let title = MarkdownText.inline(report.title)
            lines += [
                "", "<details>",
                "<summary>\(mark(report.verdict)) \(report.verdict.rawValue): \(title)</summary>",
                "", MarkdownText.code(report.replayCommand),
            ]
            lines += body(report) + ["", "</details>"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `❌ 1 of 3 scenarios failed, 1 inconclusive`.
    private static func headline(_ reports: [RunReport]) -> String {
        let count = { (verdict: Verdict) in reports.count { $0.verdict == verdict } }
        let worst = reports.map(\.verdict).max { order($0) > order($1) } ?? .pass
        let total = FigureText.count(reports.count, "scenario")
        guard worst != .pass else { return "\(mark(.pass)) \(total) passed" }
        let words: [(Verdict, String)] = [
            (.fail, "failed"), (.error, "could not be run"), (.inconclusive, "inconclusive"),
        ]
        let parts = words.filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)" }
        return "\(mark(worst)) \(parts.joined(separator: ", ")) of \(total)"
    }

    private static func row(_ report: RunReport) -> String {
        let held = report.judged.count { $0.verdict == .pass }
        let worst = report.judgedByWeight.first { $0.verdict != .pass }
        let what = worst.map { "\($0.expectation): saw \($0.observed)" } ?? report.reason ?? ""
        let seen = "\(held) of \(report.judged.count) held" + (what.isEmpty ? "" : "; \(what)")
        let cells = [
            mark(report.verdict), MarkdownText.inline(report.title), MarkdownText.inline(seen),
            String(report.started.seed), "\(RunReport.seconds(report.wall))s",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func body(_ report: RunReport) -> [String] {
        var lines: [String] = []
        if let reason = report.reason {
            lines += [""] + MarkdownText.block(reason.split(separator: "\n").map(String.init))
        }
        if !report.judged.isEmpty {
            lines += ["", "| | expectation | wanted | seen |", "|---|---|---|---|"]
            lines += report.judgedByWeight.map { judged in
                let cells = [judged.expectation, judged.wanted, judged.observed]
                return "| \(mark(judged.verdict)) | "
                    + cells.map(MarkdownText.inline).joined(separator: " | ") + " |"
            }
        }
        for judged in report.judgedByWeight where judged.verdict != .pass {
            guard !judged.evidence.isEmpty else { continue }
            lines += ["", "**\(MarkdownText.inline(judged.expectation))**", ""]
            lines += MarkdownText.block(judged.evidence)
        }
        return lines + traffic(report) + faults(report)
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

    private static func order(_ verdict: Verdict) -> Int {
        switch verdict {
        case .fail: 0
        case .error: 1
        case .inconclusive: 2
        case .pass: 3
        }
    }

    private static func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: "✅"
        case .fail: "❌"
        case .inconclusive: "❔"
        case .error: "💥"
        }
    }
}

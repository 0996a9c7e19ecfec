internal import CommyBase
internal import SimModel

/// The summary that a terminal shows when a run is over.
///
/// The verdict first; then what failed, with its evidence beside it; then what held; then the run
/// in figures.
public struct TerminalReport {
    private let report: RunReport
    private let width: Int
    private let style: Style
    private var lines: [String] = []

    /// `width` in columns; with `colour` the text carries ANSI escapes.
    public init(_ report: RunReport, width: Int = 100, colour: Bool = false) {
        self.report = report
        self.width = max(60, width)
        style = Style(isOn: colour)
    }

    /// The whole text, without a newline at its end. `directory` is where the report was put.
    public func text(directory: String?) -> String {
        var copy = self
        copy.addVerdict()
        copy.addExpectations()
        copy.addTimeline()
        copy.addTraffic()
        copy.addFaults()
        copy.addLinks()
        copy.addFooter(directory)
        return copy.lines.joined(separator: "\n")
    }

    private mutating func addVerdict() {
        let seconds = RunReport.seconds(report.wall)
        let hosts = FigureText.count(report.hostCount, "host")
        lines.append(
            "\(style.verdict(report.verdict))  \(style.bold(report.started.scenario))  "
                + style.dim("\(hosts), seed \(report.started.seed), \(seconds)s"))
        // A failure's reason is the expectation below, with its evidence.
        if let reason = report.reason, report.verdict != .fail {
            for line in reason.split(separator: "\n") { lines.append("      \(line)") }
        }
    }

    private mutating func addExpectations() {
        let order: [Verdict] = [.fail, .inconclusive, .error, .pass]
        for verdict in order {
            for judged in report.judged where judged.verdict == verdict {
                let mark = style.mark(verdict)
                let place = judged.line > 0 ? style.dim("  line \(judged.line)") : ""
                lines.append("  \(mark) \(judged.expectation)\(place)")
                let saw = verdict == .pass ? style.dim(judged.observed) : judged.observed
                lines.append(
                    "      saw \(saw)\(verdict == .pass ? "" : ", wanted \(judged.wanted)")")
                // What held needs no proof here; the event log has it.
                if verdict == .pass { continue }
                for line in judged.evidence { lines.append("      \(style.dim(line))") }
            }
        }
    }

    private mutating func addTimeline() {
        let nameWidth =
            (report.traffic.map(\.name) + report.faults.map(\.name)).map(\.count).max() ?? 0
        let columns = max(20, min(width - nameWidth - 8, 80))
        let chart = Timeline(report, columns: columns)
        guard chart.hasRequests else { return }
        lines.append("")
        for traffic in report.traffic {
            lines.append("  \(pad(traffic.name, nameWidth))  \(chart.row(of: traffic, style))")
        }
        for fault in report.faults {
            let row = chart.row(of: fault)
            lines.append("  \(pad(fault.name, nameWidth))  \(style.fault(row))")
        }
        lines.append("  \(pad("", nameWidth))  \(style.dim(chart.axis))")
    }

    private mutating func addTraffic() {
        guard !report.traffic.isEmpty else { return }
        var rows = [["traffic", "sent", "ok", "p50", "p99", "max", "by backend"]]
        for traffic in report.traffic {
            let times = [0.5, 0.99, 1].map { quantile in
                NearestRank.value(quantile, of: traffic.latencies).map {
                    FigureText.span(nanoseconds: $0)
                } ?? "-"
            }
            let backends = Self.listed(traffic.backends.map { "\($0.name) \($0.count)" })
            rows.append(
                [
                    traffic.name, String(traffic.sent),
                    FigureText.percent(traffic.ok, of: traffic.sent),
                ] + times
                    + [backends])
        }
        lines.append("")
        addTable(rows, numeric: 1...5)
    }

    private mutating func addFaults() {
        guard !report.faults.isEmpty else { return }
        var rows = [["fault", "from", "to", "touched", "what"]]
        for fault in report.faults {
            rows.append([
                fault.name, RunReport.instant(fault.begin),
                fault.end.map(RunReport.instant) ?? "end",
                Self.touched(by: fault), Self.listed(fault.targets),
            ])
        }
        lines.append("")
        addTable(rows, numeric: 3...3)
    }

    private static func touched(by fault: RunReport.Fault) -> String {
        guard let count = fault.touched else { return "-" }
        let isProcessFault = ["crash", "pause", "stop", "restart"].contains(fault.verb)
        let (one, many) = isProcessFault ? ("process", "processes") : ("packet", "packets")
        return "\(count) \(count == 1 ? one : many)"
    }

    /// The first few of a list, and how many more there are.
    private static func listed(_ items: [String]) -> String {
        let shown = items.prefix(6).joined(separator: ", ")
        return items.count > 6 ? "\(shown) and \(items.count - 6) more" : shown
    }

    /// The links that dropped something, and the worst lateness of all.
    private mutating func addLinks() {
        let packets = report.links.reduce(UInt64(0)) { $0 + $1.packets }
        guard packets > 0 else { return }
        let late = report.links.map(\.latenessP99Nanoseconds).max() ?? 0
        let drops = report.links.filter { !$0.dropped.isEmpty }.map { link in
            let reasons = link.dropped.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
            return "\(link.link) lost \(reasons)"
        }
        lines.append("")
        let count = FigureText.count(Int(packets), "packet")
        let links = FigureText.count(report.links.count, "link")
        let most = FigureText.span(nanoseconds: late)
        lines.append(
            "  network  \(count) on \(links); fabric at most \(most) late (p99, worst link)")
        for drop in drops.prefix(6) { lines.append("           \(drop)") }
        if drops.count > 6 {
            lines.append("           and \(drops.count - 6) more links with drops")
        }
        if report.stallCount > 0 {
            let longest = FigureText.span(nanoseconds: report.longestStall)
            let times = FigureText.count(report.stallCount, "time")
            lines.append("  machine  stalled \(times), longest \(longest)")
        }
    }

    private mutating func addFooter(_ directory: String?) {
        lines.append("")
        if let directory { lines.append("  report   \(directory)") }
        lines.append("  again    \(report.replayCommand)")
    }

    private mutating func addTable(_ rows: [[String]], numeric: ClosedRange<Int>) {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for (index, row) in rows.enumerated() {
            let cells = row.enumerated().map { column, cell in
                pad(cell, widths[column], right: numeric.contains(column))
            }
            let line = "  " + trimmed(cells.joined(separator: "  "))
            lines.append(index == 0 ? style.dim(line) : line)
        }
    }

    private func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return right ? blanks + text : text + blanks
    }
}

/// ANSI colours, or none.
struct Style {
    let isOn: Bool

    func verdict(_ verdict: Verdict) -> String {
        wrap(verdict.rawValue.uppercased(), "1;" + colour(of: verdict))
    }

    func mark(_ verdict: Verdict) -> String {
        switch verdict {
        case .pass: wrap("✓", colour(of: verdict))
        case .fail: wrap("✗", colour(of: verdict))
        case .inconclusive: wrap("?", colour(of: verdict))
        case .error: wrap("!", colour(of: verdict))
        }
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func fault(_ text: String) -> String { wrap(text, "33") }
    func bad(_ text: String) -> String { wrap(text, "31") }

    private func colour(of verdict: Verdict) -> String {
        switch verdict {
        case .pass: "32"
        case .fail, .error: "31"
        case .inconclusive: "33"
        }
    }

    private func wrap(_ text: String, _ code: String) -> String {
        isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}

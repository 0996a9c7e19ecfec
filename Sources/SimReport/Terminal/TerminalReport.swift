internal import CommyBase
internal import SimModel

/// The summary that a terminal shows when a run is over.
///
/// The verdict first; then what failed, with its evidence beside it; then what held; then the run
/// in figures.
public struct TerminalReport {
    private let report: RunReport
    private let width: Int
    private let style: TerminalStyle
    private var lines: [String] = []

    /// `width` in columns; with `colour` the text carries ANSI escapes.
    public init(_ report: RunReport, width: Int = 100, colour: Bool = false) {
        self.report = report
        self.width = max(60, width)
        style = TerminalStyle(isOn: colour)
    }

    /// The whole text, without a newline at its end. `directory` is where the report was put.
    public func text(directory: String?) -> String {
        var copy = self
        copy.addVerdict()
        copy.addExpectations()
        copy.addTimeline()
        copy.addTraffic()
        copy.addFaults()
        copy.addMisreports()
        copy.addLinks()
        copy.addFooter(directory)
        return copy.lines.joined(separator: "\n")
    }

    private mutating func addVerdict() {
        let seconds = RunReport.seconds(report.wall)
        let hosts = FigureText.count(report.hosts.count, "host")
        let name = ForeignText.visible(report.title)
        let title = "\(style.verdict(report.verdict))  \(style.bold(name))"
        let figures = "\(hosts), seed \(report.started.seed), \(seconds)s"
        if report.verdict.rawValue.count + name.count + figures.count + 4 <= width {
            lines.append("\(title)  \(style.dim(figures))")
        } else {
            lines += [title, "      " + style.dim(figures)]
        }
        // A failure's reason is the expectation below, with its evidence.
        if let reason = report.reason, report.verdict != .fail {
            for line in reason.split(separator: "\n") { addWrapped("      ", String(line)) }
        }
    }

    private mutating func addExpectations() {
        for judged in report.judgedByWeight {
            addExpectation(judged)
            // What held needs no proof here; the event log has it.
            if judged.verdict == .pass {
                addWrapped("      saw ", judged.observed, style.dim)
                continue
            }
            addWrapped("      saw ", "\(judged.observed), wanted \(judged.wanted)")
            for line in judged.evidence { addWrapped("      ", line, style.dim) }
        }
    }

    /// Its words, and where it is written.
    private mutating func addExpectation(_ judged: Judged) {
        let text = ForeignText.visible(judged.expectation)
        var words = TextLayout.wrapped(text, width: width - 4)
        let place = judged.line > 0 ? "  line \(judged.line)" : ""
        if (words.last?.count ?? 0) + place.count + 4 > width { words.append("") }
        for (index, line) in words.enumerated() {
            let margin = index == 0 ? "  \(style.mark(judged.verdict)) " : "    "
            let isLast = index == words.count - 1 && !place.isEmpty
            lines.append(margin + line + (isLast ? style.dim(place) : ""))
        }
    }

    private mutating func addTimeline() {
        let subjects = meshSubjects
        let names =
            report.traffic.map(\.name) + report.faults.map(\.name) + subjects.map(\.name)
        let titles = report.started.phases.isEmpty ? names : names + ["phases"]
        let nameWidth = min(titles.map(\.count).max() ?? 0, width / 3)
        let columns = max(20, min(width - nameWidth - 8, 80))
        let chart = Timeline(report, columns: columns)
        guard chart.hasRequests else { return }
        lines.append("")
        if !report.started.phases.isEmpty {
            let row = chart.row(of: report.started.phases)
            lines.append("  \(pad("phases", nameWidth))  \(style.dim(row))")
        }
        for traffic in report.traffic {
            lines.append("  \(pad(traffic.name, nameWidth))  \(chart.row(of: traffic, style))")
        }
        for fault in report.faults {
            let row = chart.row(of: fault)
            lines.append("  \(pad(fault.name, nameWidth))  \(style.fault(row))")
        }
        for subject in subjects {
            let name = String(subject.name.prefix(nameWidth))
            lines.append("  \(pad(name, nameWidth))  \(chart.row(of: subject, style))")
        }
        lines.append("  \(pad("", nameWidth))  \(style.dim(chart.axis))")
    }

    /// Members and links that were not always well; the page has all of them.
    private var meshSubjects: [MeshStory.Subject] {
        Array(
            report.mesh.members.prefix(Self.subjectLimit)
                + report.mesh.links.prefix(Self.subjectLimit))
    }

    /// Rows of the timeline that tell of members, and of links.
    private static let subjectLimit = 6

    /// Lines that began as reports and were none.
    private mutating func addMisreports() {
        guard let first = report.misreports.first else { return }
        let more = report.misreports.count - 1
        lines.append("")
        let name = "\(first.report.process)@\(first.report.host)"
        addWrapped(
            "  warning  ",
            "\(name) reports wrongly: \(first.report.reason): \(first.report.line.prefix(200))"
                + (more > 0 ? " (and \(more) more)" : ""))
    }

    private mutating func addTraffic() {
        guard !report.traffic.isEmpty else { return }
        var rows: [[String]] = []
        for traffic in report.traffic {
            let times = [0.5, 0.99, 1].map { quantile in
                traffic.latency(quantile).map { FigureText.span(nanoseconds: $0) } ?? "-"
            }
            let share = FigureText.percent(traffic.ok, of: traffic.sent)
            let rate = traffic.throughput.map(RateText.number) ?? "-"
            rows.append([traffic.name, String(traffic.sent), share, rate] + times)
        }
        addTable(
            ["traffic", "sent", "ok", "ok/s", "p50", "p99", "max"], rows, numeric: 1...6,
            "by backend",
            report.traffic.map { $0.backends.map { "\($0.name) \($0.count)" } })
        for traffic in report.traffic { addNotes(traffic) }
    }

    /// What failed, and what became of datagrams; nothing for a source without either.
    private mutating func addNotes(_ traffic: TrafficFigures) {
        let failed = traffic.results.filter { $0.result != .ok }
            .map { "\(FigureText.count($0.count)) \($0.result.rawValue)" }
        if !failed.isEmpty {
            addWrapped("    \(traffic.name) failed: ", failed.joined(separator: ", "))
        }
        if traffic.hasDatagramFigures {
            let share = FigureText.percent(traffic.lost, of: traffic.sent)
            addWrapped(
                "    \(traffic.name) datagrams: ",
                "\(FigureText.count(traffic.lost)) lost (\(share)), "
                    + "\(FigureText.count(traffic.duplicated)) duplicated, "
                    + "\(FigureText.count(traffic.misordered)) misordered")
        }
    }

    private mutating func addFaults() {
        guard !report.faults.isEmpty || !report.missedFaults.isEmpty else { return }
        let begun = report.faults.map { fault in
            [
                fault.name, RunReport.instant(fault.begin),
                fault.end.map(RunReport.instant) ?? "end", fault.touchedText ?? "-",
            ]
        }
        let missed = report.missedFaults.map { [$0.name, "never", "-", "-"] }
        addTable(
            ["fault", "from", "to", "touched"], begun + missed, numeric: 3...3, "what",
            report.faults.map(\.targets) + report.missedFaults.map { ["waited: \($0.progress)"] })
        for fault in report.faults {
            for detail in fault.details { addWrapped("    \(fault.name): ", detail) }
        }
    }

    /// The links that dropped most, and the worst lateness of all.
    private mutating func addLinks() {
        let packets = report.links.reduce(UInt64(0)) { $0 + $1.packets }
        guard packets > 0 else { return }
        let late = report.links.map(\.latenessP99Nanoseconds).max() ?? 0
        lines.append("")
        let count = FigureText.count(Int(packets), "packet")
        let links = FigureText.count(report.links.count, "link")
        let most = FigureText.span(nanoseconds: late)
        addWrapped(
            "  network  ",
            "\(count) on \(links); fabric at most \(most) late (p99, worst link)")
        addDrops()
        if let worst = report.stalls.map(\.length).max() {
            let longest = FigureText.span(nanoseconds: worst)
            let times = FigureText.count(report.stalls.count, "time")
            lines.append("  machine  stalled \(times), longest \(longest)")
        }
    }

    private mutating func addDrops() {
        let lossy = report.links.filter { !$0.dropped.isEmpty }
            .map { (link: $0, lost: $0.dropped.reduce(UInt64(0)) { $0 + $1.count }) }
            .sorted { ($1.lost, $0.link.link) < ($0.lost, $1.link.link) }
        for (link, _) in lossy.prefix(TextLayout.listedItems) {
            let reasons = link.dropped.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
            addWrapped("           ", "\(link.link) lost \(reasons)")
        }
        let rest = lossy.count - TextLayout.listedItems
        if rest > 0 {
            lines.append("           and \(FigureText.count(rest, "more link")) with drops")
        }
    }

    private mutating func addFooter(_ directory: String?) {
        lines.append("")
        if let directory { lines.append("  report   \(directory)") }
        lines.append("  again    \(report.replayCommand)")
    }

    /// A table whose last column holds lists, one for each row, cut to what the width leaves.
    private mutating func addTable(
        _ header: [String], _ rows: [[String]], numeric: ClosedRange<Int>, _ listName: String,
        _ lists: [[String]]
    ) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let room = width - 2 - widths.reduce(0) { $0 + $1 + 2 }
        let last = [listName] + lists.map { TextLayout.listed($0, width: room) }
        lines.append("")
        for (index, row) in all.enumerated() {
            let cells = row.enumerated().map { column, cell in
                pad(cell, widths[column], right: numeric.contains(column))
            }
            let line = "  " + TextLayout.trimmed((cells + [last[index]]).joined(separator: "  "))
            lines.append(index == 0 ? style.dim(line) : line)
        }
    }

    /// Text beside a margin, continued below itself.
    private mutating func addWrapped(
        _ margin: String, _ text: String, _ paint: (String) -> String = { $0 }
    ) {
        let below = String(repeating: " ", count: margin.count)
        let shown = ForeignText.visible(text)
        let words = TextLayout.wrapped(shown, width: max(20, width - margin.count))
        for (index, line) in words.enumerated() {
            lines.append((index == 0 ? margin : below) + paint(line))
        }
    }

    private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return right ? blanks + text : text + blanks
    }
}

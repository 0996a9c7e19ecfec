internal import SimModel

/// The run over time: phases, faults, stalls, what processes went through and what links did.
struct TimelineSection {
    /// Lanes of one kind that are shown at most; the rest is told.
    static let laneLimit = 60

    private let report: RunReport
    private let grid: TimeGrid

    init(_ report: RunReport, _ traffic: TimeGrid) {
        self.report = report
        let first = report.processes.compactMap { $0.spans(until: traffic.end).first?.begin }.min()
        // A start that took longer than half the run would leave no room for the run.
        let begin = max(min(first ?? 0, 0), -(traffic.end - traffic.begin) / 2)
        grid = TimeGrid(begin: begin, end: report.span)
    }

    var html: HTML {
        let eventful = report.processes.filter { $0.isEventful(until: report.span) }
        let quiet = report.processes.filter { !$0.isEventful(until: report.span) }
        let main = LaneChart(
            grid: grid, title: "Phases, faults, processes and links over time",
            lanes: phases + faults + stalls + lanes(of: eventful) + LinkLanes(report, grid).lanes
                + MeshLanes(report, grid).lanes,
            faults: report.faults)
        let rest = LaneChart(
            grid: grid, title: "Processes to which nothing happened", lanes: lanes(of: quiet),
            faults: report.faults)
        let word = quiet.count == 1 ? "1 process" : "\(FigureText.count(quiet.count)) processes"
        let isOpen: HTML = quiet.count <= 6 ? " open" : .empty
        let folded: HTML =
            quiet.isEmpty
            ? .empty
            : """
            <details class="quiet"\(isOpen)><summary>\(word) to which nothing happened</summary>\
            \(rest.html)</details>
            """
        return "\(legend)\(missed)\(main.html)\(FaultTable(report).html)\(folded)"
    }

    private var legend: HTML {
        """
        <ul class="legend"><li class="ready">ready</li><li class="starting">starting</li>\
        <li class="paused">paused</li><li class="down">down, or cut</li>\
        <li class="fault">fault, or a changed link</li>\
        <li class="suspect">suspect, or silent</li></ul>

        """
    }

    private var missed: HTML {
        let notes = report.missedFaults.map { fault -> HTML in
            """
            <p class="warning">Fault <b>\(fault.name)</b> (\(fault.verb)) never began; it waited \
            for events: \(fault.progress).</p>
            """
        }
        return "\(notes)"
    }

    private var phases: [LaneChart.Lane] {
        guard !report.started.phases.isEmpty else { return [] }
        let segments = report.started.phases.enumerated().map { place, phase in
            LaneChart.Segment(
                begin: phase.beginNanoseconds, end: phase.endNanoseconds,
                kind: place % 2 == 0 ? "phase" : "phase odd",
                text: Self.words(phase.phase, phase.beginNanoseconds, phase.endNanoseconds),
                label: phase.phase)
        }
        return [LaneChart.Lane(name: "phases", segments: segments)]
    }

    private var faults: [LaneChart.Lane] {
        report.faults.map { fault in
            let end = fault.end ?? grid.end
            let targets = TextLayout.listed(fault.targets, width: 120)
            let touched = fault.touchedText.map { ", touched \($0)" } ?? ""
            let details = fault.details.map { ", \($0)" }.joined()
            return LaneChart.Lane(
                name: fault.name,
                segments: [
                    LaneChart.Segment(
                        begin: fault.begin, end: end, kind: "fault",
                        text: Self.words(fault.verb, fault.begin, end)
                            + ": \(targets)\(touched)\(details)", label: fault.verb)
                ])
        }
    }

    private var stalls: [LaneChart.Lane] {
        guard !report.stalls.isEmpty else { return [] }
        let longest = report.stalls.sorted { $0.length > $1.length }.prefix(TimeGrid.bucketLimit)
        let segments = longest.sorted { $0.end < $1.end }.map { stall in
            LaneChart.Segment(
                begin: stall.end - stall.length, end: stall.end, kind: "stall",
                text: Self.words("stalled", stall.end - stall.length, stall.end))
        }
        return [LaneChart.Lane(name: "machine stalled", segments: segments)]
    }

    private func lanes(of processes: [ProcessStory]) -> [LaneChart.Lane] {
        processes.prefix(Self.laneLimit * 4).map { process in
            let segments = process.spans(until: report.span).map { span in
                LaneChart.Segment(
                    begin: span.begin, end: span.end, kind: span.state.rawValue,
                    text: Self.words(span.state.rawValue, span.begin, span.end))
            }
            return LaneChart.Lane(name: process.label, segments: segments)
        }
    }

    /// `down from t+1.000s to t+2.000s`.
    static func words(_ what: String, _ begin: Int64, _ end: Int64) -> String {
        "\(what) from \(RunReport.instant(begin)) to \(RunReport.instant(end))"
    }
}

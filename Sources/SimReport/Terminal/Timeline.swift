internal import SimModel

/// The run over time in one line a subject: success of each traffic source, and the bands of the
/// faults.
struct Timeline {
    private let columns: Int
    private let span: Int64

    init(_ report: RunReport, columns: Int) {
        self.columns = columns
        span = report.span
        hasRequests = report.traffic.contains { $0.sent > 0 }
    }

    let hasRequests: Bool

    /// One mark a column: full when all requests of that time succeeded, lower the fewer did, `×`
    /// when none.
    func row(of traffic: TrafficFigures, _ style: TerminalStyle) -> String {
        var good = [Int](repeating: 0, count: columns)
        var all = good
        for request in traffic.samples {
            let column = self.column(of: request.at)
            all[column] += 1
            if request.isOK { good[column] += 1 }
        }
        return all.indices.map { column in
            guard all[column] > 0 else { return " " }
            if good[column] == all[column] { return "█" }
            if good[column] == 0 { return style.bad("×") }
            let level = good[column] * 7 / all[column]
            return style.bad(Self.levels[max(0, min(level, 6))])
        }.joined()
    }

    /// The band of a fault.
    func row(of fault: FaultStory) -> String {
        let from = column(of: fault.begin)
        let to = fault.end.map(column) ?? columns - 1
        return String(repeating: " ", count: from)
            + String(repeating: "━", count: max(1, to - from + 1))
    }

    /// How others see a member, or a node its link: `?` where suspect or silent, `×` where dead or
    /// down.
    func row(of subject: MeshStory.Subject, _ style: TerminalStyle) -> String {
        var marks = [MeshStory.State](repeating: .good, count: columns)
        for band in subject.bands where band.end > 0 && band.begin < span {
            for column in column(of: band.begin)...column(of: band.end) {
                marks[column] = max(marks[column], band.state)
            }
        }
        return marks.map { mark in
            switch mark {
            case .good: " "
            case .suspect: style.fault("?")
            case .bad: style.bad("×")
            }
        }.joined()
    }

    /// The phases beside each other, each as wide as it lasts; a name that does not fit is cut.
    func row(of phases: [PhaseSpan]) -> String {
        var row = ""
        for phase in phases {
            let from = column(of: phase.beginNanoseconds)
            let width = max(1, column(of: phase.endNanoseconds - 1) - from + 1)
            row += String(repeating: " ", count: max(0, from - row.count))
            let name = "╶" + phase.phase.prefix(max(0, width - 2))
            row += name + String(repeating: "─", count: max(0, width - name.count))
        }
        return String(row.prefix(columns))
    }

    /// The ends of the time axis.
    var axis: String {
        let end = RunReport.instant(span)
        return "t+0s" + String(repeating: " ", count: max(1, columns - 4 - end.count)) + end
    }

    private static let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"]

    private func column(of instant: Int64) -> Int {
        let place = Double(max(0, instant)) / Double(span) * Double(columns)
        return min(columns - 1, Int(place))
    }
}

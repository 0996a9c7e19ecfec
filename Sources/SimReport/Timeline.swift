internal import SimModel

/// The run over time in one line a subject: success of each traffic source, and the bands of the
/// faults.
struct Timeline {
    private let columns: Int
    private let span: Int64

    init(_ report: RunReport, columns: Int) {
        self.columns = columns
        let last = report.traffic.compactMap { $0.timeline.last?.at }.max() ?? 0
        span = max(last, report.faults.compactMap(\.end).max() ?? 0) + 1
        hasRequests = report.traffic.contains { $0.sent > 0 }
    }

    let hasRequests: Bool

    /// One mark a column: full when all requests of that time succeeded, lower the fewer did, `×`
    /// when none.
    func row(of traffic: RunReport.Traffic, _ style: Style) -> String {
        var good = [Int](repeating: 0, count: columns)
        var all = good
        for request in traffic.timeline {
            let column = self.column(of: request.at)
            all[column] += 1
            if request.ok { good[column] += 1 }
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
    func row(of fault: RunReport.Fault) -> String {
        let from = column(of: fault.begin)
        let to = fault.end.map(column) ?? columns - 1
        return String(repeating: " ", count: from)
            + String(repeating: "━", count: max(1, to - from + 1))
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

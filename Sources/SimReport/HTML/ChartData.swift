internal import SimModel

/// The values that the page's cursor reads out, as the JSON in the page.
struct ChartData {
    /// What the values of a series are.
    enum Unit: String {
        case nanoseconds = "ns"
        case count = "n"
        case bytes = "B"
        case percent = "%"
    }

    /// One curve: a value a bucket.
    struct Series {
        var name: String
        var unit: Unit
        var values: [Int64?]
    }

    /// A drawing of fewer buckets would say too little about when.
    private static let leastBuckets: Int64 = 20

    let grid: TimeGrid
    private let spans: [String]
    private var charts: [String] = []

    init(_ report: RunReport) {
        // A bucket with less than a few requests of the busiest source would show their distance
        // and not their rate.
        let most = report.traffic.map(\.sent).max() ?? 0
        let distance = report.span / Int64(max(1, most))
        let limit = report.span / Self.leastBuckets
        grid = TimeGrid(begin: 0, end: report.span, leastStep: min(distance * 4, limit))
        let last = report.span
        let faults = report.faults.map { fault in
            Self.span("fault", fault.name, fault.begin, fault.end ?? last)
        }
        let phases = report.started.phases.map { phase in
            Self.span("phase", phase.phase, phase.beginNanoseconds, phase.endNanoseconds)
        }
        // Only what is not as it should be: a process that runs is not read out.
        let troubles = report.processes.flatMap { process in
            process.spans(until: last).filter { $0.state != .ready }.map { span in
                Self.span(span.state.rawValue, process.label, span.begin, span.end)
            }
        }
        spans = phases + faults + troubles
    }

    /// Adds a chart and returns its number, which the drawing's `data-chart` names.
    mutating func add(_ series: [Series]) -> Int {
        let parts = series.map { one in
            let values = one.values.map { $0.map(String.init) ?? "null" }.joined(separator: ",")
            return
                "{\"n\":\(Self.string(one.name)),\"u\":\"\(one.unit.rawValue)\",\"v\":[\(values)]}"
        }
        charts.append("[" + parts.joined(separator: ",") + "]")
        return charts.count - 1
    }

    /// Safe inside a script element: no `<` is left.
    var json: HTML {
        HTML(
            trusted: "{\"begin\":\(grid.begin),\"step\":\(grid.step),\"count\":\(grid.count),"
                + "\"spans\":[\(spans.joined(separator: ","))],"
                + "\"charts\":[\(charts.joined(separator: ",\n"))]}")
    }

    private static func span(_ kind: String, _ name: String, _ begin: Int64, _ end: Int64) -> String
    {
        "{\"k\":\"\(kind)\",\"n\":\(string(name)),\"b\":\(begin),\"e\":\(end)}"
    }

    /// A JSON string of letters that neither JSON nor HTML takes for anything else.
    static func string(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            let isPlain =
                (0x20..<0x7f).contains(unit) && !"\"\\<>&'".utf16.contains(unit)
            if isPlain, let scalar = Unicode.Scalar(unit) {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}

internal import SimModel

/// Every traffic source: its figures, latency and success over time, fates and percentiles.
struct TrafficSection {
    /// Sources that are unfolded when the page opens, besides those of which requests failed.
    static let openLimit = 3

    let html: HTML

    init(_ report: RunReport, _ charts: inout ChartData) {
        guard !report.traffic.isEmpty else {
            html = .empty
            return
        }
        var sources: [HTML] = []
        for (place, traffic) in report.traffic.enumerated() {
            let isOpen = place < Self.openLimit || (traffic.ok < traffic.sent && place < 12)
            sources.append(Self.source(traffic, report, isOpen, &charts))
        }
        html = "\(Self.table(report.traffic))\(sources)"
    }

    private static func table(_ traffic: [TrafficFigures]) -> HTML {
        let rows = traffic.map { one -> HTML in
            let times = [0.5, 0.99, 1].map { quantile -> HTML in
                let text = one.latency(quantile).map { FigureText.span(nanoseconds: $0) } ?? "-"
                return "<td class=\"number\">\(text)</td>"
            }
            let share = FigureText.percent(one.ok, of: one.sent)
            let kind: HTML = one.ok == one.sent ? "number" : "number bad"
            return """
                <tr><th scope="row"><a href="#source-\(one.name)">\(one.name)</a></th>\
                <td class="number">\(FigureText.count(one.sent))</td>\
                <td class="\(kind)">\(share)</td>\
                <td class="number">\(one.throughput.map(RateText.number) ?? "-")</td>\(times)\
                <td>\(failures(one))</td></tr>

                """
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="Figures of all traffic">\
            <table><thead><tr><th scope="col">traffic</th><th scope="col" class="number">sent</th>\
            <th scope="col" class="number">ok</th><th scope="col" class="number">ok/s</th>\
            <th scope="col" class="number">p50</th><th scope="col" class="number">p99</th>\
            <th scope="col" class="number">max</th><th scope="col">failed</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>

            """
    }

    private static func failures(_ traffic: TrafficFigures) -> String {
        traffic.results.filter { $0.result != .ok }
            .map { "\(FigureText.count($0.count)) \($0.result.rawValue)" }
            .joined(separator: ", ")
    }

    private static func source(
        _ traffic: TrafficFigures, _ report: RunReport, _ isOpen: Bool, _ charts: inout ChartData
    ) -> HTML {
        let series = TrafficSeries(traffic, on: charts.grid)
        let drawings = TrafficCharts(traffic.name, series, report.faults)
        let share = FigureText.percent(traffic.ok, of: traffic.sent)
        let p99 = traffic.latency(0.99).map { ", p99 \(FigureText.span(nanoseconds: $0))" } ?? ""
        return """
            <details class="source" id="source-\(traffic.name)"\(isOpen ? " open" : HTML.empty)>
            <summary><h3>\(traffic.name)</h3> <span class="label">\
            \(FigureText.count(traffic.sent)) sent, \(share) ok\(p99)</span></summary>
            \(drawings.latency(&charts))
            \(drawings.requests(&charts))
            <div class="columns">
            \(TrafficTables(traffic).html)
            \(PercentileTable(traffic).html)
            </div>
            </details>

            """
    }
}

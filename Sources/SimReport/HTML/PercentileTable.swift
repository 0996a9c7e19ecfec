internal import Foundation
internal import SimModel

/// The latency percentiles of one traffic source: an HDR histogram as a table and as the plot that
/// is usual for it, where each further nine has the same room.
struct PercentileTable {
    let html: HTML

    /// The rows of the table.
    private static let percentiles: [Double] = [50, 75, 90, 95, 99, 99.9, 99.99, 99.999]

    init(_ traffic: TrafficFigures) {
        guard let distribution = LatencyDistribution(traffic.latencies) else {
            html = .empty
            return
        }
        // A percentile finer than one request says nothing that the maximum does not.
        let finest = 100 - 100 / Double(distribution.count)
        let rows = Self.percentiles.filter { $0 <= max(finest, 50) }.map { percentile -> HTML in
            let value = distribution.value(atPercentile: percentile)
            return """
                <tr><th scope="row">\(FigureText.quantileName(percentile / 100))</th>\
                <td class="number">\(FigureText.span(nanoseconds: value))</td></tr>
                """
        }
        let highest = traffic.latencies.last ?? 0
        let mean = FigureText.span(nanoseconds: Int64(distribution.mean))
        let deviation = FigureText.span(nanoseconds: Int64(distribution.standardDeviation))
        html = """
            <table><caption>Percentiles (HDR histogram, 3 digits)</caption><tbody>\(rows)\
            <tr><th scope="row">max</th><td class="number">\
            \(FigureText.span(nanoseconds: highest))</td></tr>\
            <tr><th scope="row">mean ± deviation</th><td class="number">\(mean) ± \(deviation)</td>\
            </tr></tbody></table>
            \(Self.plot(distribution, traffic.name))
            """
    }

    private static func plot(_ distribution: LatencyDistribution, _ name: String) -> HTML {
        guard let scale = LogScale(distribution.rows.map(\.nanoseconds)) else { return .empty }
        let nines = min(6, max(1, Int(log10(Double(distribution.count)).rounded(.up))))
        let points = distribution.rows.map { row in
            let x = row.percentile >= 100 ? Double(nines) : log10(100 / (100 - row.percentile))
            let across = min(1, x / Double(nines)) * 1_000
            let down = (1 - scale.place(row.nanoseconds)) * 1_000
            return "\(HTML.decimal(across)) \(HTML.decimal(down))"
        }
        let height = 150.0
        let labels = scale.levels.map { level -> HTML in
            let y = height * (1 - level.place)
            return """
                <text x="100%" dx="-6" y="\(min(max(y, 7), height - 2))" text-anchor="end" \
                dominant-baseline="middle">\(level.label)</text>
                """
        }
        let lines = scale.levels.map { level -> HTML in
            let y = height * (1 - level.place)
            return "<line class=\"level\" x1=\"0\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
        let ticks = (0...nines).map { nine -> HTML in
            let x = Double(nine) / Double(nines) * 100
            let text =
                nine == 0
                ? "0"
                : nine == 1
                    ? "90%"
                    : nine == 2
                        ? "99%"
                        : "99." + String(repeating: "9", count: nine - 2) + "%"
            let anchor: HTML = nine == nines ? "end" : nine == 0 ? "start" : "middle"
            return """
                <line class="tick" x1="\(x)%" x2="\(x)%" y1="\(height)" y2="\(height + 4)"/>\
                <text x="\(x)%" y="\(height + 15)" text-anchor="\(anchor)">\(text)</text>
                """
        }
        return """
            <figure class="percentiles"><figcaption>Latency by percentile</figcaption>
            <div class="chart"><svg class="scale" height="170" aria-hidden="true">\(labels)</svg>\
            <div class="plot"><svg class="area" width="100%" height="170" role="img" \
            aria-label="Latency of \(name) by percentile">\(lines)\
            <svg width="100%" height="150" viewBox="0 0 1000 1000" preserveAspectRatio="none">\
            <path class="curve p50" d="M\(points.joined(separator: "L"))"/></svg>\
            <line class="tick" x1="0" x2="100%" y1="150" \
            y2="150"/>\(ticks)</svg></div></div></figure>
            """
    }
}

internal import SimModel

/// The drawings of one traffic source over time.
struct TrafficCharts {
    private let name: String
    private let series: TrafficSeries
    private let faults: [FaultStory]

    init(_ name: String, _ series: TrafficSeries, _ faults: [FaultStory]) {
        self.name = name
        self.series = series
        self.faults = faults
    }

    /// Median, p99 and maximum a bucket, on a logarithmic scale.
    func latency(_ charts: inout ChartData) -> HTML {
        let all = (series.p50 + series.maximum).compactMap { $0 }
        guard let scale = LogScale(all) else {
            return "<p class=\"none\">No request has succeeded: there is no latency to draw.</p>"
        }
        let curves = [
            ("max", series.maximum), ("p99", series.p99), ("p50", series.p50),
        ]
        let number = charts.add(
            curves.reversed().map { ChartData.Series(name: $0, unit: .nanoseconds, values: $1) })
        let isIdle = zip(series.ok, series.failed).map { $0 + $1 == 0 }
        let chart = TimeChart(
            grid: series.grid, title: "Latency of \(name) over time", height: 150,
            levels: scale.levels,
            shapes: curves.map { name, values in
                TimeChart.Shape(
                    name: "curve \(name)",
                    path: ChartPath.line(values.map { $0.map(scale.place) }, isIdle: isIdle))
            },
            faults: faults, hasAxis: false, number: number)
        return """
            <div class="caption">latency of successful requests, by the instant at which they were \
            due<ul class="legend lines"><li class="p50">p50</li><li class="p99">p99</li>\
            <li class="max">max</li></ul></div>
            \(chart.html())
            """
    }

    /// Requests a second, successful ones below and failed ones on top.
    func requests(_ charts: inout ChartData) -> HTML {
        let seconds = Double(series.grid.step) / 1e9
        let ok = series.ok.map { Double($0) / seconds }
        let all = zip(series.ok, series.failed).map { Double($0 + $1) / seconds }
        let scale = LinearScale(all.max() ?? 0) { RateText.number($0) }
        let none = [Double](repeating: 0, count: all.count)
        let number = charts.add([
            ChartData.Series(name: "ok", unit: .count, values: series.ok.map { Int64($0) }),
            ChartData.Series(name: "failed", unit: .count, values: series.failed.map { Int64($0) }),
        ])
        let okPlaces = ok.map(scale.place)
        let chart = TimeChart(
            grid: series.grid, title: "Requests of \(name) over time", height: 70,
            levels: scale.levels,
            shapes: [
                TimeChart.Shape(name: "fill ok", path: ChartPath.bars(from: none, to: okPlaces)),
                TimeChart.Shape(
                    name: "fill failed",
                    path: ChartPath.bars(from: okPlaces, to: all.map(scale.place))),
            ],
            faults: faults, number: number)
        return """
            <div class="caption">requests per second, by what became of them<ul class="legend">\
            <li class="ok">ok</li><li class="failed">failed</li></ul></div>
            \(chart.html())
            """
    }
}

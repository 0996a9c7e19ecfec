internal import SimModel

/// What each process used: memory and processor time over time, files and threads at their peak.
struct ResourceSection {
    let html: HTML

    init(_ report: RunReport, _ charts: inout ChartData) {
        guard !report.processes.isEmpty else {
            html = .empty
            return
        }
        var rows: [HTML] = []
        for process in report.processes { rows.append(Self.row(process, report, &charts)) }
        html = """
            <div class="scroll" tabindex="0" role="region" aria-label="Resources of processes">
            <table class="resources"><thead><tr><th scope="col">process</th>\
            <th scope="col">memory over time</th><th scope="col" class="number">peak</th>\
            <th scope="col">processor over time</th><th scope="col" class="number">peak</th>\
            <th scope="col" class="number">in all</th><th scope="col" class="number">files</th>\
            <th scope="col" class="number">threads</th><th scope="col">ended</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>

            """
    }

    private static func row(
        _ process: ProcessStory, _ report: RunReport, _ charts: inout ChartData
    ) -> HTML {
        let exits = process.exits.map(\.exit)
        let memory = process.samples.map(\.residentBytes) + exits.map(\.maximumResidentBytes)
        let shares = process.cpuShares
        let total = exits.reduce(Int64(0)) { $0 + $1.cpuNanoseconds }
        let used = max(total, process.samples.last?.cpuNanoseconds ?? 0)
        let peak = shares.map(\.share).max()
        let files = process.samples.map(\.openFiles).max()
        let threads = process.samples.map(\.threads).max()
        return """
            <tr><th scope="row">\(process.label)</th>\
            <td class="spark">\(memoryChart(process, report, &charts))</td>\
            <td class="number">\(memory.max().map(RateText.bytes) ?? "-")</td>\
            <td class="spark">\(processorChart(process, shares, report, &charts))</td>\
            <td class="number">\(peak.map { "\(Int(($0 * 100).rounded()))%" } ?? "-")</td>\
            <td class="number">\(used > 0 ? FigureText.span(nanoseconds: used) : "-")</td>\
            <td class="number">\(files.map(String.init) ?? "-")</td>\
            <td class="number">\(threads.map(String.init) ?? "-")</td>\
            <td>\(exits.map(words))</td></tr>

            """
    }

    private static func words(_ exit: ProcessExited) -> HTML {
        let how =
            exit.signal.map { "by signal \($0)" } ?? exit.exitCode.map { "with \($0)" } ?? "ended"
        return exit.expected
            ? "<span>\(how) </span>" : "<span class=\"bad\">\(how), by itself </span>"
    }

    private static func memoryChart(
        _ process: ProcessStory, _ report: RunReport, _ charts: inout ChartData
    ) -> HTML {
        var values = [Int64?](repeating: nil, count: charts.grid.count)
        for sample in process.samples where sample.at >= 0 {
            let bucket = charts.grid.bucket(of: sample.at)
            values[bucket] = max(values[bucket] ?? 0, sample.residentBytes)
        }
        let most = process.samples.map(\.residentBytes).max() ?? 0
        return spark(
            "Memory of \(process.label)", values, Double(most), .bytes, "memory", report, &charts)
    }

    private static func processorChart(
        _ process: ProcessStory, _ shares: [(at: Int64, share: Double)], _ report: RunReport,
        _ charts: inout ChartData
    ) -> HTML {
        var values = [Int64?](repeating: nil, count: charts.grid.count)
        for (at, share) in shares where at >= 0 {
            let bucket = charts.grid.bucket(of: at)
            values[bucket] = max(values[bucket] ?? 0, Int64((share * 100).rounded()))
        }
        let most = values.compactMap { $0 }.max() ?? 0
        return spark(
            "Processor time of \(process.label)", values, Double(max(most, 100)), .percent, "cpu",
            report, &charts)
    }

    private static func spark(
        _ title: String, _ values: [Int64?], _ most: Double, _ unit: ChartData.Unit,
        _ name: String, _ report: RunReport, _ charts: inout ChartData
    ) -> HTML {
        guard values.contains(where: { $0 != nil }) else {
            return "<span class=\"none\">not sampled</span>"
        }
        let scale = LinearScale(most) { RateText.number($0) }
        // Samples may lie further apart than buckets: the line goes on between them.
        let held = Self.held(values)
        let number = charts.add([ChartData.Series(name: name, unit: unit, values: held)])
        let places = held.map { $0.map { scale.place(Double($0)) } }
        return TimeChart(
            grid: charts.grid, title: title, height: 28,
            shapes: [TimeChart.Shape(name: "curve \(name)", path: ChartPath.line(places))],
            faults: report.faults, hasAxis: false, number: number
        ).html("small")
    }

    /// Each gap between two samples filled with the earlier one.
    private static func held(_ values: [Int64?]) -> [Int64?] {
        guard let last = values.lastIndex(where: { $0 != nil }) else { return values }
        var held = values
        var current: Int64?
        for index in 0...last {
            current = values[index] ?? current
            held[index] = current
        }
        return held
    }
}

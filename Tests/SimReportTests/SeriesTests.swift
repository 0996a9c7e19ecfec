import CommyBase
import SimModel
import Testing

@testable import SimReport

/// The values that charts are drawn from.
struct SeriesTests {
    @Test(arguments: [
        (Int64(1), 1, Int64(1_000_000)), (2_000_000_000, 200, 10_000_000),
        (12_000_000_000, 240, 50_000_000), (600_000_000_000, 300, 2_000_000_000),
        (600_000_000_001, 121, 5_000_000_000), (86_400_000_000_000, 173, 500_000_000_000),
    ])
    func `a run of any length has at most 300 buckets of a round length`(
        row: (Int64, Int, Int64)
    ) {
        let grid = TimeGrid(begin: 0, end: row.0)
        #expect(grid.count == row.1 && grid.step == row.2)
        #expect(grid.end >= row.0 && grid.count <= TimeGrid.bucketLimit)
    }

    @Test func `instants outside belong to the first and the last bucket`() {
        let grid = TimeGrid(begin: -1_000_000_000, end: 1_000_000_000)
        #expect(grid.bucket(of: .min / 2) == 0 && grid.bucket(of: .max / 2) == grid.count - 1)
        #expect(grid.percent(-5_000_000_000) == 0 && grid.percent(9_000_000_000) == 100)
        #expect(grid.percent(0) == 50)
    }

    @Test(arguments: [
        (Int64(0), "0"), (-2_000_000_000, "-2s"), (1_500_000_000, "1.5s"), (20_000_000, "20ms"),
        (-1_050_000_000, "-1.05s"), (600_000_000_000, "600s"),
    ])
    func `an instant on the axis is short`(row: (Int64, String)) {
        #expect(TimeGrid.label(row.0) == row.1)
    }

    @Test func `a bucket has its own quantiles, and none without a success`() throws {
        let report = try #require(RunReport(SampleRun.failing))
        let grid = TimeGrid(begin: 0, end: 2_000_000_000, leastStep: 500_000_000)
        let series = TrafficSeries(report.traffic[0], on: grid)
        #expect(series.ok == [10, 10, 0, 10] && series.failed == [0, 0, 10, 0])
        #expect(series.p50 == [12_000_000, 12_000_000, nil, 12_000_000])
        #expect(series.maximum == [14_000_000, 14_000_000, nil, 14_000_000])
    }

    @Test func `the histogram keeps three digits and the count`() throws {
        let latencies = (1...100_000).map { Int64($0) * 1_000 }
        let distribution = try #require(LatencyDistribution(latencies))
        for percentile in [50.0, 90, 99, 99.9] {
            let exact = percentile * 1_000_000
            let seen = Double(distribution.value(atPercentile: percentile))
            #expect(abs(seen - exact) / exact < 0.001, "\(percentile)")
        }
        #expect(distribution.count == 100_000)
        let last = try #require(distribution.rows.last)
        #expect(last.percentile == 100 && last.nanoseconds == 100_000_000 && last.count == 100_000)
        #expect(distribution.rows.map(\.count) == distribution.rows.map(\.count).sorted())
        #expect(LatencyDistribution([]) == nil)
    }

    @Test func `a line breaks where all requests failed and goes on where there was none`() {
        let places: [Double?] = [0, nil, 1, nil, 0.5]
        let isIdle = [false, true, false, false, false]
        #expect(ChartPath.line(places, isIdle: isIdle) == "M1 1000h0.1L5 0M9 500h0.1")
    }

    @Test func `bars of one height are one path`() {
        #expect(
            ChartPath.bars(from: [0, 0, 0, 0], to: [1, 1, 0, 0.5])
                == "M0 1000V0H4V1000zM6 1000V500H8V1000z")
    }

    @Test func `a process is starting, ready, paused and down in turn, without a gap`() {
        var story = ProcessStory(host: "web", process: "nginx")
        let start = ProcessStarted(
            host: "web", process: "nginx", pid: 1, command: [], incarnation: 1)
        let exit = ProcessExited(
            host: "web", process: "nginx", exitCode: nil, signal: 9, expected: true,
            maximumResidentBytes: 1, cpuNanoseconds: 1)
        story.started(start, at: -10)
        story.ready(at: -4)
        story.paused(3..<5)
        story.exited(exit, at: 10)
        story.started(start, at: 12)
        story.ready(at: 14)
        #expect(
            story.spans(until: 20).map { "\($0.begin) \($0.end) \($0.state.rawValue)" } == [
                "-10 -4 starting", "-4 3 ready", "3 5 paused", "5 10 ready", "10 12 down",
                "12 14 starting", "14 20 ready",
            ])
        #expect(story.isEventful(until: 20))
    }

    @Test func `a process without a probe is ready from its start`() {
        var story = ProcessStory(host: "web", process: "job")
        let start = ProcessStarted(host: "web", process: "job", pid: 1, command: [], incarnation: 1)
        story.started(start, at: 0)
        #expect(story.spans(until: 5).map(\.state) == [.ready])
        #expect(!story.isEventful(until: 5))
    }

    @Test func `requests that stand before the start of their traffic count`() throws {
        var events = SampleRun.passing
        let begin = try #require(events.firstIndex { $0.fact.kind == .trafficStarted })
        let first = try #require(events.firstIndex { $0.fact.kind == .request })
        let request = events.remove(at: first)
        events.insert(request, at: begin)
        #expect(RunReport(events)?.traffic.first?.sent == 40)
    }

    @Test func `throughput counts the distance after the last request too`() throws {
        let report = try #require(RunReport(SampleRun.passing))
        let rate = try #require(report.traffic[0].throughput)
        #expect(abs(rate - 20) < 1e-9)
        let goodput = try #require(report.traffic[0].goodputBitsPerSecond)
        #expect(abs(goodput - 40 * 120 * 8 / 2) < 1e-6)
    }

    @Test(arguments: [
        (0.0, "0"), (0.25, "0.25"), (1, "1"), (15.44, "15.4"), (200, "200"), (1_234.5, "1235"),
    ])
    func `a rate has about three digits`(row: (Double, String)) {
        #expect(RateText.number(row.0) == row.1)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\u{1b}[31mb", "a␛[31mb"), ("\u{0}\u{7f}\u{202e}", "␀␡\u{fffd}"),
        ("tab\there", "tab␉here"),
    ])
    func `control characters are shown and do nothing`(row: (String, String)) {
        #expect(ForeignText.visible(row.0) == row.1)
    }

    @Test(arguments: [
        ("a/b-c.yaml", "a/b-c.yaml"), ("my file.yaml", "'my file.yaml'"), ("it's", "'it'\\''s'"),
        ("", "''"), ("$(x)", "'$(x)'"),
    ])
    func `the command that runs it again is safe to paste`(row: (String, String)) {
        #expect(RunReport.shellWord(row.0) == row.1)
    }
}

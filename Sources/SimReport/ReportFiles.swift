internal import CommyBase
internal import Foundation
public import SimModel

/// The files of a report directory that are made from the event log.
public struct ReportFiles {
    private let report: RunReport
    private let events: [RunEvent]

    /// nil for a log that does not begin with the start of a run.
    public init?(_ events: [RunEvent]) {
        guard let report = RunReport(events) else { return nil }
        self.report = report
        self.events = events
    }

    /// Relative paths and contents.
    public func all() throws -> [(path: String, content: String)] {
        [
            ("summary.md", MarkdownReport(report).text),
            ("verdict.json", try verdict(pretty: true) + "\n"),
            ("latency.json", try latency() + "\n"),
        ] + nodeLogs()
    }

    /// The object of `--json`.
    public func verdict(pretty: Bool) throws -> String {
        let expectations = report.judged.map { judged in
            VerdictObject.Expectation(
                expectation: judged.expectation, line: judged.line,
                verdict: judged.verdict.rawValue, observed: judged.observed, wanted: judged.wanted)
        }
        let object = VerdictObject(
            scenario: report.started.scenario, file: report.started.file,
            world: report.started.world, seed: report.started.seed,
            verdict: report.verdict.rawValue, reason: report.reason, traceHash: nil,
            virtualSeconds: nil, wallSeconds: Double(report.wall) / 1e9,
            expectations: expectations)
        return try Self.encode(object, pretty: pretty)
    }

    /// Quantiles of each traffic source, and a row a second.
    private func latency() throws -> String {
        let quantiles: [(String, Double)] = [
            ("p0", 0), ("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999),
            ("p100", 1),
        ]
        let sources = report.traffic.map { traffic in
            var figures: [String: Double] = [:]
            for (name, quantile) in quantiles {
                guard let value = NearestRank.value(quantile, of: traffic.latencies) else {
                    continue
                }
                figures[name] = Double(value) / 1e6
            }
            return LatencyObject(
                traffic: traffic.name, sent: traffic.sent, ok: traffic.ok,
                latencyMilliseconds: figures,
                seconds: Self.seconds(of: traffic))
        }
        return try Self.encode(sources, pretty: true)
    }

    private static func seconds(of traffic: RunReport.Traffic) -> [SecondObject] {
        let bySecond = Dictionary(grouping: traffic.timeline) { $0.at / 1_000_000_000 }
        return bySecond.keys.sorted().map { second in
            let requests = bySecond[second] ?? []
            let sorted = requests.filter(\.ok).map(\.latency).sorted()
            return SecondObject(
                second: second, sent: requests.count, ok: sorted.count,
                p50Milliseconds: NearestRank.value(0.5, of: sorted).map { Double($0) / 1e6 },
                p99Milliseconds: NearestRank.value(0.99, of: sorted).map { Double($0) / 1e6 })
        }
    }

    /// `nodes/HOST.log`: what the host's processes have written, with times relative to the
    /// traffic.
    private func nodeLogs() -> [(path: String, content: String)] {
        var logs: [String: String] = [:]
        for event in events {
            guard case .processOutput(let output) = event.fact else { continue }
            let at = RunReport.instant(event.at.nanoseconds - report.origin)
            logs[output.host, default: ""] +=
                "\(at) \(output.process) \(output.stream.rawValue)| \(output.line)\n"
        }
        return logs.sorted { $0.key < $1.key }.map { ("nodes/\($0.key).log", $0.value) }
    }

    private static func encode(_ value: some Encodable, pretty: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

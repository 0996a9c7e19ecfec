internal import Foundation
public import SimModel

/// The files of a report directory that are made from the event log.
public struct ReportFiles {
    private let report: RunReport

    /// nil for a log that does not begin with the start of a run.
    public init?(_ events: [RunEvent]) {
        guard let report = RunReport(events) else { return nil }
        self.init(report)
    }

    public init(_ report: RunReport) {
        self.report = report
    }

    /// Relative paths and contents.
    public func all() throws -> [(path: String, content: String)] {
        [
            ("summary.md", MarkdownReport(report).text),
            ("verdict.json", try verdict(pretty: true) + "\n"),
            ("junit.xml", JUnitReport.merged([SuiteEntry(report)])),
            ("report.html", HTMLReport(report).text),
            ("latency.json", try Self.encode(LatencyObject(report), pretty: true) + "\n"),
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
            scenario: report.title, file: report.started.file,
            world: report.started.world, seed: report.started.seed,
            verdict: report.verdict.rawValue, reason: report.reason,
            traceHash: report.traceHash,
            virtualSeconds: report.real == nil ? nil : Double(report.wall) / 1e9,
            wallSeconds: Double(report.real ?? report.wall) / 1e9,
            expectations: expectations)
        return try Self.encode(object, pretty: pretty)
    }

    /// `nodes/HOST.log`: what the host's processes have written, with times relative to the
    /// traffic.
    private func nodeLogs() -> [(path: String, content: String)] {
        var logs: [String: String] = [:]
        for line in report.lines {
            let output = line.output
            logs[output.host, default: ""] +=
                "\(RunReport.instant(line.at)) \(output.process) \(output.stream.rawValue)| "
                + "\(output.line)\n"
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

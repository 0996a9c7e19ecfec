internal import Foundation
internal import SimModel
internal import SimReport
internal import SimScenario

/// What is shown of a run: made from its event log, once.
final class ShownReport {
    private(set) var files: ReportFiles?
    private(set) var report: RunReport?

    /// Reads the log and makes the files of the report from it.
    func files(log: String) throws -> [(path: String, content: String)] {
        let events = try EventLog.read(try Data(contentsOf: URL(fileURLWithPath: log)))
        report = RunReport(events)
        files = ReportFiles(events)
        return try files?.all() ?? []
    }
}

/// Prints what `commy sim run` has to say: for people, or one JSON object a scenario.
struct RunOutput {
    let terminal = Terminal()
    private let json: Bool

    init(json: Bool) {
        self.json = json
    }

    var isJSON: Bool { json }

    /// What became of one of `count` jobs: a run in full when it did not pass or nothing ran beside
    /// it, else in a line.
    func print(_ result: JobResult, of job: SuiteJob, count: Int, workers: Int) throws {
        guard case .ran(let run) = result else {
            let reason = result.reason ?? ""
            terminal.printError("\(job.selected.file): \(reason)")
            printObject(reason, of: job.selected.file, job, result.word)
            return
        }
        if json {
            terminal.printLine(run.json)
        } else if let report = run.report, run.verdict != .pass || workers == 1 || count == 1 {
            let text = TerminalReport(
                report, width: terminal.width, colour: terminal.hasColour)
            let place = ScenarioFiles.shortened(run.directory)
            terminal.printLine(text.text(directory: place))
            printTrace(of: run)
            terminal.printLine("")
        } else {
            let seconds = run.entry.wallNanoseconds / 1_000_000_000
            let place = ScenarioFiles.shortened(run.directory)
            let trace = run.traceHash.map { "  trace \($0.prefix(12))" } ?? ""
            terminal.printLine("PASS  \(job.title)  \(seconds)s\(trace)  \(place)")
        }
    }

    /// What makes a lockstep run the same run.
    private func printTrace(of run: FinishedRun) {
        guard let hash = run.traceHash else { return }
        terminal.printLine("  trace    sha256 \(hash)")
        if run.verifications > 0 {
            terminal.printLine("           the same in \(run.verifications + 1) runs")
        }
    }

    /// Why a file is no scenario.
    func printProblems(_ problems: [Diagnostic], of file: String) {
        terminal.printProblems(problems)
        printObject(problems.map(\.description).joined(separator: "\n"), of: file, nil, "error")
    }

    func printError(_ line: String) { terminal.printError(line) }

    /// Something that only people want to know.
    func printNote(_ line: String) {
        if !json { terminal.printLine(line) }
    }

    private func printObject(
        _ reason: String, of file: String, _ job: SuiteJob?, _ verdict: String
    ) {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var object = ["file": file, "reason": reason, "verdict": verdict]
        object["scenario"] = job?.selected.title
        guard let data = try? encoder.encode(object) else { return }
        terminal.printLine(String(decoding: data, as: UTF8.self))
    }
}

/// A mistake in how the tool was called, or a place that it cannot use.
struct ToolError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

internal import Foundation
internal import SimModel
internal import SimReport
internal import SimScenario

/// The files and remarks about all runs of a call: the one place that calls their writers.
struct SuiteFiles {
    let junit: String?
    let markdown: String?

    func write(_ jobs: [SuiteJob], _ results: [JobResult], on terminal: Terminal, json: Bool)
        throws
    {
        try write(zip(jobs, results).map { Self.entry($0, $1) }, on: terminal, json: json)
    }

    /// The same where nothing was started, because these files are no scenarios.
    func write(
        _ broken: [(file: String, problems: [Diagnostic])], on terminal: Terminal, json: Bool
    ) throws {
        let entries = broken.map { file, problems in
            SuiteEntry.invalid(
                file: file,
                problems.map {
                    SuiteEntry.Mistake(
                        file: $0.file, line: $0.line, column: $0.column, text: $0.statement)
                })
        }
        try write(entries, on: terminal, json: json)
    }

    private func write(_ entries: [SuiteEntry], on terminal: Terminal, json: Bool) throws {
        var suite = SuiteReport()
        for entry in entries { suite.add(entry) }
        if let junit { try Self.saying(junit) { try suite.writeJUnit(to: junit) } }
        if let markdown { try Self.saying(markdown) { try suite.writeMarkdown(to: markdown) } }
        let environment = ProcessInfo.processInfo.environment
        guard environment["GITHUB_ACTIONS"] == "true" else { return }
        // With --json, standard output is for objects alone.
        if !json { for line in suite.annotations { terminal.printLine(line) } }
        if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
            try Self.saying(path) { try Self.append(suite.markdown, to: path) }
        }
    }

    /// What has no report of its own is named all the same.
    private static func entry(_ job: SuiteJob, _ result: JobResult) -> SuiteEntry {
        let (name, file) = (job.title, job.selected.file)
        return switch result {
        case .ran(let run): run.entry
        case .skipped: .skipped(scenario: name, file: file, reason: result.reason ?? "")
        case .notRun, .failed:
            .notRun(scenario: name, file: file, reason: result.reason ?? "")
        }
    }

    /// Says which file it was that could not be written.
    private static func saying(_ path: String, _ write: () throws -> Void) throws {
        do {
            try write()
        } catch {
            throw ToolError("cannot write '\(path)': \(error.localizedDescription)")
        }
    }

    private static func append(_ text: String, to path: String) throws {
        let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try Data((before + text).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

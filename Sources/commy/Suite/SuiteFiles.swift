internal import Foundation
internal import SimModel
internal import SimReport

/// The files and remarks about all runs of a call: the one place that calls their writers.
struct SuiteFiles {
    let junit: String?
    let markdown: String?

    func write(_ jobs: [SuiteJob], _ results: [JobResult], on terminal: Terminal, json: Bool)
        throws
    {
        var suite = SuiteReport()
        for (job, result) in zip(jobs, results) { suite.add(Self.entry(job, result)) }
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

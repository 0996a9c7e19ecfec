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
        let reports = zip(jobs, results).compactMap { job, result in Self.report(job, result) }
        if let junit { try Self.write(JUnitReport.merged(reports), to: junit) }
        if let markdown { try Self.write(MarkdownReport.suite(reports), to: markdown) }
        let environment = ProcessInfo.processInfo.environment
        guard environment["GITHUB_ACTIONS"] == "true" else { return }
        // With --json, standard output is for objects alone.
        if !json { for line in GitHubAnnotations.lines(reports) { terminal.printLine(line) } }
        if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
            try Self.append(MarkdownReport.suite(reports), to: path)
        }
    }

    /// What has no report of its own is named all the same.
    private static func report(_ job: SuiteJob, _ result: JobResult) -> RunReport? {
        switch result {
        case .ran(let run): run.report
        case .skipped, .notRun: job.standIn(.inconclusive, result.reason ?? "")
        case .failed(let reason): job.standIn(.error, reason)
        }
    }

    private static func write(_ text: String, to path: String) throws {
        do {
            let url = URL(fileURLWithPath: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url, options: .atomic)
        } catch {
            throw ToolError("cannot write '\(path)': \(error.localizedDescription)")
        }
    }

    private static func append(_ text: String, to path: String) throws {
        let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try write(before + text, to: path)
    }
}

internal import Foundation
internal import SimModel

/// The reports over many runs: one JUnit file, one Markdown summary, one list of annotations.
public struct SuiteReport: Sendable {
    public private(set) var entries: [SuiteEntry] = []

    public init() {}

    /// Runs of one file and one seed may be added more than once: each is a run of its own.
    public mutating func add(_ entry: SuiteEntry) { entries.append(entry) }

    /// Adds the run whose report directory this is, from its event log; false when the log does
    /// not begin with the start of a run.
    @discardableResult
    public mutating func add(directory: String) throws -> Bool {
        let log = URL(fileURLWithPath: directory).appendingPathComponent("trace.jsonl")
        guard let report = RunReport(try EventLog.read(try Data(contentsOf: log))) else {
            return false
        }
        add(SuiteEntry(report))
        return true
    }

    /// JUnit XML: a suite for each run and each scenario that was left out.
    public var junit: String { JUnitReport.merged(entries) }

    /// Markdown: a table with what failed first, then the details, folded.
    public var markdown: String { MarkdownReport.suite(entries) }

    /// Lines for the standard output of a GitHub Actions step.
    public var annotations: [String] { GitHubAnnotations.lines(entries) }

    /// Puts the JUnit file there, at once or not at all; missing folders are made.
    public func writeJUnit(to path: String) throws { try Self.write(junit, to: path) }

    /// Puts the Markdown summary there, at once or not at all; missing folders are made.
    public func writeMarkdown(to path: String) throws { try Self.write(markdown, to: path) }

    private static func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file, options: .atomic)
    }
}

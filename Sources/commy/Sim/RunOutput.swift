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

    /// The report of a run that was carried out.
    func print(_ shown: ShownReport, directory: String) throws {
        guard let files = shown.files, let report = shown.report else { return }
        if json {
            terminal.printLine(try files.verdict(pretty: false))
        } else {
            let text = TerminalReport(report, width: terminal.width, colour: terminal.hasColour)
            let place = ScenarioFiles.shortened(directory)
            terminal.printLine(text.text(directory: place) + "\n")
        }
    }

    /// Why a scenario could not be run at all.
    func printFailure(_ reason: String, of file: String) {
        terminal.printError("\(file): \(reason)")
        printObject(reason, of: file)
    }

    /// Why a file is no scenario.
    func printProblems(_ problems: [Diagnostic], of file: String) {
        terminal.printProblems(problems)
        printObject(problems.map(\.description).joined(separator: "\n"), of: file)
    }

    func printError(_ line: String) { terminal.printError("Error: \(line)") }

    /// Something that only people want to know.
    func printNote(_ line: String) {
        if !json { terminal.printLine(line) }
    }

    private func printObject(_ reason: String, of file: String) {
        guard json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let object = ["file": file, "reason": reason, "verdict": Verdict.error.rawValue]
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

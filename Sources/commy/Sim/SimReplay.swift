internal import ArgumentParser
internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel
internal import SimReport
internal import SimScenario

/// `commy sim replay RUN`.
struct SimReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a recorded lockstep run again, and say whether it was the same.",
        discussion: """
            RUN is the report directory of a lockstep run. Its scenario file is run again with the \
            recorded seed and variables, and the new trace is held against the recorded one. When \
            they differ, the first line that does is shown with what came before it.

            Exit codes: 0 it was the same; 1 it was not; 3 it could not be run.
            """)

    @Argument(
        help: ArgumentHelp("The report directory of a lockstep run.", valueName: "run"),
        completion: .directory)
    var directory: String

    @Option(help: "How often it is run again.")
    var times = 1

    func run() throws {
        let terminal = Terminal()
        do {
            try replay(terminal)
        } catch let code as ExitCode {
            throw code
        } catch {
            terminal.printError("Error: \(error)")
            throw ExitCode(Verdict.error.exitCode)
        }
    }

    private func replay(_ terminal: Terminal) throws {
        guard times >= 1 else { throw ToolError("--times \(times): it must be 1 or more") }
        let recorded = try Self.recorded(directory)
        let scenario = try Self.scenario(of: recorded.started)
        let janitor = try Janitor()
        var options = ScenarioRun.Options()
        options.seed = recorded.started.seed
        options.capture = .off
        options.becomesLatest = false
        // Beside the recorded run, and gone when it was the same.
        options.reportRoot =
            URL(fileURLWithPath: directory).standardizedFileURL
            .deletingLastPathComponent().path
        for turn in 1...times {
            options.reportSuffix = "-replay-\(turn)"
            let outcome = try ScenarioRun(
                scenario: scenario, file: recorded.started.file, options: options,
                janitor: janitor, observer: { _ in }
            ).run { _ in [] }
            guard !outcome.wasInterrupted else { throw ToolError("stopped before its end") }
            let place = URL(fileURLWithPath: outcome.report).appendingPathComponent(Self.trace)
            let difference = TraceDifference(recorded.trace, try Data(contentsOf: place))
            guard let difference else {
                try FileManager.default.removeItem(atPath: outcome.report)
                continue
            }
            terminal.printLine("NOT THE SAME  \(ScenarioFiles.shortened(outcome.report))")
            terminal.printLine(difference.text)
            terminal.printLine(
                "If '\(recorded.started.file)' or a program has changed since, that is why.")
            throw ExitCode(1)
        }
        let runs = times == 1 ? "" : " in \(times) runs"
        terminal.printLine(
            "THE SAME  \(recorded.started.scenario)\(runs)  sha256 \(recorded.hash ?? "")")
    }

    private static let trace = "lockstep.jsonl"

    private struct Recorded {
        var started: RunStarted
        var hash: String?
        var trace: Data
    }

    private static func recorded(_ directory: String) throws -> Recorded {
        let folder = URL(fileURLWithPath: directory)
        guard let log = try? Data(contentsOf: folder.appendingPathComponent("trace.jsonl")),
            let report = RunReport(try EventLog.read(log))
        else {
            throw ToolError("'\(directory)' is no report directory: it has no readable trace.jsonl")
        }
        guard let trace = try? Data(contentsOf: folder.appendingPathComponent(Self.trace)) else {
            throw ToolError(
                "'\(directory)' is the report of a \(report.started.world) run, which cannot be "
                    + "repeated exactly; only lockstep runs can")
        }
        return Recorded(started: report.started, hash: report.traceHash, trace: trace)
    }

    /// The scenario as it was run: its file as it is now, with the recorded variables.
    private static func scenario(of started: RunStarted) throws -> Scenario {
        let settings = started.settings.compactMap { text -> Setting? in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2
                ? Setting(name: String(parts[0]), value: String(parts[1])) : nil
        }
        switch ScenarioReader.read(path: started.file, settings: settings) {
        case .scenarios(let found):
            guard var scenario = found.first(where: { $0.name == started.scenario }) else {
                throw ToolError("'\(started.file)' has no scenario '\(started.scenario)' any more")
            }
            scenario.world = .lockstep
            return scenario
        case .invalid(let problems):
            throw ToolError(problems.map(\.description).joined(separator: "\n"))
        }
    }
}

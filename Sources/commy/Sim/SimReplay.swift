internal import ArgumentParser
internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel

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
        let recorded = try RecordedRun(directory)
        let scenario = try recorded.scenario()
        let janitor = try Janitor()
        for turn in 1...times {
            let outcome = try ScenarioRun(
                scenario: scenario, file: recorded.started.file,
                options: recorded.options(suffix: "-replay-\(turn)"), janitor: janitor,
                observer: { _ in }
            ).run { _ in [] }
            guard !outcome.wasInterrupted else { throw ToolError("stopped before its end") }
            guard let difference = try recorded.difference(from: outcome.report) else {
                // Gone when it was the same.
                try FileManager.default.removeItem(atPath: outcome.report)
                continue
            }
            terminal.printLine("NOT THE SAME  \(ScenarioFiles.shortened(outcome.report))")
            terminal.printLine(difference.text)
            terminal.printLine(recorded.likelyReason)
            throw ExitCode(1)
        }
        let runs = times == 1 ? "" : " in \(times) runs"
        terminal.printLine(
            "THE SAME  \(recorded.started.scenario)\(runs)  sha256 \(recorded.hash ?? "")")
    }
}

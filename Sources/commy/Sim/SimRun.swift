public import ArgumentParser
internal import Foundation
public import SimLab
internal import SimModel
internal import SimReport
internal import SimScenario

/// `commy sim run PATH...`.
struct SimRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run scenario files and give a verdict on each.",
        discussion: """
            A PATH is a scenario file or a directory that is searched for *.yaml files.

            Exit codes: 0 all passed; 1 an expectation failed; 2 inconclusive: the machine was too \
            slow to tell; 3 a scenario is invalid or could not be run.

            Each run leaves a report directory; 'reports/latest' points to the newest. \
            reports/README.md teaches how to read it.
            """)

    @Argument(help: "Scenario files or directories.", completion: .file(extensions: ["yaml"]))
    var paths: [String]

    @Option(help: "The world to run in; replaces the scenario's own.")
    var world: String?

    @Option(help: "The seed of every random decision; replaces the scenario's own.")
    var seed: UInt64?

    @Option(name: .customLong("report"), help: "Where report directories go.")
    var reportRoot = "reports"

    @Option(help: "Packet captures (pcapng): one file per link, one per host, or off.")
    var capture = CaptureMode.links

    @Option(
        help: """
            How hosts are isolated: 'user-namespaces' needs no privilege, 'root' needs root. \
            Default: the first that works.
            """)
    var isolation: SandboxEnvironment.Isolation?

    @Option(
        name: .customLong("filter"),
        help:
            "Run only scenarios of this tier (smoke, full, soak), or with this text in their path.")
    var filter: String?

    @Flag(help: "Print one JSON object per scenario instead of the report.")
    var json = false

    func run() throws {
        let terminal = Terminal()
        let files = try ScenarioFiles.find(paths)
        var scenarios: [(file: String, scenario: Scenario)] = []
        var invalid = false
        for file in files {
            switch ScenarioReader.read(path: file) {
            case .scenario(let scenario): scenarios.append((file, scenario))
            case .invalid(let problems):
                invalid = true
                terminal.printProblems(problems, of: file)
            }
        }
        if let filter {
            scenarios = scenarios.filter { file, scenario in
                scenario.tier.rawValue == filter || file.contains(filter)
            }
            if scenarios.isEmpty { terminal.printError("no scenario matches '\(filter)'") }
        }
        // A broken file starts nothing, not even its neighbours: a suite that is half run misleads.
        guard !invalid else { throw ExitCode(Verdict.error.exitCode) }
        var worst = Verdict.pass
        let janitor = try Janitor()
        for (file, scenario) in scenarios {
            let (verdict, isInterrupted) = try runOne(scenario, file: file, janitor, terminal)
            worst = worst.worse(verdict)
            if isInterrupted { break }
        }
        if scenarios.count > 1 && !json {
            terminal.printLine("\(scenarios.count) scenarios: \(worst.rawValue)")
        }
        throw ExitCode(worst.exitCode)
    }

    private func runOne(
        _ scenario: Scenario, file: String, _ janitor: Janitor, _ terminal: Terminal
    ) throws -> (verdict: Verdict, isInterrupted: Bool) {
        var scenario = scenario
        if let world {
            guard let known = Scenario.World(rawValue: world) else {
                let words = Scenario.World.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(world)' is no world; there are: \(words)")
            }
            scenario.world = known
        }
        guard scenario.world == .realtime else {
            terminal.printError(
                "\(file): world '\(scenario.world.rawValue)' cannot be run yet: --world realtime can"
            )
            return (.error, false)
        }
        var options = ScenarioRun.Options()
        options.seed = seed
        options.reportRoot = reportRoot
        options.capture = capture
        options.isolation = isolation
        let progress = Progress(
            title: scenario.name, duration: scenario.duration, terminal: terminal, isOn: !json)
        let shown = ShownReport()
        let outcome: ScenarioRun.Outcome
        do {
            let run = try ScenarioRun(
                scenario: scenario, file: file, options: options, janitor: janitor,
                observer: progress.observe)
            outcome = try run.run(reporter: shown.files)
        } catch let error as LabError {
            progress.clear()
            terminal.printError("\(file): \(error)")
            return (.error, false)
        }
        progress.clear()
        try show(shown, outcome, terminal)
        return (outcome.verdict, outcome.reason == "interrupted")
    }

    private func show(
        _ shown: ShownReport, _ outcome: ScenarioRun.Outcome, _ terminal: Terminal
    ) throws {
        guard let files = shown.reportFiles, let report = shown.report else { return }
        if json {
            terminal.printLine(try files.verdict(pretty: false))
        } else {
            let text = TerminalReport(report, width: terminal.width, colour: terminal.hasColour)
            terminal.printLine(text.text(directory: ScenarioFiles.shortened(outcome.report)) + "\n")
        }
    }
}

/// What is shown of a run: made from its event log, once.
private final class ShownReport {
    private(set) var reportFiles: ReportFiles?
    private(set) var report: RunReport?

    /// Reads the log and makes the files of the report from it.
    func files(log: String) throws -> [(path: String, content: String)] {
        let events = try EventLog.read(try Data(contentsOf: URL(fileURLWithPath: log)))
        report = RunReport(events)
        reportFiles = ReportFiles(events)
        return try reportFiles?.all() ?? []
    }
}

extension Verdict {
    /// The one that decides the exit code: error, then fail, then inconclusive.
    func worse(_ other: Verdict) -> Verdict {
        let order: [Verdict] = [.pass, .inconclusive, .fail, .error]
        let place = { (verdict: Verdict) in order.firstIndex(of: verdict) ?? 0 }
        return place(self) >= place(other) ? self : other
    }
}

extension CaptureMode: ExpressibleByArgument {}
extension SandboxEnvironment.Isolation: ExpressibleByArgument {}

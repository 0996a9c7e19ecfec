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

    @Flag(
        inversion: .prefixedNo,
        help: "Keep idle processors awake while traffic flows: sharper deliveries, more power.")
    var keepAwake = true

    @Flag(help: "Print one JSON object per scenario instead of the report.")
    var json = false

    func run() throws {
        let output = RunOutput(json: json)
        let world = try world.map(Self.world)
        do {
            let scenarios = try select(output, world)
            let worst = try runAll(scenarios, output)
            throw ExitCode(worst.exitCode)
        } catch let code as ExitCode {
            throw code
        } catch {
            // Whatever else went wrong is the machine's or the file's trouble, not a verdict.
            output.printError("\(error)")
            throw ExitCode(Verdict.error.exitCode)
        }
    }

    private static func world(named name: String) throws -> Scenario.World {
        guard let known = Scenario.World(rawValue: name) else {
            let words = Scenario.World.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(name)' is no world; there are: \(words)")
        }
        return known
    }

    /// The scenarios to run. A broken file starts nothing, not even its neighbours: a suite that is
    /// half run misleads.
    private func select(_ output: RunOutput, _ world: Scenario.World?) throws -> [Selected] {
        var scenarios: [Selected] = []
        var isValid = true
        for file in try ScenarioFiles.find(paths) {
            switch ScenarioReader.read(path: file) {
            case .scenarios(let found):
                for var scenario in found {
                    scenario.world = world ?? scenario.world
                    scenarios.append(Selected(file: file, scenario: scenario))
                }
            case .invalid(let problems):
                isValid = false
                output.printProblems(problems, of: file)
            }
        }
        guard isValid else { throw ExitCode(Verdict.error.exitCode) }
        guard let filter else { return scenarios }
        let matching = scenarios.filter {
            $0.scenario.tier.rawValue == filter || $0.file.contains(filter)
        }
        guard !matching.isEmpty else { throw ToolError("no scenario matches '\(filter)'") }
        return matching
    }

    private struct Selected {
        let file: String
        let scenario: Scenario
    }

    private func runAll(_ scenarios: [Selected], _ output: RunOutput) throws -> Verdict {
        var worst = Verdict.pass
        let janitor = try Janitor()
        for (index, selected) in scenarios.enumerated() {
            let outcome = try runOne(selected, janitor, output)
            worst = worst.worse(outcome.verdict)
            if outcome.isInterrupted {
                let left = scenarios.count - index - 1
                if left > 0 { output.printError("\(left) more scenarios were not run") }
                break
            }
        }
        if scenarios.count > 1 {
            output.printNote("\(scenarios.count) scenarios: \(worst.rawValue)")
        }
        return worst
    }

    private func runOne(_ selected: Selected, _ janitor: Janitor, _ output: RunOutput) throws
        -> (verdict: Verdict, isInterrupted: Bool)
    {
        let (file, scenario) = (selected.file, selected.scenario)
        guard scenario.world != .simulated else {
            output.printFailure(
                "world '\(scenario.world.rawValue)' cannot be run yet; use --world realtime",
                of: file)
            return (.error, false)
        }
        var options = ScenarioRun.Options()
        options.seed = seed
        options.reportRoot = reportRoot
        options.capture = capture
        options.isolation = isolation
        options.keepsAwake = keepAwake
        let progress = Progress(
            title: scenario.name, duration: scenario.duration, terminal: output.terminal,
            isOn: !json)
        let shown = ShownReport()
        do {
            let run = try ScenarioRun(
                scenario: scenario, file: file, options: options, janitor: janitor,
                observer: progress.observe)
            let outcome = try run.run(reporter: shown.files)
            progress.clear()
            try output.print(shown, directory: outcome.report)
            if let hash = outcome.traceHash { output.printNote("trace \(hash)") }
            return (outcome.verdict, outcome.wasInterrupted)
        } catch let error as LabError {
            progress.clear()
            output.printFailure("\(error)", of: file)
            return (.error, false)
        }
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

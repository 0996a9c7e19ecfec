public import ArgumentParser
internal import CommyBase
internal import Foundation
public import SimLab
internal import SimModel
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

            A scenario whose programs are not installed is skipped, and said to be; when all are, \
            or with --no-skip, the exit code is 3. Ctrl-C ends the running scenarios and writes \
            their reports; a second one ends everything at once.

            Each run leaves a report directory; 'reports/latest' points to the newest. \
            reports/README.md teaches how to read it.
            """)

    @OptionGroup var selection: SelectionOptions

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
        name: .customShort("j", allowingJoined: true),
        help: ArgumentHelp(
            "How many scenarios run at once; 0 or auto: one for each processor.",
            valueName: "n"))
    var jobs = "1"

    @Option(name: .customLong("repeat"), help: "Run each scenario this often, with the same seed.")
    var repeats = 1

    @Option(
        help: ArgumentHelp(
            "Run each lockstep scenario this often again, and see that the trace is the same.",
            valueName: "n"))
    var verify = 0

    @Option(
        help: ArgumentHelp(
            "Run what was inconclusive again, alone, up to n times; the last verdict counts.",
            valueName: "n"))
    var again = 0

    @Option(help: "Write a JUnit file about all runs.")
    var junit: String?

    @Option(help: "Write a Markdown summary of all runs.")
    var markdown: String?

    @Flag(
        name: .customLong("no-skip"),
        help: "A scenario whose programs are not installed is an error.")
    var noSkip = false

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
            throw ExitCode(try runSuite(output, world))
        } catch let code as ExitCode {
            throw code
        } catch {
            // Whatever else went wrong is the machine's or the file's trouble, not a verdict.
            output.printError("Error: \(error)")
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

    private func runSuite(_ output: RunOutput, _ world: Scenario.World?) throws -> Int32 {
        let workerCount = try workers()
        guard verify >= 0 else { throw ToolError("--verify \(verify): it must be 0 or more") }
        guard again >= 0 else { throw ToolError("--again \(again): it must be 0 or more") }
        guard repeats >= 1 else { throw ToolError("--repeat \(repeats): it must be 1 or more") }
        let files = SuiteFiles(junit: junit, markdown: markdown)
        let selected = try select(output, files)
        var suiteJobs = (1...repeats).flatMap { turn in
            selected.map { job($0, turn: turn, world) }
        }
        // What needs real time first: beside a lockstep run, which takes what processor there is,
        // it would be judged on a busier machine than it must be.
        suiteJobs = [0, 1].flatMap { rank in suiteJobs.filter { Self.rank($0) == rank } }
        if verify > 0,
            let other = suiteJobs.first(where: { $0.selected.scenario.world != .lockstep })
        {
            throw ToolError(
                "--verify: only a lockstep run repeats, and '\(other.selected.file)' is a "
                    + "\(other.selected.scenario.world.rawValue) one; --world lockstep runs it so")
        }
        if let shard = selection.shard, selected.isEmpty {
            output.printError("no scenario falls into shard \(shard): there are fewer than shards")
        }
        let begin = ContinuousClock.now
        let suite = Suite(jobs: suiteJobs, workerCount: workerCount, output: output)
        let results = try SecondChances(suite: suite, limit: again).run()
        let seconds = Double((ContinuousClock.now - begin).nanoseconds) / 1_000_000_000
        let summary = SuiteSummary(jobs: suiteJobs, results: results, skipIsError: noSkip)
        if results.count > 1 || results.contains(where: { $0.word == "skipped" }) {
            for line in summary.lines(seconds: seconds) { output.printNote(line) }
        }
        try files.write(suiteJobs, results, on: output.terminal, json: json)
        return summary.exitCode
    }

    /// What is to be run. Where a file is broken nothing is, and a pipeline learns of it as it does
    /// of a run.
    private func select(_ output: RunOutput, _ files: SuiteFiles) throws -> [SelectedScenario] {
        var broken: [(file: String, problems: [Diagnostic])] = []
        do {
            return try selection.select { problems, file in
                output.printProblems(problems, of: file)
                broken.append((file, problems))
            }
        } catch let code as ExitCode {
            try files.write(broken, on: output.terminal, json: json)
            throw code
        }
    }

    private static func rank(_ job: SuiteJob) -> Int {
        switch job.selected.scenario.world {
        case .realtime: 0
        case .lockstep, .simulated: 1
        }
    }

    private func workers() throws -> Int {
        if jobs == "auto" || jobs == "0" { return ProcessInfo.processInfo.activeProcessorCount }
        guard let count = Int(jobs), count > 0 else {
            throw ToolError("-j '\(jobs)' is no number of scenarios; write 1 or more, or auto")
        }
        return count
    }

    private func job(_ selected: SelectedScenario, turn: Int, _ world: Scenario.World?) -> SuiteJob
    {
        var scenario = selected.scenario
        scenario.isWorldChosen = world.map { $0 != scenario.world } ?? false
        scenario.world = world ?? scenario.world
        var options = ScenarioRun.Options()
        options.seed = seed
        options.reportRoot = reportRoot
        options.reportSuffix = selected.reportSuffix + (turn == 1 ? "" : "-run-\(turn)")
        options.capture = capture
        options.isolation = isolation
        options.keepsAwake = keepAwake
        return SuiteJob(
            selected: SelectedScenario(file: selected.file, scenario: scenario), options: options,
            turn: turn, missing: ScenarioRun.missingPrograms(of: scenario), verifications: verify)
    }
}

extension CaptureMode: ExpressibleByArgument {}
extension SandboxEnvironment.Isolation: ExpressibleByArgument {}

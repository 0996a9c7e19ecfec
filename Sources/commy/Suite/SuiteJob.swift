internal import CommyBase
internal import SimLab
internal import SimModel
internal import SimReport

/// One run of one scenario: what is to be done, the same for every worker.
struct SuiteJob: Sendable {
    let selected: SelectedScenario
    let options: ScenarioRun.Options
    /// 1 for the first of `--repeat`.
    let turn: Int
    /// Programs that are missing; with some, nothing is started.
    let missing: [Requirement]

    /// The scenario, and which run of it.
    var title: String { turn == 1 ? selected.title : "\(selected.title) (run \(turn))" }

    /// Carries it out on the calling thread, which its hosts die with.
    func run(janitor: Janitor, observer: @escaping ScenarioRun.Observer) -> JobResult {
        guard missing.isEmpty else { return .skipped(missing) }
        let scenario = selected.scenario
        guard scenario.world == .realtime else {
            return .failed(
                "world '\(scenario.world.rawValue)' cannot be run yet; use --world realtime")
        }
        let shown = ShownReport()
        do {
            let run = try ScenarioRun(
                scenario: scenario, file: selected.file, options: options, janitor: janitor,
                observer: observer)
            let outcome = try run.run(reporter: shown.files)
            guard let report = shown.report, let files = shown.files else {
                return .failed("the event log of the run says nothing")
            }
            return .ran(
                FinishedRun(
                    verdict: outcome.verdict, report: report,
                    json: try files.verdict(pretty: false), directory: outcome.report))
        } catch {
            return .failed("\(error)")
        }
    }

    /// What stands for a run that left no report, in the files about all runs.
    func standIn(_ verdict: Verdict, _ reason: String) -> RunReport? {
        let scenario = selected.scenario
        var started = RunStarted(
            scenario: scenario.name, file: selected.file, seed: options.seed ?? scenario.seed,
            world: scenario.world.rawValue, sandbox: "none",
            durationNanoseconds: 0, version: commyVersion)
        started.settings = scenario.settings.map { "\($0.name)=\($0.value)" }
        return RunReport([
            RunEvent(at: .zero, fact: .runStarted(started)),
            RunEvent(at: .zero, fact: .runEnded(RunEnded(verdict: verdict, reason: reason))),
        ])
    }
}

/// A run that was carried out and has a report.
struct FinishedRun: Sendable {
    let verdict: Verdict
    let report: RunReport
    /// The object that `--json` prints.
    let json: String
    let directory: String
}

/// What became of a job.
enum JobResult: Sendable {
    case ran(FinishedRun)
    /// Not started, because these are not installed.
    case skipped([Requirement])
    /// It could not be carried out, and there is no report.
    case failed(String)
    /// Not started, because the suite was interrupted before.
    case notRun

    var word: String {
        switch self {
        case .ran(let run): run.verdict.rawValue
        case .skipped: "skipped"
        case .failed: Verdict.error.rawValue
        case .notRun: "not run"
        }
    }

    /// Why there is no report.
    var reason: String? {
        switch self {
        case .ran: nil
        case .skipped(let missing):
            "skipped: \(missing.map { "'\($0.program)'" }.joined(separator: ", ")) not installed; "
                + "apt-get install \(missing.map(\.package).joined(separator: " "))"
        case .failed(let reason): reason
        case .notRun: "not run: the suite was interrupted before it began"
        }
    }
}

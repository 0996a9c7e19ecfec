internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel
internal import SimReport

/// One run of one scenario: what is to be done, the same for every worker.
struct SuiteJob: Sendable {
    let selected: SelectedScenario
    var options: ScenarioRun.Options
    /// 1 for the first of `--repeat`.
    let turn: Int
    /// Programs that are missing; with some, nothing is started.
    let missing: [Requirement]

    /// How often a lockstep run is done again, to see that it is the same.
    var verifications = 0

    /// The scenario, and which run of it.
    var title: String { turn == 1 ? selected.title : "\(selected.title) (run \(turn))" }

    /// Carries it out on the calling thread, which its hosts die with.
    func run(janitor: Janitor, observer: @escaping ScenarioRun.Observer) -> JobResult {
        guard missing.isEmpty else { return .skipped(missing) }
        let scenario = selected.scenario
        guard scenario.world != .simulated else {
            return .failed(
                "world 'simulated' cannot be run yet; use --world realtime or lockstep")
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
            var finished = FinishedRun(
                verdict: outcome.verdict, report: report, entry: SuiteEntry(report),
                json: try files.verdict(pretty: false), directory: outcome.report,
                traceHash: outcome.traceHash)
            if verifications > 0, outcome.verdict != .error {
                let verification = Verification(job: self, janitor: janitor, observer: observer)
                let difference = try verification.difference(
                    from: finished, times: verifications)
                finished.verifications = difference == nil ? verifications : 0
                if let difference { try finished.diverge(difference) }
            }
            return .ran(finished)
        } catch {
            return .failed("\(error)")
        }
    }
}

/// A run that was carried out and has a report.
struct FinishedRun: Sendable {
    var verdict: Verdict
    /// For the terminal, which is served at once; it is large.
    var report: RunReport?
    private(set) var entry: SuiteEntry
    /// The object that `--json` prints.
    private(set) var json: String
    let directory: String
    /// Of a lockstep run: the hash of the trace that repeats.
    let traceHash: String?
    /// How often it was done again, and was the same.
    var verifications = 0

    /// A further run was not the same: an error, whatever this one came to, in all that is written
    /// about it. The event log stays what it is.
    mutating func diverge(_ difference: String) throws {
        guard var report else { return }
        report.becomeError(difference)
        let files = ReportFiles(report)
        verdict = .error
        entry = SuiteEntry(report)
        json = try files.verdict(pretty: false)
        for (path, content) in try files.all() {
            try Data(content.utf8).write(
                to: URL(fileURLWithPath: "\(directory)/\(path)"), options: .atomic)
        }
        self.report = report
    }
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

    /// What is kept of it until all are done.
    var lightened: JobResult {
        guard case .ran(var run) = self else { return self }
        run.report = nil
        return .ran(run)
    }

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

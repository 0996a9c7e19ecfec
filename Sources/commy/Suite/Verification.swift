internal import Foundation
internal import SimLab
internal import SimModel

/// Runs a lockstep scenario again and holds its trace against that of the first run.
struct Verification {
    let job: SuiteJob
    let janitor: Janitor
    let observer: ScenarioRun.Observer

    /// Nil when every run was the same as the first one, else what differs.
    func difference(from first: FinishedRun, times: Int) throws -> String? {
        for turn in 1...times {
            var options = job.options
            options.reportSuffix += "-verify-\(turn)"
            options.capture = .off
            options.becomesLatest = false
            let run = try ScenarioRun(
                scenario: job.selected.scenario, file: job.selected.file, options: options,
                janitor: janitor, observer: observer)
            let outcome = try run.run { _ in [] }
            if outcome.wasInterrupted { return "stopped before it was verified" }
            if outcome.traceHash == first.traceHash {
                try FileManager.default.removeItem(atPath: outcome.report)
                continue
            }
            let place = ScenarioFiles.shortened(outcome.report)
            if outcome.verdict == .error {
                return "run \(turn + 1) did not come to its end (\(place)); "
                    + (outcome.reason ?? "it gives no reason")
            }
            let difference = TraceDifference(
                try Self.trace(first.directory), try Self.trace(outcome.report))
            return "run \(turn + 1) was not the same (\(place)); "
                + (difference?.text ?? "the traces were written differently")
        }
        return nil
    }

    private static func trace(_ directory: String) throws -> Data {
        try Data(
            contentsOf: URL(fileURLWithPath: directory).appendingPathComponent("lockstep.jsonl"))
    }
}

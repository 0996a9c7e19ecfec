internal import CommyBase
internal import Foundation
internal import SimLab
internal import SimModel
internal import SimReport
internal import SimScenario

/// A lockstep run that has left a report: what is needed to run it once more and to compare.
struct RecordedRun {
    static let traceFile = "lockstep.jsonl"

    let directory: String
    let started: RunStarted
    let hash: String?
    /// The trace, byte for byte.
    let trace: Data
    /// The zero of the scenario's times on the run's clock; nil when it never came to that.
    let trafficStart: MeshInstant?
    let end: MeshInstant

    init(_ directory: String) throws {
        let folder = URL(fileURLWithPath: directory)
        guard let log = try? Data(contentsOf: folder.appendingPathComponent("trace.jsonl")),
            let events = try? EventLog.read(log), let report = RunReport(events)
        else {
            throw ToolError("'\(directory)' is no report directory: it has no readable trace.jsonl")
        }
        guard let trace = try? Data(contentsOf: folder.appendingPathComponent(Self.traceFile))
        else {
            throw ToolError(
                "'\(directory)' is the report of a \(report.started.world) run, which cannot be "
                    + "repeated exactly; only lockstep runs can")
        }
        self.directory = directory
        self.trace = trace
        started = report.started
        hash = report.traceHash
        trafficStart =
            events.first { event in
                if case .trafficStarted = event.fact { true } else { false }
            }?.at
        end = events.last?.at ?? .zero
    }

    /// The scenario as it was run: its file as it is now, with the recorded variables.
    func scenario() throws -> Scenario {
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

    /// How it is run again: beside the recorded run, under a name of its own.
    func options(suffix: String) -> ScenarioRun.Options {
        var options = ScenarioRun.Options()
        options.seed = started.seed
        options.capture = .off
        options.becomesLatest = false
        options.reportRoot =
            URL(fileURLWithPath: directory).standardizedFileURL.deletingLastPathComponent().path
        options.reportSuffix = suffix
        return options
    }

    /// Where the trace of another run of it differs; nil when it is the same to the last byte.
    func difference(from report: String) throws -> TraceDifference? {
        let place = URL(fileURLWithPath: report).appendingPathComponent(Self.traceFile)
        return TraceDifference(trace, try Data(contentsOf: place))
    }

    /// Why a run that was the same before is not any more.
    var likelyReason: String {
        "If '\(started.file)' or a program has changed since, that is why."
    }
}

internal import CommyBase
internal import CommyLinux
internal import Foundation
internal import SimModel

/// Writes the event log, feeds the judge and remembers the events for the report.
final class Recorder {
    let directory: ReportDirectory
    /// Room for one read of a pipe; shared, because one thread reads them all.
    var scratch = [UInt8](repeating: 0, count: 65_536)
    private(set) var events: [RunEvent] = []
    private let clock: RunClock
    private let log: FileDescriptor
    private var judge: Judge
    private var pending: [UInt8] = []
    /// The event that is being recorded.
    private var line: [UInt8] = []
    private let encoder = Recorder.makeEncoder()
    private let observer: ScenarioRun.Observer
    private let scenario: Scenario
    /// The first error of writing the log; reported when the run ends.
    private var writeError: SystemError?

    /// Takes what of each event is the same in every lockstep run, with the event's line.
    var repeats: ((RunEvent, [UInt8]) -> Void)?

    /// Bytes that wait before they are written: large enough to make writes rare.
    private static let flushThreshold = 65_536

    init(
        scenario: Scenario, directory: ReportDirectory, clock: RunClock,
        observer: @escaping ScenarioRun.Observer
    ) throws {
        self.scenario = scenario
        self.directory = directory
        self.clock = clock
        self.observer = observer
        judge = Judge(scenario: scenario)
        log = try directory.createFile("trace.jsonl")
    }

    /// Records what has just happened, or what happened at a stated instant.
    func record(_ fact: RunEvent.Fact, at instant: MeshInstant? = nil) {
        let event = RunEvent(at: instant ?? clock.now, fact: fact)
        events.append(event)
        judge.observe(event)
        line.removeAll(keepingCapacity: true)
        encode(event)
        pending += line
        repeats?(event, line)
        if pending.count >= Self.flushThreshold { flush() }
        observer(event)
    }

    private func encode(_ event: RunEvent) {
        if RequestLine.append(event, to: &line) { return }
        do {
            line += try encoder.encode(event)
            line.append(UInt8(ascii: "\n"))
        } catch {
            preconditionFailure("every event can be written as JSON: \(error)")
        }
    }

    /// Sorted keys, so that the same event is the same bytes.
    static func makeEncoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom(EventKeys.logKey)
        return encoder
    }

    func flush() {
        guard !pending.isEmpty else { return }
        do throws(SystemError) {
            try log.writeAll(pending)
        } catch {
            writeError = writeError ?? error
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// The last lines that a process has written.
    func lastOutput(host: String, process: String, count: Int) -> [String] {
        var lines: [String] = []
        for event in events.reversed() {
            guard case .processOutput(let output) = event.fact, output.host == host,
                output.process == process
            else { continue }
            lines.append(output.line)
            if lines.count == count { break }
        }
        return lines.reversed()
    }

    /// Judges what was seen and records the verdicts. `abortReason` says why the run could not be
    /// carried out; `doubts` what made it worse than the programs are: with one, nothing fails for
    /// sure. `traceHash` and `real` are those of a lockstep run.
    func judge(
        abortReason: String?, doubts: [String], traceHash: String?, real: Duration?
    ) -> Judgement {
        var judgement = judge.verdict()
        if let abortReason {
            judgement.verdict = .error
            judgement.reason = abortReason
            judgement.judged = []
        }
        if judgement.verdict == .fail, !doubts.isEmpty {
            judgement.verdict = .inconclusive
            judgement.reason = "the machine was too slow: " + doubts.joined(separator: "; ")
        }
        for judged in judgement.judged { record(.judged(judged)) }
        record(
            .runEnded(
                RunEnded(
                    verdict: judgement.verdict, reason: judgement.reason, traceHash: traceHash,
                    realNanoseconds: real?.nanoseconds)))
        flush()
        return judgement
    }

    /// Closes the log and publishes the directory; returns where it is.
    func finish(_ reporter: ScenarioRun.Reporter, asLatest: Bool) throws -> String {
        flush()
        if let writeError {
            throw LabError(
                writeError, doing: "write the event log",
                cure: "free some disk space, or give another directory with --report DIR")
        }
        for (path, content) in try reporter("\(directory.path)/trace.jsonl") {
            try directory.write(path, content)
        }
        return try directory.publish(asLatest: asLatest)
    }
}

internal import CommyBase

/// Decides from the events of a run whether what the scenario expects has held.
///
/// Feed it every event in the order of the log, then ask for the verdict; it may be asked before
/// the run is over, and again. Requests count by the instant at which they were due; windows begin
/// and end where the faults did in fact. It needs about 40 bytes a request.
///
/// Beside the expectations it holds every run to three things, because a run without them proves
/// nothing: each fault took hold, each traffic source sent something, and no process ended by
/// itself unless its restart policy allows it. A failure that the machine may have caused is
/// inconclusive: see `Disturbance` and `JudgeLimits`.
public struct Judge: Sendable {
    let scenario: Scenario
    private(set) var start: MeshInstant?
    private(set) var logs: [RequestLog]
    private(set) var faults: [FaultRecord]
    private(set) var exits: [UnexpectedExit] = []
    private(set) var disturbance = Disturbance()
    private let logNumbers: [String: Int]
    private let faultNumbers: [String: Int]
    /// The latest output of each process, by `process@host`.
    private var lastLines: [String: [String]] = [:]

    public init(scenario: Scenario) {
        self.scenario = scenario
        logs = scenario.traffic.map { RequestLog(name: $0.name) }
        faults = scenario.faults.map { FaultRecord(spec: $0) }
        logNumbers = Dictionary(
            scenario.traffic.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
        faultNumbers = Dictionary(
            scenario.faults.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    }

    /// Takes note of the next event. What names no traffic or fault of the scenario is passed over.
    public mutating func observe(_ event: RunEvent) {
        let at = event.at.nanoseconds
        switch event.fact {
        case .trafficStarted: start = event.at
        case .request(let outcome):
            if let number = logNumbers[outcome.traffic] { logs[number].add(outcome) }
        case .trafficEnded(let ended):
            if let number = logNumbers[ended.traffic] { logs[number].ended = ended }
        case .faultStarted(let transition):
            if let number = faultNumbers[transition.fault] {
                faults[number].began = faults[number].began ?? at
            }
        case .faultHealed(let transition):
            if let number = faultNumbers[transition.fault] {
                faults[number].closed = at
                faults[number].touched = transition.touched
            }
        case .machineStalled(let stall):
            disturbance.stalled(end: at, length: stall.lengthNanoseconds)
        case .linkTotals(let totals): disturbance.linkEnded(totals)
        case .processOutput(let output): remember(output)
        case .processExited(let exit): note(exit, at: at)
        case .runStarted, .hostUp, .linkUp, .processStarted, .processReady, .processSampled,
            .requestRepeated, .faultMissed, .linkChanged, .judged, .runEnded:
            break
        }
    }

    /// What the run has come to.
    public func verdict() -> Judgement {
        guard let start else {
            return Judgement(
                verdict: .error, reason: "the traffic never began: there is nothing to judge",
                judged: [])
        }
        var sorted = logs
        for index in sorted.indices { sorted[index].sortBySchedule() }
        let story = RunStory(start: start.nanoseconds, faults: faults)
        let judged = scenario.expectations.map { judge($0, sorted, story) }
        return Judgement(of: judged + unmetConditions(story))
    }

    private mutating func remember(_ output: ProcessOutput) {
        let label = "\(output.process)@\(output.host)"
        var lines = lastLines[label] ?? []
        if lines.count == JudgeLimits.lastLines { lines.removeFirst() }
        lines.append(output.line)
        lastLines[label] = lines
    }

    private mutating func note(_ exit: ProcessExited, at instant: Int64) {
        guard !exit.expected, !isCovered(exit) else { return }
        let lines = lastLines["\(exit.process)@\(exit.host)"] ?? []
        exits.append(UnexpectedExit(at: instant, exit: exit, lastLines: lines))
    }

    /// True when the scenario says that the process is started again after such an end.
    private func isCovered(_ exit: ProcessExited) -> Bool {
        guard let spec = scenario.processes.first(where: { $0.name == exit.process }) else {
            return false
        }
        switch spec.restart {
        case .never: return false
        case .onFailure: return exit.exitCode != 0
        case .always: return true
        }
    }
}

/// A process that ended although nobody had asked for it.
struct UnexpectedExit: Sendable, Equatable {
    var at: Int64
    var exit: ProcessExited
    var lastLines: [String]
}

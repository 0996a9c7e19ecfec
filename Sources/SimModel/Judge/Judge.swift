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
    /// Every process on each of its hosts, in file order.
    private(set) var processes: [ProcessRecord]
    /// For each expectation on events, by its place; nil for the others.
    private(set) var watches: [EventWatch?]
    private(set) var mesh: MeshRecord
    /// The instant of the latest event.
    private(set) var runEnd: Int64?
    private(set) var disturbance = Disturbance()
    private let processNumbers: [String: Int]
    private let logNumbers: [String: Int]
    private let faultNumbers: [String: Int]
    /// The latest output of each process, by `process@host`.
    private var lastLines: [String: [String]] = [:]

    public init(scenario: Scenario) {
        self.scenario = scenario
        logs = scenario.traffic.map { RequestLog(name: $0.name) }
        faults = scenario.faults.map { FaultRecord(spec: $0) }
        processes = scenario.processes.flatMap { spec in
            spec.hosts.map { ProcessRecord(process: spec.name, host: $0) }
        }
        watches = scenario.expectations.map { spec in
            guard let pattern = spec.claim.pattern else { return nil }
            if case .request = pattern { return nil }
            return EventWatch(pattern)
        }
        mesh = MeshRecord(
            keepsRoutings: scenario.expectations.contains {
                if case .transport = $0.claim { true } else { false }
            })
        processNumbers = Dictionary(
            processes.enumerated().map { ($1.label, $0) }, uniquingKeysWith: { $1 })
        logNumbers = Dictionary(
            scenario.traffic.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
        faultNumbers = Dictionary(
            scenario.faults.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    }

    /// Takes note of the next event. What names no traffic or fault of the scenario is passed over.
    public mutating func observe(_ event: RunEvent) {
        let at = event.at.nanoseconds
        runEnd = max(runEnd ?? at, at)
        if event.fact.isPatternable, !isTakenDown(event) {
            for index in watches.indices { watches[index]?.observe(event) }
        }
        switch event.fact {
        case .trafficStarted: start = event.at
        case .request(let outcome):
            if let number = logNumbers[outcome.traffic] { logs[number].add(outcome) }
        case .trafficEnded(let ended):
            if let number = logNumbers[ended.traffic] { logs[number].ended = ended }
        case .faultStarted(let transition):
            if let number = faultNumbers[transition.fault] {
                faults[number].began = faults[number].began ?? at
                faults[number].targets = transition.targets
            }
        case .faultHealed(let transition):
            if let number = faultNumbers[transition.fault] {
                faults[number].closed = at
                faults[number].touched = transition.touched
                faults[number].mended = transition.mended
                faults[number].detail = transition.detail
            }
        case .machineStalled(let stall):
            disturbance.stalled(end: at, length: stall.lengthNanoseconds)
        case .linkTotals(let totals): disturbance.linkEnded(totals)
        case .requestRepeated(let again):
            if let number = logNumbers[again.traffic] { logs[number].repeated(again.ordinal) }
            if isOfMesh(again.traffic) { mesh.answeredAgain(again, at: at) }
        case .faultMissed(let missed):
            if let number = faultNumbers[missed.fault] { faults[number].missed = missed.progress }
        case .processStarted(let start):
            change(start.process, start.host) { $0.started(at: at) }
            mesh.started(start, at: at)
        case .processSampled(let sample):
            change(sample.process, sample.host) { $0.sampled(sample, at: at) }
        case .processOutput(let output): remember(output)
        case .processExited(let exit):
            change(exit.process, exit.host) { $0.exited(exit, at: at) }
            note(exit, at: at)
            mesh.exited(exit, at: at)
        case .processReported(let report): mesh.told(report, at: at)
        case .processMisreported(let report): mesh.misreported(report)
        case .processReady(let ready):
            change(ready.process, ready.host) { $0.becameReady(at: at) }
        case .runStarted, .hostUp, .linkUp, .linkChanged, .judged, .runEnded:
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
        let hearing = Hearing(
            logs: sorted, story: story,
            calendar: Window.Calendar(
                start: start.nanoseconds, faults: faults, phases: scenario.phases),
            trafficEnd: (start + scenario.duration).nanoseconds)
        let judged = scenario.expectations.enumerated().map { number, spec in
            judge(spec, number: number, hearing)
        }
        return Judgement(
            of: doubted(judged + unmetFaults(hearing) + meshBreaches(hearing), hearing)
                + unmetConditions(story))
    }

    private func isOfMesh(_ name: String) -> Bool {
        guard let spec = scenario.traffic.first(where: { $0.name == name }) else { return false }
        if case .mesh = spec.kind { return true }
        return false
    }

    /// True for the end that the run asks of every process when the traffic is over.
    private func isTakenDown(_ event: RunEvent) -> Bool {
        guard let start, case .processExited(let exit) = event.fact else { return false }
        return exit.expected && event.at > start + scenario.duration
    }

    private mutating func change(
        _ process: String, _ host: String, _ change: (inout ProcessRecord) -> Void
    ) {
        guard let number = processNumbers["\(process)@\(host)"] else { return }
        change(&processes[number])
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
        if scenario.expectsEnd(of: exit.process, on: exit.host) { return true }
        switch spec.restart {
        case .never: return false
        case .onFailure: return exit.exitCode != 0
        case .always: return true
        }
    }
}

extension Scenario {
    /// True when an expectation says how this process ends: then its end is no failure by itself.
    public func expectsEnd(of process: String, on host: String) -> Bool {
        expectations.contains { spec in
            guard case .process(process, let named) = spec.subject, (named ?? host) == host else {
                return false
            }
            switch spec.claim {
            case .exit(.code), .exit(.signal): return true
            case .exit(.running), .success, .latency, .throughput, .goodput, .recovers, .share,
                .transport, .converges, .members, .datagrams, .resource, .restarts, .eventually,
                .always, .never, .sometimes:
                return false
            }
        }
    }
}

extension RunEvent.Fact {
    /// True for the kinds of events that an `EventWatch` looks at.
    fileprivate var isPatternable: Bool {
        switch self {
        case .processStarted, .processReady, .processExited, .processOutput, .processReported,
            .faultStarted, .faultHealed:
            true
        case .runStarted, .hostUp, .linkUp, .processSampled, .trafficStarted, .request,
            .requestRepeated, .trafficEnded, .faultMissed, .linkChanged, .linkTotals,
            .machineStalled, .processMisreported, .judged, .runEnded:
            false
        }
    }
}

/// A process that ended although nobody had asked for it.
struct UnexpectedExit: Sendable, Equatable {
    var at: Int64
    var exit: ProcessExited
    var lastLines: [String]

    var label: String { "\(exit.process)@\(exit.host)" }
}

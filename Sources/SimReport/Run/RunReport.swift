internal import CommyBase
public import SimModel

/// Everything that a report shows of one run, gathered from its event log and nothing else.
///
/// Times are nanoseconds since the traffic's start; in a run without traffic, since its begin.
public struct RunReport: Sendable {
    /// A line that a process has written.
    struct Line: Sendable {
        var at: Int64
        var output: ProcessOutput
    }

    /// A line that began as a report and was none.
    struct Misreport: Sendable {
        var at: Int64
        var report: ProcessMisreported
    }

    /// One direction of a link has got other conditions.
    struct Change: Sendable {
        var at: Int64
        var link: String
        var conditions: String
    }

    /// The harness did not get a processor.
    struct Stall: Sendable {
        var end: Int64
        var length: Int64
    }

    public private(set) var started: RunStarted
    public private(set) var verdict = Verdict.error
    public private(set) var reason: String?
    public private(set) var judged: [Judged] = []
    public private(set) var hosts: [HostUp] = []
    public private(set) var processes: [ProcessStory] = []
    public private(set) var traffic: [TrafficFigures] = []
    public private(set) var faults: [FaultStory] = []
    public private(set) var missedFaults: [MissedFault] = []
    public private(set) var paths: [LinkUp] = []
    public private(set) var links: [LinkTotals] = []
    /// When the traffic began, on the run's clock.
    public private(set) var origin: Int64
    /// The run's last entry, on the run's clock.
    public private(set) var wall: Int64 = 0
    /// SHA-256 of a lockstep run's trace, and the real time that the run took.
    public private(set) var traceHash: String?
    public private(set) var real: Int64?
    private(set) var eventCount = 0
    private(set) var lines: [Line] = []
    private(set) var mesh = MeshStory()
    private(set) var misreports: [Misreport] = []
    private(set) var changes: [Change] = []
    /// Only those of the traffic's time.
    private(set) var stalls: [Stall] = []
    private var placeOfTraffic: [String: Int] = [:]
    private var placeOfProcess: [String: Int] = [:]

    /// nil for a log that does not begin with the start of a run.
    public init?(_ events: [RunEvent]) {
        guard case .runStarted(let started)? = events.first?.fact else { return nil }
        self.started = started
        let begin = events.first { $0.fact.kind == .trafficStarted }
        origin = begin?.at.nanoseconds ?? 0
        // Requests may stand before the entry that names their traffic: threads write the log.
        if case .trafficStarted(let start)? = begin?.fact {
            for name in start.traffic { addTraffic(name) }
        }
        eventCount = events.count
        for event in events { observe(event) }
        for index in traffic.indices { traffic[index].finish() }
        mesh.finish(at: min(wall - origin, span))
        addPauses()
    }

    /// The command that runs it again.
    public var replayCommand: String {
        let settings = started.settings.map { " --set \(Self.shellWord($0))" }.joined()
        let world = started.isWorldChosen ? " --world \(started.world)" : ""
        return "commy sim run \(Self.shellWord(started.file)) --seed \(started.seed)\(world)"
            + settings
    }

    /// The scenario's name, and what its variables were set to.
    public var title: String { Scenario.title(started.scenario, started.settings) }

    /// What decides comes first: failed, error, inconclusive, passed.
    public var judgedByWeight: [Judged] { Self.byWeight(judged) }

    static func byWeight(_ judged: [Judged]) -> [Judged] {
        let order: [Verdict] = [.fail, .error, .inconclusive, .pass]
        return order.flatMap { verdict in judged.filter { $0.verdict == verdict } }
    }

    /// The end of what is drawn over time: the last request, fault or phase.
    var span: Int64 {
        let last = traffic.compactMap { $0.samples.last?.at }.max() ?? 0
        let ends = faults.compactMap(\.end) + started.phases.map(\.endNanoseconds)
        return max(last, ends.max() ?? 0) + 1
    }

    /// `t+4.213s` for nanoseconds since the traffic's start.
    static func instant(_ nanoseconds: Int64) -> String {
        FigureText.time(MeshInstant(nanoseconds: nanoseconds), since: .zero)
    }

    /// Seconds with one decimal.
    static func seconds(_ nanoseconds: Int64) -> String {
        let tenths = (nanoseconds + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// As a shell takes it: in quotes when it holds more than letters, digits and a few signs.
    static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./=+:,@%".utf8.contains(byte)
            }
        }
        if isPlain && !text.isEmpty { return text }
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }

    private mutating func observe(_ event: RunEvent) {
        wall = max(wall, event.at.nanoseconds)
        let at = event.at.nanoseconds - origin
        switch event.fact {
        case .hostUp(let host): hosts.append(host)
        case .linkUp(let link): paths.append(link)
        case .processStarted(let start):
            withProcess(start.host, start.process) { $0.started(start, at: at) }
            if start.process == MeshSpec.processName { mesh.forget(start.host, at: at) }
        case .processReady(let ready):
            withProcess(ready.host, ready.process) { $0.ready(at: at) }
        case .processExited(let exit):
            withProcess(exit.host, exit.process) { $0.exited(exit, at: at) }
        case .processSampled(let sample):
            withProcess(sample.host, sample.process) { $0.sampled(sample, at: at) }
        case .processOutput(let output): lines.append(Line(at: at, output: output))
        case .processReported(let report):
            mesh.told(report, at: at)
            addLine(report.line, report.process, report.host, at: at)
        case .processMisreported(let report):
            misreports.append(Misreport(at: at, report: report))
            addLine(report.line, report.process, report.host, at: at)
        case .runStarted, .trafficStarted: break
        case .request(let request):
            let origin = origin
            withTraffic(request.traffic) { $0.add(request, origin: origin) }
        case .requestRepeated(let repeated):
            withTraffic(repeated.traffic) { $0.duplicated += 1 }
        case .trafficEnded(let end):
            withTraffic(end.traffic) { $0.worstSendDelay = end.worstSendDelayNanoseconds }
        case .faultStarted(let fault): faults.append(FaultStory(fault, at: at))
        case .faultHealed(let fault):
            guard let index = faults.lastIndex(where: { $0.name == fault.fault }) else { return }
            faults[index].healed(fault, at: at)
        case .faultMissed(let fault):
            missedFaults.append(
                MissedFault(name: fault.fault, verb: fault.verb, progress: fault.progress))
        case .linkChanged(let change):
            changes.append(Change(at: at, link: change.link, conditions: change.conditions))
        case .linkTotals(let link): links.append(link)
        case .machineStalled(let stall):
            guard origin > 0, at >= 0 else { return }
            stalls.append(Stall(end: at, length: stall.lengthNanoseconds))
        case .judged(let judged): self.judged.append(judged)
        case .runEnded(let end):
            verdict = end.verdict
            reason = end.reason
            traceHash = end.traceHash
            real = end.realNanoseconds
        }
    }

    /// A report is also a line that its process has written.
    private mutating func addLine(
        _ line: String, _ process: String, _ host: String, at instant: Int64
    ) {
        let output = ProcessOutput(host: host, process: process, stream: .stdout, line: line)
        lines.append(Line(at: instant, output: output))
    }

    /// What was found after the run's end, and makes an error of it whatever the run came to.
    public mutating func becomeError(_ reason: String) {
        verdict = .error
        self.reason = reason
    }

    private mutating func withTraffic(_ name: String, _ change: (inout TrafficFigures) -> Void) {
        if placeOfTraffic[name] == nil { addTraffic(name) }
        guard let place = placeOfTraffic[name] else { return }
        change(&traffic[place])
    }

    private mutating func addTraffic(_ name: String) {
        placeOfTraffic[name] = traffic.count
        traffic.append(TrafficFigures(name: name))
    }

    private mutating func withProcess(
        _ host: String, _ process: String, _ change: (inout ProcessStory) -> Void
    ) {
        let label = "\(process)@\(host)"
        let place = placeOfProcess[label] ?? processes.count
        if place == processes.count {
            placeOfProcess[label] = place
            processes.append(ProcessStory(host: host, process: process))
        }
        change(&processes[place])
    }

    /// Pauses are faults, not entries of the processes that they stop.
    private mutating func addPauses() {
        for fault in faults where fault.verb == "pause" {
            let end = max(fault.begin, fault.end ?? wall - origin)
            for target in fault.targets {
                guard let place = placeOfProcess[target] else { continue }
                processes[place].paused(fault.begin..<end)
            }
        }
    }
}

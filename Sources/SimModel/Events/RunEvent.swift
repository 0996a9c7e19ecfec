public import CommyBase

/// One entry of the event log: what happened, and when.
///
/// The log is the only source of everything that a report shows. `at` counts from the start of the
/// run (before the hosts exist); the traffic phase begins at the `trafficStarted` entry.
public struct RunEvent: Sendable, Equatable {
    public var at: MeshInstant
    public var fact: Fact

    public init(at: MeshInstant, fact: Fact) {
        self.at = at
        self.fact = fact
    }

    public enum Fact: Sendable, Equatable {
        case runStarted(RunStarted)
        case hostUp(HostUp)
        case linkUp(LinkUp)
        case processStarted(ProcessStarted)
        case processReady(ProcessReady)
        case processExited(ProcessExited)
        case processOutput(ProcessOutput)
        case processSampled(ProcessSampled)
        case trafficStarted(TrafficStarted)
        case request(RequestOutcome)
        case requestRepeated(RequestRepeated)
        case trafficEnded(TrafficEnded)
        case faultStarted(FaultTransition)
        case faultHealed(FaultTransition)
        case faultMissed(FaultMissed)
        case linkChanged(LinkChanged)
        case linkTotals(LinkTotals)
        case machineStalled(MachineStalled)
        case judged(Judged)
        case runEnded(RunEnded)
    }
}

/// What a run or one expectation came to.
public enum Verdict: String, Sendable, Equatable, Codable, CaseIterable {
    case pass, fail, inconclusive, error

    /// The exit code of `commy sim run`.
    public var exitCode: Int32 {
        switch self {
        case .pass: 0
        case .fail: 1
        case .inconclusive: 2
        case .error: 3
        }
    }
}

/// What is run, and how: the first entry of every log.
public struct RunStarted: Sendable, Equatable, Codable {
    public var scenario: String
    public var file: String
    public var seed: UInt64
    public var world: String
    /// `user-namespaces` or `root`.
    public var sandbox: String
    public var durationNanoseconds: Int64
    public var version: String
    public var why: String?
    public var tags: [String] = []
    /// Variables of the file and their values in this run: `loss=1%`.
    public var settings: [String] = []
    public var phases: [PhaseSpan] = []

    public init(
        scenario: String, file: String, seed: UInt64, world: String, sandbox: String,
        durationNanoseconds: Int64, version: String
    ) {
        self.scenario = scenario
        self.file = file
        self.seed = seed
        self.world = world
        self.sandbox = sandbox
        self.durationNanoseconds = durationNanoseconds
        self.version = version
    }
}

/// A host is up, with these addresses.
public struct HostUp: Sendable, Equatable, Codable {
    public var host: String
    public var zone: String
    public var addresses: [String]

    public init(host: String, zone: String, addresses: [String]) {
        self.host = host
        self.zone = zone
        self.addresses = addresses
    }
}

/// A named span of the run, counted from the start of traffic.
public struct PhaseSpan: Sendable, Equatable, Codable {
    public var phase: String
    public var beginNanoseconds: Int64
    public var endNanoseconds: Int64

    public init(phase: String, beginNanoseconds: Int64, endNanoseconds: Int64) {
        self.phase = phase
        self.beginNanoseconds = beginNanoseconds
        self.endNanoseconds = endNanoseconds
    }
}

/// One direction of a link is there.
public struct LinkUp: Sendable, Equatable, Codable {
    /// As in `LinkTotals`.
    public var link: String
    /// Hosts or routers.
    public var from: String
    public var to: String
    /// Its own conditions, in the scenario language's words.
    public var conditions: String

    public init(link: String, from: String, to: String, conditions: String) {
        self.link = link
        self.from = from
        self.to = to
        self.conditions = conditions
    }
}

/// A process of the scenario was started.
public struct ProcessStarted: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    /// Process id as the harness's own namespace sees it.
    public var pid: Int32
    public var command: [String]
    /// 1 for the first start, 2 after one restart, and so on.
    public var incarnation: Int

    public init(host: String, process: String, pid: Int32, command: [String], incarnation: Int) {
        self.host = host
        self.process = process
        self.pid = pid
        self.command = command
        self.incarnation = incarnation
    }
}

/// The readiness probe of a process has succeeded.
public struct ProcessReady: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var afterNanoseconds: Int64

    public init(host: String, process: String, afterNanoseconds: Int64) {
        self.host = host
        self.process = process
        self.afterNanoseconds = afterNanoseconds
    }
}

/// A process of the scenario has ended, asked or not.
public struct ProcessExited: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var exitCode: Int32?
    public var signal: Int32?
    /// True when a fault or the end of the run asked for it.
    public var expected: Bool
    public var maximumResidentBytes: Int64
    public var cpuNanoseconds: Int64

    public init(
        host: String, process: String, exitCode: Int32?, signal: Int32?, expected: Bool,
        maximumResidentBytes: Int64, cpuNanoseconds: Int64
    ) {
        self.host = host
        self.process = process
        self.exitCode = exitCode
        self.signal = signal
        self.expected = expected
        self.maximumResidentBytes = maximumResidentBytes
        self.cpuNanoseconds = cpuNanoseconds
    }
}

/// One line that a process has written.
public struct ProcessOutput: Sendable, Equatable, Codable {
    public enum Stream: String, Sendable, Equatable, Codable { case stdout, stderr }
    public var host: String
    public var process: String
    public var stream: Stream
    public var line: String

    public init(host: String, process: String, stream: Stream, line: String) {
        self.host = host
        self.process = process
        self.stream = stream
        self.line = line
    }
}

/// What a process and its children use at one instant.
public struct ProcessSampled: Sendable, Equatable, Codable {
    public var host: String
    public var process: String
    public var residentBytes: Int64
    /// Processor time of this incarnation so far.
    public var cpuNanoseconds: Int64
    public var openFiles: Int
    public var threads: Int

    public init(
        host: String, process: String, residentBytes: Int64, cpuNanoseconds: Int64,
        openFiles: Int, threads: Int
    ) {
        self.host = host
        self.process = process
        self.residentBytes = residentBytes
        self.cpuNanoseconds = cpuNanoseconds
        self.openFiles = openFiles
        self.threads = threads
    }
}

/// The measured part begins: the zero of every time in the scenario file.
public struct TrafficStarted: Sendable, Equatable, Codable {
    public var traffic: [String]

    public init(traffic: [String]) {
        self.traffic = traffic
    }
}

/// One request of one traffic source; the entry's `at` is the instant it was decided.
public struct RequestOutcome: Sendable, Equatable, Codable {
    public enum Result: String, Sendable, Equatable, Codable, CaseIterable {
        /// The answer that was asked for; with http a whole one with an accepted status, which is
        /// one below 500 unless the scenario says otherwise.
        case ok
        /// A whole answer (http) with any other status.
        case serverError = "server-error"
        /// A whole answer that is not the one asked for (tcp, udp), or a command that has failed.
        case wrongAnswer = "wrong-answer"
        case timeout
        case refused
        case reset
        case unreachable
        /// The answer was not HTTP or ended too early.
        case malformed
        /// Not sent: the generator was at its limit of requests under way.
        case overload
    }
    public var traffic: String
    /// Counted from 0 in the order of the schedule.
    public var ordinal: UInt64
    /// When it was due, on the run's clock.
    public var scheduledNanoseconds: Int64
    /// From the scheduled instant to the decision.
    public var latencyNanoseconds: Int64
    public var result: Result
    public var status: Int?
    /// Who answered, as the scenario's attribution says.
    public var backend: String?
    /// Bytes of the answer's body.
    public var bytes: UInt64?
    /// True when the answer to a later request had come before: only with udp.
    public var misordered: Bool?

    public init(
        traffic: String, ordinal: UInt64, scheduledNanoseconds: Int64, latencyNanoseconds: Int64,
        result: Result, status: Int? = nil, backend: String? = nil, bytes: UInt64? = nil,
        misordered: Bool? = nil
    ) {
        self.traffic = traffic
        self.ordinal = ordinal
        self.scheduledNanoseconds = scheduledNanoseconds
        self.latencyNanoseconds = latencyNanoseconds
        self.result = result
        self.status = status
        self.backend = backend
        self.bytes = bytes
        self.misordered = misordered
    }
}

/// An answer has come once more for a request that was already decided: only with udp.
public struct RequestRepeated: Sendable, Equatable, Codable {
    public var traffic: String
    public var ordinal: UInt64

    public init(traffic: String, ordinal: UInt64) {
        self.traffic = traffic
        self.ordinal = ordinal
    }
}

/// A traffic source has sent its last request and got or given up its last answer.
public struct TrafficEnded: Sendable, Equatable, Codable {
    public var traffic: String
    public var sent: UInt64
    /// The generator's own lateness at sending, worst case: how far the open loop was from its
    /// schedule.
    public var worstSendDelayNanoseconds: Int64

    public init(traffic: String, sent: UInt64, worstSendDelayNanoseconds: Int64) {
        self.traffic = traffic
        self.sent = sent
        self.worstSendDelayNanoseconds = worstSendDelayNanoseconds
    }
}

/// A fault took hold or was healed.
public struct FaultTransition: Sendable, Equatable, Codable {
    public var fault: String
    public var verb: String
    /// Hosts, processes (`nginx@web-1`) or links (`web>orders`) that it hit.
    public var targets: [String]
    /// On healing: how many packets it dropped or changed, or how many processes it hit. The proof
    /// that it took hold; zero makes the run fail.
    public var touched: UInt64?
    /// What made it begin, for a fault that waited for events; or how its proof was seen.
    public var detail: String?
    /// On healing: whether its effect was seen to be gone; nil where other events tell.
    public var mended: Bool?

    public init(
        fault: String, verb: String, targets: [String], touched: UInt64? = nil,
        detail: String? = nil, mended: Bool? = nil
    ) {
        self.fault = fault
        self.verb = verb
        self.targets = targets
        self.touched = touched
        self.detail = detail
        self.mended = mended
    }
}

/// A fault was never begun: what it waited for has not happened.
public struct FaultMissed: Sendable, Equatable, Codable {
    public var fault: String
    public var verb: String
    /// How far its condition had come: `step 2 of 3: 1 of 5`.
    public var progress: String

    public init(fault: String, verb: String, progress: String) {
        self.fault = fault
        self.verb = verb
        self.progress = progress
    }
}

/// A fault changed what one direction of a link does.
public struct LinkChanged: Sendable, Equatable, Codable {
    /// `web>orders-1`: name of the link with its direction.
    public var link: String
    /// The new conditions, in the scenario language's words.
    public var conditions: String

    public init(link: String, conditions: String) {
        self.link = link
        self.conditions = conditions
    }
}

/// What one direction of one link did in the whole run.
public struct LinkTotals: Sendable, Equatable, Codable {
    public var link: String
    public var packets: UInt64
    public var bytes: UInt64
    public var delivered: UInt64
    /// By reason, in the order of `DropReason`; only the ones that happened.
    public var dropped: [DropCount]
    public var duplicated: UInt64
    public var corrupted: UInt64
    public var reordered: UInt64
    /// Delivered minus requested delay: how late the fabric was.
    public var latenessP50Nanoseconds: Int64
    public var latenessP99Nanoseconds: Int64
    public var latenessP999Nanoseconds: Int64
    public var latenessMaxNanoseconds: Int64

    public init(
        link: String, packets: UInt64, bytes: UInt64, delivered: UInt64, dropped: [DropCount],
        duplicated: UInt64, corrupted: UInt64, reordered: UInt64, latenessP50Nanoseconds: Int64,
        latenessP99Nanoseconds: Int64, latenessP999Nanoseconds: Int64, latenessMaxNanoseconds: Int64
    ) {
        self.link = link
        self.packets = packets
        self.bytes = bytes
        self.delivered = delivered
        self.dropped = dropped
        self.duplicated = duplicated
        self.corrupted = corrupted
        self.reordered = reordered
        self.latenessP50Nanoseconds = latenessP50Nanoseconds
        self.latenessP99Nanoseconds = latenessP99Nanoseconds
        self.latenessP999Nanoseconds = latenessP999Nanoseconds
        self.latenessMaxNanoseconds = latenessMaxNanoseconds
    }
}

/// How many packets were dropped for one reason.
public struct DropCount: Sendable, Equatable, Codable {
    public var reason: String
    public var count: UInt64

    public init(reason: String, count: UInt64) {
        self.reason = reason
        self.count = count
    }
}

/// The harness itself did not get the processor for this long: measurements around it are doubtful.
public struct MachineStalled: Sendable, Equatable, Codable {
    public var lengthNanoseconds: Int64

    public init(lengthNanoseconds: Int64) {
        self.lengthNanoseconds = lengthNanoseconds
    }
}

/// The verdict on one expectation.
public struct Judged: Sendable, Equatable, Codable {
    /// The expectation as the author wrote it.
    public var expectation: String
    public var line: Int
    public var verdict: Verdict
    /// What was seen, with its unit: `99.2% (248 of 250)`.
    public var observed: String
    /// What was wanted: `>= 99.9%`.
    public var wanted: String
    /// Up to a handful of lines that show why.
    public var evidence: [String]

    public init(
        expectation: String, line: Int, verdict: Verdict, observed: String, wanted: String,
        evidence: [String]
    ) {
        self.expectation = expectation
        self.line = line
        self.verdict = verdict
        self.observed = observed
        self.wanted = wanted
        self.evidence = evidence
    }
}

/// The verdict on the whole run: the last entry of every log.
public struct RunEnded: Sendable, Equatable, Codable {
    public var verdict: Verdict
    /// Why, when it is an error or inconclusive.
    public var reason: String?

    public init(verdict: Verdict, reason: String?) {
        self.verdict = verdict
        self.reason = reason
    }
}

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
        case processReported(ProcessReported)
        case processMisreported(ProcessMisreported)
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
    /// Whoever ran it has chosen the world; it is not the scenario's own.
    public var isWorldChosen = false
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
    /// SHA-256 of the trace that repeats, in hexadecimal: only of a lockstep run.
    public var traceHash: String?
    /// The real time that a lockstep run took; elsewhere the log's own times are real.
    public var realNanoseconds: Int64?

    public init(
        verdict: Verdict, reason: String?, traceHash: String? = nil, realNanoseconds: Int64? = nil
    ) {
        self.verdict = verdict
        self.reason = reason
        self.traceHash = traceHash
        self.realNanoseconds = realNanoseconds
    }
}

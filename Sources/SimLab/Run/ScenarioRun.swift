internal import CommyBase
internal import CommyLinux
internal import Foundation
public import SimModel

/// Carries out one scenario in the world `realtime`: builds the hosts, starts the programs, sends
/// the traffic, breaks what the scenario breaks, and judges.
///
/// One thread does all of this (an epoll loop); the fabric has a thread of its own. Every process
/// of the run dies with this thread. Parts: `+Hosts`, `+Processes`, `+Readiness`, `+Traffic`,
/// `+Faults`, `+Loop`.
public final class ScenarioRun {
    public struct Options: Sendable {
        /// Replaces the scenario's own seed.
        public var seed: UInt64?
        /// Where report directories go.
        public var reportRoot = "reports"
        /// Ends the name of the report's directory; tells runs of one file and seed apart.
        public var reportSuffix = ""
        public var capture = CaptureMode.links
        public var isolation: SandboxEnvironment.Isolation?
        /// Whether `latest` points to the report.
        public var becomesLatest = true
        /// Processors do not sleep while traffic flows: sharper deliveries for more power.
        public var keepsAwake = true
        /// Ends the run from outside; without one, SIGINT, SIGTERM and SIGHUP of this process do.
        public var stopper: RunStopper?

        public init() {}
    }

    /// What a run leaves behind.
    public struct Outcome: Sendable {
        public var verdict: Verdict
        public var reason: String?
        public var judged: [Judged]
        public var events: [RunEvent]
        /// The published report directory.
        public var report: String
        public var wallSeconds: Double
        /// By the run's own clock.
        public var virtualSeconds: Double
        /// Of the trace that repeats; only of a lockstep run.
        public var traceHash: String?
        /// What a lockstep run has done in its traffic phase.
        public var work: LockstepWork?
        /// True when somebody asked the run to end; whoever runs a suite ends too.
        public var wasInterrupted: Bool
    }

    /// Told while the run goes on, on the run's thread.
    public typealias Observer = (RunEvent) -> Void
    /// Makes the report's files from the path of the finished event log: relative paths and
    /// contents.
    public typealias Reporter = (_ log: String) throws -> [(path: String, content: String)]

    let scenario: Scenario
    let file: String
    let options: Options
    let janitor: Janitor
    let clock: RunClock
    let environment: SandboxEnvironment
    let recorder: Recorder
    let hostNames: [String]

    var epoll: Epoll
    var sources: [EventSource?] = []
    var timers = TimerQueue<TimedAction>()
    var hosts: [HostSandbox] = []
    var fabric: (any Fabric)?
    /// Who runs when; nil under the machine's clock.
    var conductor: Conductor?
    var processes: [ProcessInstance] = []
    var traffic: [TrafficInstance] = []
    var faults: [FaultInstance] = []
    /// Who issues the identities of nodes; made when the first one is needed.
    var meshAuthority: MeshAuthority?
    /// Own conditions and active faults of every link that a fault has touched.
    var linkFaults: [LinkIndex: TouchedLink] = [:]
    /// Who a process of a host belongs to, by host index and process id inside.
    var owners: [HostProcess: ProcessOwner] = [:]
    /// The instant that the scenario's times count from.
    var trafficStart: MeshInstant?
    /// Why its figures may be worse than the programs are; they turn a failure into no verdict.
    var doubts: [String] = []
    var trafficIsOver = false
    var trafficGaveUp = false
    /// TUN devices that the fabric has not taken over yet.
    var devices: [Int32] = []
    var signalDescriptor: FileDescriptor?
    var wasInterrupted = false
    /// How many events the faults that wait for events have seen.
    var examinedEvents = 0
    /// Turns of the lockstep loop, and control pages that were laid down.
    var turns: UInt64 = 0
    var lockstepPages = 0
    /// Where the run stands still once; only under a virtual clock.
    public var freeze: Freeze?
    /// What the traffic phase of a lockstep run took.
    var lockstepWork = LockstepWork()
    /// How many links the log knows of.
    var announcedLinks = 0
    var witness = ProcessorWitness()
    /// When resources are looked at next.
    var nextSample = MeshInstant.zero
    /// Keeps processors awake while traffic flows, if the user lets it.
    var awake: WakefulProcessors?
    /// Until when they may sleep all the same, because programs need them.
    var restUntil = MeshInstant.zero
    /// What the run is doing, for the message of a timeout.
    var stage = "its hosts were set up"
    /// Set when the run must end early: why.
    var abortReason: String?

    /// `observer` sees every event as it is recorded.
    public init(
        scenario: Scenario, file: String, options: Options, janitor: Janitor,
        observer: @escaping Observer
    ) throws {
        self.scenario = scenario
        self.file = file
        self.options = options
        self.janitor = janitor
        switch scenario.world {
        case .lockstep: clock = .virtual(VirtualTime())
        case .realtime, .simulated: clock = .machine(MonotonicClock())
        }
        hostNames = scenario.topology.hosts.map(\.name)
        environment = try SandboxEnvironment(
            isolation: options.isolation, visible: try Self.visible(scenario, file))
        let report = try ReportDirectory(
            root: options.reportRoot, name: Self.reportName(scenario, file, options),
            janitor: janitor)
        recorder = try Recorder(
            scenario: scenario, directory: report, clock: clock, observer: observer)
        epoll = try Epoll()
        if case .virtual(let time) = clock {
            let conductor = Conductor(
                time: time, trace: LockstepTrace(try report.createFile(LockstepTrace.fileName)),
                hostCount: hostNames.count)
            self.conductor = conductor
            recorder.repeats = conductor.trace.add
        }
    }

    /// Runs the scenario to its end. A failed expectation is an outcome; only what kept the harness
    /// from carrying the scenario out is thrown, and then nothing of it is left.
    public func run(reporter: Reporter) throws -> Outcome {
        let (started, wall) = (clock.now, MonotonicClock())
        recorder.record(.runStarted(description))
        let seat = conductor == nil ? nil : ProcessorSeat()
        defer { seat?.leave() }
        do {
            try requirePrograms()
            try requireWorld()
            try requireMesh()
            try watchSignals()
            let timeout = scenario.timeout ?? scenario.defaultTimeout
            if let conductor {
                conductor.limit = conductor.machine.now + timeout
            } else {
                timers.add(.timeOut, at: started + timeout)
            }
            try bringHostsUp()
            try startFabric()
            try handOutCertificates()
            stage = "its processes were starting"
            try startAllProcesses()
            stage = "traffic was sent"
            noteWork()
            try runTrafficAndFaults()
            noteWork()
            stage = "its processes were ending"
            try windDown()
        } catch let error as LabError {
            abortReason = abortReason ?? error.description
        } catch let error as SystemError {
            abortReason = abortReason ?? error.description
        }
        takeDown()
        let traceHash = conductor?.trace.finish()
        let judgement = recorder.judge(
            abortReason: abortReason, doubts: doubts, traceHash: traceHash,
            real: conductor == nil ? nil : wall.now - .zero)
        let report = try recorder.finish(reporter, asLatest: options.becomesLatest)
        return Outcome(
            verdict: judgement.verdict, reason: judgement.reason, judged: judgement.judged,
            events: recorder.events, report: report, wallSeconds: (wall.now - .zero).seconds,
            virtualSeconds: (clock.now - started).seconds,
            traceHash: traceHash, work: conductor == nil ? nil : lockstepWork,
            wasInterrupted: wasInterrupted)
    }

    var seed: UInt64 { options.seed ?? scenario.seed }

    private var description: RunStarted {
        var started = RunStarted(
            scenario: scenario.name, file: file, seed: seed, world: scenario.world.rawValue,
            sandbox: environment.isolationName,
            durationNanoseconds: scenario.duration.nanoseconds, version: commyVersion)
        started.isWorldChosen = scenario.isWorldChosen
        started.why = scenario.why
        started.tags = scenario.tags
        started.settings = scenario.settings.map(\.text)
        started.phases = scenario.phases.map {
            PhaseSpan(
                phase: $0.name, beginNanoseconds: $0.begin.nanoseconds,
                endNanoseconds: $0.end.nanoseconds)
        }
        return started
    }

    /// Programs that the scenario says it needs and that are not installed.
    public static func missingPrograms(of scenario: Scenario) -> [Requirement] {
        scenario.requires.filter { !ProgramSearch.finds($0.program) }
    }

    /// Every program that the scenario says it needs must be there before anything is started.
    private func requirePrograms() throws {
        let missing = Self.missingPrograms(of: scenario)
        guard let first = missing.first else { return }
        let packages = missing.map(\.package).joined(separator: " ")
        throw LabError(
            "the scenario needs '\(first.program)', which is not installed",
            cure: "apt-get install \(packages)")
    }

    /// A mesh needs programs of this package that lie beside `commy`.
    private func requireMesh() throws {
        guard let mesh = scenario.mesh else { return }
        if mesh.program == nil { _ = try environment.program(.node) }
        let usesWorkload = scenario.traffic.contains {
            if case .mesh = $0.kind { true } else { false }
        }
        if usesWorkload || !scenario.services.isEmpty { _ = try environment.program(.workload) }
    }

    /// The scenario's directory, unless hosts have one of their own in its place: then theirs is
    /// the one that they see, and nothing of the machine's.
    private static func visible(_ scenario: Scenario, _ file: String) throws -> [String] {
        let directory = directory(of: file)
        guard HostSandbox.ownDirectories.contains(directory) else { return [directory] }
        guard !scenario.processes.contains(where: \.namesScenarioDirectory) else {
            throw LabError(
                "the scenario uses {{scenario}} and lies in \(directory), of which every host has "
                    + "its own", cure: "put it into a directory below \(directory)")
        }
        return []
    }

    static func directory(of file: String) -> String {
        URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent().path
    }

    /// `<file's name>-<seed>-<seven digits of the file's hash>`, then the suffix.
    private static func reportName(_ scenario: Scenario, _ file: String, _ options: Options)
        -> String
    {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? scenario.name
        let hash = String(RandomKey(seed: 0).labelled(text).value, radix: 16)
        let digits = String(("0000000" + hash).suffix(7))
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        return "\(stem)-\(options.seed ?? scenario.seed)-\(digits)\(options.reportSuffix)"
    }
}

/// The version that reports name.
public let commyVersion = "0.1.0"

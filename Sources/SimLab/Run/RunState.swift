internal import CommyBase
internal import CommyLinux
internal import SimModel
internal import SimTraffic

/// What the run's loop watches a descriptor for.
enum EventSource {
    /// Messages of a host's process 1.
    case host(Int)
    case output(ProcessInstance, ProcessOutput.Stream)
    case probeOutput(ProcessInstance)
    case traffic(TrafficInstance)
    case trafficErrors(TrafficInstance)
    case faultOutput(FaultInstance)
    case signals
    case stopper
    case fabric
}

/// What the run does at an instant.
enum TimedAction {
    case beginFault(FaultInstance)
    case healFault(FaultInstance)
    /// The other half of a flap.
    case flap(FaultInstance, down: Bool)
    case becomeReady(ProcessInstance, incarnation: Int)
    case giveUpReadiness(ProcessInstance)
    case startAgain(ProcessInstance)
    case killLeaving(ProcessInstance, incarnation: Int)
    case endTraffic
    case giveUpTraffic
    /// The other half of a `cpu` fault's period.
    case duty(FaultInstance, frozen: Bool)
    case sample
    case timeOut
    /// Only wakes the loop.
    case wakeUp
}

struct HostProcess: Hashable {
    var host: Int
    var pid: Int32
}

enum ProcessOwner {
    case process(ProcessInstance)
    case probe(ProcessInstance, incarnation: Int)
    case traffic(TrafficInstance)
    /// The command of an `exec` fault, or the one that heals it.
    case faultCommand(FaultInstance, heals: Bool)
}

/// One process of the scenario on one host, through all its incarnations.
final class ProcessInstance {
    let spec: ProcessSpec
    /// Index of its host.
    let host: Int
    let hostName: String
    var life: ProcessLife
    /// Its process while one is alive.
    var insidePID: Int32?
    var outsidePID: Int32 = 0
    var startedAt = MeshInstant.zero
    var probePID: Int32?
    var probeWords = ""
    /// Starts in a row that ended by themselves; the wait before the next one doubles with each.
    var failuresInARow = 0
    var isReady = false
    var wasEverReady = false
    /// The leader of the incarnation that has ended last: some of its session may still be there.
    var lastLeader: Int32?
    /// Faults that keep it stopped (SIGSTOP), by their place in the file.
    var freezers: [Int] = []
    /// Its wall clock, when a fault is about that.
    var wallClock: WallClock?
    /// The same under a virtual clock.
    var virtualClock: (change: ClockChange, since: MeshInstant)?
    /// Set when its directory has its files.
    var isPrepared = false
    /// Lines of both streams so far.
    var lineCount = 0
    let reports = ReportCount()
    let output = CapturedOutput()
    let errors = CapturedOutput()
    let probeOutput = CapturedOutput()

    init(spec: ProcessSpec, host: Int, hostName: String) {
        self.spec = spec
        self.host = host
        self.hostName = hostName
        life = ProcessLife(policy: spec.restart)
    }

    var label: String { "\(spec.name)@\(hostName)" }
    /// Its scratch directory on its host.
    var directory: String { "\(HostSandbox.directory)/processes/\(spec.name)" }
}

/// One output stream of a process, while it is open.
final class CapturedOutput {
    /// Lines of one process that are recorded; a program that floods its log fills no disk.
    static let lineLimit = 20_000

    private var descriptor: FileDescriptor?
    private(set) var token = 0
    var splitter = LineSplitter()
    /// Read, and not yet given out: under a virtual clock.
    private var kept: [UInt8] = []
    /// Bytes that one process may leave in one turn.
    static let keptByteLimit = 64 << 20

    var keptByteCount: Int { kept.count }

    /// The open descriptor's number.
    var raw: Int32? { descriptor?.raw }

    /// Takes a descriptor that is watched as `token`.
    func open(_ descriptor: consuming FileDescriptor, token: Int) {
        self.descriptor = consume descriptor
        self.token = token
        splitter = LineSplitter()
    }

    /// Bytes read into `buffer`, 0 at the end, nil when nothing is there.
    func read(into buffer: inout [UInt8]) -> Int? {
        guard descriptor != nil else { return nil }
        // An error of a pipe is its end.
        do throws(SystemError) {
            return try descriptor?.read(into: &buffer)
        } catch {
            return 0
        }
    }

    /// Reads what is there and keeps it.
    func keep(through buffer: inout [UInt8]) {
        while let count = read(into: &buffer), count > 0 {
            kept += buffer[..<count]
            if count < buffer.count { return }
        }
    }

    /// What was kept, once.
    func takeKept() -> [UInt8] {
        defer { kept = [] }
        return kept
    }

    func close() { descriptor = nil }
}

/// One traffic source and its generator process.
final class TrafficInstance {
    let spec: TrafficSpec
    let host: Int
    var insidePID: Int32?
    let records = CapturedOutput()
    let errors = CapturedOutput()
    var decoder = TrafficRecordReader()
    var hasEnded = false
    var words = ""
    let reports = ReportCount()

    init(spec: TrafficSpec, host: Int) {
        self.spec = spec
        self.host = host
    }
}

/// One fault of the schedule.
final class FaultInstance {
    let spec: FaultSpec
    /// Its place in the file; the key of what it does to links.
    let index: Int
    var isActive = false
    /// True once its condition has held; only for one that waits for events.
    var hasBegun = false
    /// True while its links are impaired; a flap's are so half of the time.
    var isImpairing = false
    var links: [FabricSelection.Link] = []
    var pairs: [HostPair] = []
    var processes: [ProcessInstance] = []
    /// What it waits for, until it begins.
    var condition: ConditionWatch?
    /// What made it begin, or how it went.
    var detail: String?
    /// Whether its effect was seen to be gone.
    var mended: Bool?
    let commandOutput = CapturedOutput()
    let commandErrors = CapturedOutput()
    /// The last line that its command has written; what it says on its standard error comes first.
    var commandWords = ""
    /// How its command has failed; nil when it has not.
    var commandFailure: String?
    /// How many packets its links had dropped or carried when it began, and what it has touched so
    /// far.
    var countAtBegin: UInt64 = 0
    /// How many events there were when it began: what nodes report later is its effect.
    var reportsAtBegin = 0
    var touched: UInt64 = 0

    init(spec: FaultSpec, index: Int) {
        self.spec = spec
        self.index = index
        if case .when(let condition) = spec.trigger { self.condition = ConditionWatch(condition) }
    }
}

/// A link with faults on it.
struct TouchedLink {
    var own: LinkConditions
    var faults = LinkFaultSet()
}

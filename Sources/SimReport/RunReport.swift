internal import CommyBase
public import SimModel

/// Everything that a report shows of one run, gathered from its event log and nothing else.
public struct RunReport: Sendable {
    /// A traffic source and its figures; times relative to the traffic's start, in nanoseconds.
    public struct Traffic: Sendable {
        public var name: String
        public var sent = 0
        public var ok = 0
        public var results: [(result: RequestOutcome.Result, count: Int)] = []
        /// Latencies of successful requests, sorted.
        public var latencies: [Int64] = []
        /// By backend, sorted by name.
        public var backends: [(name: String, count: Int)] = []
        public var worstSendDelay: Int64 = 0
        /// Scheduled instants and whether the request succeeded, in the order of the schedule.
        var timeline: [(at: Int64, ok: Bool, latency: Int64)] = []
    }

    /// A fault as it happened.
    public struct Fault: Sendable {
        public var name: String
        public var verb: String
        public var begin: Int64
        public var end: Int64?
        public var targets: [String]
        public var touched: UInt64?
    }

    public private(set) var started: RunStarted
    public private(set) var verdict = Verdict.error
    public private(set) var reason: String?
    public private(set) var judged: [Judged] = []
    public private(set) var traffic: [Traffic] = []
    public private(set) var faults: [Fault] = []
    public private(set) var links: [LinkTotals] = []
    public private(set) var hostCount = 0
    public private(set) var stallCount = 0
    public private(set) var longestStall: Int64 = 0
    /// When the traffic began, on the run's clock.
    public private(set) var origin: Int64 = 0
    /// The run's last entry, on the run's clock.
    public private(set) var wall: Int64 = 0

    /// nil for a log that does not begin with the start of a run.
    public init?(_ events: [RunEvent]) {
        guard case .runStarted(let started)? = events.first?.fact else { return nil }
        self.started = started
        var requests: [String: [RequestOutcome]] = [:]
        for event in events {
            observe(event, &requests)
        }
        for index in traffic.indices {
            traffic[index].fill(from: requests[traffic[index].name] ?? [], origin: origin)
        }
    }

    /// The command that runs it again.
    public var replayCommand: String {
        "commy sim run \(started.file) --seed \(started.seed)"
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

    private mutating func observe(
        _ event: RunEvent, _ requests: inout [String: [RequestOutcome]]
    ) {
        wall = max(wall, event.at.nanoseconds)
        switch event.fact {
        case .hostUp: hostCount += 1
        case .trafficStarted(let start):
            origin = event.at.nanoseconds
            traffic = start.traffic.map { Traffic(name: $0) }
        case .request(let request):
            requests[request.traffic, default: []].append(request)
        case .trafficEnded(let end):
            guard let index = traffic.firstIndex(where: { $0.name == end.traffic }) else { return }
            traffic[index].worstSendDelay = end.worstSendDelayNanoseconds
        case .faultStarted(let fault):
            faults.append(
                Fault(
                    name: fault.fault, verb: fault.verb, begin: event.at.nanoseconds - origin,
                    targets: fault.targets))
        case .faultHealed(let fault):
            guard let index = faults.lastIndex(where: { $0.name == fault.fault }) else { return }
            // A restart is over at once; its closing entry comes when the run ends.
            let isRestart = faults[index].verb == "restart"
            faults[index].end = isRestart ? faults[index].begin : event.at.nanoseconds - origin
            faults[index].touched = fault.touched
        case .linkTotals(let link): links.append(link)
        case .machineStalled(let stall):
            guard origin > 0 else { return }
            stallCount += 1
            longestStall = max(longestStall, stall.lengthNanoseconds)
        case .judged(let judged): self.judged.append(judged)
        case .runEnded(let end):
            verdict = end.verdict
            reason = end.reason
        case .runStarted, .linkUp, .processStarted, .processReady, .processExited, .processOutput,
            .processSampled, .requestRepeated, .faultMissed, .linkChanged:
            break
        }
    }
}

extension RunReport.Traffic {
    fileprivate mutating func fill(from requests: [RequestOutcome], origin: Int64) {
        let ordered = requests.sorted { $0.scheduledNanoseconds < $1.scheduledNanoseconds }
        let good = ordered.filter { $0.result == .ok }
        sent = ordered.count
        ok = good.count
        latencies = good.map(\.latencyNanoseconds).sorted()
        results = RequestOutcome.Result.allCases.compactMap { result in
            let count = ordered.count { $0.result == result }
            return count == 0 ? nil : (result, count)
        }
        var counts: [String: Int] = [:]
        for request in good {
            if let backend = request.backend { counts[backend, default: 0] += 1 }
        }
        backends = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        timeline = ordered.map {
            ($0.scheduledNanoseconds - origin, $0.result == .ok, $0.latencyNanoseconds)
        }
    }
}

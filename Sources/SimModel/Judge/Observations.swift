internal import CommyBase

/// What the judge has seen of a run, with all times relative to the start of the traffic, in nanoseconds.
struct Observations: Sendable {
    struct Request: Sendable {
        var scheduled: Int64
        var latency: Int64
        var result: RequestOutcome.Result
        var backend: String?

        /// When it was decided.
        var decided: Int64 { scheduled + latency }
    }

    struct Fault: Sendable {
        var name: String
        var verb: String
        var begin: Int64
        /// nil while it lasts.
        var end: Int64?
        var touched: UInt64?
    }

    struct Stall: Sendable {
        var begin: Int64
        var end: Int64
    }

    private(set) var origin: Int64?
    private(set) var requests: [String: [Request]] = [:]
    private(set) var faults: [Fault] = []
    private(set) var stalls: [Stall] = []
    private(set) var worstLateness: Int64 = 0
    private(set) var unexpectedExits: [ProcessExited] = []

    mutating func observe(_ event: RunEvent) {
        let now = event.at.nanoseconds - (origin ?? 0)
        switch event.fact {
        case .trafficStarted:
            origin = event.at.nanoseconds
        case .request(let request):
            add(request)
        case .faultStarted(let fault):
            faults.append(Fault(name: fault.fault, verb: fault.verb, begin: now))
        case .faultHealed(let fault):
            guard let index = faults.lastIndex(where: { $0.name == fault.fault }) else { return }
            faults[index].end = now
            faults[index].touched = fault.touched
        case .machineStalled(let stall):
            // One before the traffic disturbed nothing that is judged.
            guard origin != nil else { return }
            stalls.append(Stall(begin: now - stall.lengthNanoseconds, end: now))
        case .linkTotals(let link):
            worstLateness = max(worstLateness, link.latenessP99Nanoseconds)
        case .processExited(let exit):
            if !exit.expected { unexpectedExits.append(exit) }
        case .runStarted, .hostUp, .processStarted, .processReady, .processOutput, .trafficEnded,
            .linkChanged, .judged, .runEnded:
            break
        }
    }

    private mutating func add(_ request: RequestOutcome) {
        requests[request.traffic, default: []].append(
            Request(
                scheduled: request.scheduledNanoseconds - (origin ?? 0),
                latency: request.latencyNanoseconds, result: request.result,
                backend: request.backend))
    }

    /// The stalls that a request met, their aftermath included.
    func stallTime(of request: Request) -> Int64 {
        let aftermath = JudgeLimits.stallAftermath.nanoseconds
        var time: Int64 = 0
        for stall in stalls
        where stall.begin < request.decided && stall.end + aftermath > request.scheduled {
            time += stall.end - stall.begin
        }
        return time
    }

    /// The longest stall; zero when there was none.
    var longestStall: Int64 { stalls.map { $0.end - $0.begin }.max() ?? 0 }
}

internal import CommyBase
internal import SimModel

/// What one running scenario is doing, by its events.
struct RunProgress: Sendable {
    private let title: String
    private let duration: Duration
    private var trafficStart: MeshInstant?
    private var now = MeshInstant.zero
    private var hostCount = 0
    private var waiting: [String] = []
    private var runningTraffic: [String] = []
    private var sent = 0
    private var succeeded = 0
    private var activeFaults: [String] = []

    init(title: String, duration: Duration) {
        self.title = title
        self.duration = duration
    }

    mutating func observe(_ event: RunEvent) {
        now = max(now, event.at)
        switch event.fact {
        case .hostUp: hostCount += 1
        case .processStarted(let process):
            if trafficStart == nil { waiting.append("\(process.process)@\(process.host)") }
        case .processReady(let process):
            waiting.removeAll { $0 == "\(process.process)@\(process.host)" }
        case .trafficStarted(let traffic):
            trafficStart = trafficStart ?? event.at
            runningTraffic += traffic.traffic
        case .request(let request):
            sent += 1
            if request.result == .ok { succeeded += 1 }
        case .trafficEnded(let traffic): runningTraffic.removeAll { $0 == traffic.traffic }
        case .faultStarted(let fault): activeFaults.append(fault.fault)
        case .faultHealed(let fault): activeFaults.removeAll { $0 == fault.fault }
        case .runStarted, .linkUp, .processExited, .processOutput, .processSampled,
            .processReported, .processMisreported, .requestRepeated, .faultMissed, .linkChanged,
            .linkTotals, .machineStalled, .judged,
            .runEnded:
            break
        }
    }

    var line: String { "  \(title): \(phase)" }

    private var phase: String {
        guard let trafficStart else {
            if let first = waiting.first { return "waiting for \(first) to be ready" }
            return hostCount == 0 ? "starting hosts" : "starting processes on \(hostCount) hosts"
        }
        guard !runningTraffic.isEmpty else { return "ending and judging" }
        let tenths = max(0, (now - trafficStart).nanoseconds / 100_000_000)
        let percent = sent == 0 ? 100 : Double(succeeded * 1_000 / sent) / 10
        let faults =
            activeFaults.isEmpty
            ? "" : ", fault \(activeFaults.map { "'\($0)'" }.joined(separator: ", ")) holds"
        return "traffic \(Double(tenths) / 10)/\(duration.shortText), \(sent) requests, "
            + "\(percent)% ok\(faults)"
    }
}

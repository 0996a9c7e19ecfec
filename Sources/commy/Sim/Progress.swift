internal import CommyBase
internal import SimModel

/// The line that shows what a running scenario is doing.
final class Progress {
    private let title: String
    private let duration: Duration
    private let terminal: Terminal
    private let isOn: Bool
    private var trafficStart: MeshInstant?
    private var processCount = 0
    private var readyCount = 0
    private var sent = 0
    private var succeeded = 0
    private var activeFaults: [String] = []
    private var shownAt = MeshInstant(nanoseconds: -1_000_000_000)

    /// Ten updates a second look live and cost nothing.
    private static let interval = Duration.milliseconds(100)

    init(title: String, duration: Duration, terminal: Terminal, isOn: Bool) {
        self.title = title
        self.duration = duration
        self.terminal = terminal
        self.isOn = isOn && terminal.isInteractive
    }

    func observe(_ event: RunEvent) {
        guard isOn else { return }
        count(event)
        guard event.at - shownAt >= Self.interval else { return }
        shownAt = event.at
        terminal.printStatus(line(at: event.at))
    }

    func clear() {
        if isOn { terminal.printStatus("") }
    }

    private func count(_ event: RunEvent) {
        switch event.fact {
        case .processStarted: processCount += 1
        case .processReady: readyCount += 1
        case .trafficStarted: trafficStart = event.at
        case .request(let request):
            sent += 1
            if request.result == .ok { succeeded += 1 }
        case .faultStarted(let fault): activeFaults.append(fault.fault)
        case .faultHealed(let fault): activeFaults.removeAll { $0 == fault.fault }
        case .runStarted, .hostUp, .linkUp, .processExited, .processOutput, .processSampled,
            .requestRepeated, .trafficEnded, .faultMissed, .linkChanged, .linkTotals,
            .machineStalled, .judged, .runEnded:
            break
        }
    }

    private func line(at now: MeshInstant) -> String {
        guard let trafficStart, now >= trafficStart else {
            return "  \(title): \(readyCount) of \(processCount) processes ready"
        }
        let tenths = (now - trafficStart).nanoseconds / 100_000_000
        let percent = sent == 0 ? 100 : Double(succeeded * 1_000 / sent) / 10
        let faults = activeFaults.isEmpty ? "" : "  fault: \(activeFaults.joined(separator: ", "))"
        let time = "\(Double(tenths) / 10)s of \(duration.shortText)"
        return "  \(title): \(time), \(sent) requests, \(percent)% ok\(faults)"
    }
}

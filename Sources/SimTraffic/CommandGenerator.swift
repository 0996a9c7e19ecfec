internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// Commands as requests: each arrival starts a process, which is a success when it returns 0 before
/// the timeout. The epoll loop around `OpenLoop` and `ChildCommand`.
struct CommandGenerator: ~Copyable {
    /// One command under way.
    private final class Running {
        var child: ChildCommand
        let ordinal: UInt64
        let due: MeshInstant
        let sent: MeshInstant
        var output: [UInt8] = []

        init(_ child: consuming ChildCommand, _ arrival: OpenLoop.Arrival) {
            self.child = child
            ordinal = arrival.ordinal
            due = arrival.due
            sent = arrival.sent
        }
    }

    private let configuration: TrafficConfiguration
    private let command: [String]
    private let capture: BackendCapture?
    private var loop: OpenLoop
    /// By token; the end of a process and its output have two tokens in a row.
    private var running: [Running?] = []
    private var freeSlots: [Int] = []
    /// Slots in the order of their due instants.
    private var order: [Int] = []
    private var readBuffer = [UInt8](repeating: 0, count: 4_096)

    init(
        _ configuration: TrafficConfiguration, _ command: [String], _ loop: consuming OpenLoop
    ) {
        self.configuration = configuration
        self.command = command
        capture = BackendCapture(configuration)
        self.loop = loop
    }

    mutating func run() throws(SystemError) -> TrafficGenerator.End {
        // Whatever still runs when the loop ends must not outlive it.
        defer { for slot in order { running[slot]?.child.kill() } }
        while true {
            startDue()
            expireTimeouts()
            let oldest = order.first.flatMap { running[$0]?.due }
            switch try loop.turn(oldest: oldest, underWay: order.count) {
            case .ended(let end): return end
            case .events(let count):
                for index in 0..<count {
                    switch loop.event(at: index) {
                    case .own(let token, _): serve(token)
                    case .served: break
                    case .outputLost: return .outputLost
                    }
                }
            }
        }
    }

    private mutating func startDue() {
        for _ in 0..<Limits.sendsPerTurn {
            guard let arrival = loop.nextArrival() else { return }
            let limit = min(configuration.maximumInFlight, Limits.commandsInFlight)
            guard order.count < limit else {
                loop.refuse(arrival)
                continue
            }
            loop.countSent()
            do throws(SystemError) {
                try start(arrival)
            } catch {
                decide(
                    arrival.ordinal, arrival.due, arrival.sent,
                    error.name == "EAGAIN" || error.name == "EMFILE" || error.name == "ENOMEM"
                        ? .overload : .wrongAnswer, [])
            }
        }
    }

    private mutating func start(_ arrival: OpenLoop.Arrival) throws(SystemError) {
        let child = try ChildCommand(command)
        let slot = freeSlots.popLast() ?? running.count
        if slot == running.count { running.append(nil) }
        try loop.queue.add(child.pidfd.raw, .readable, token: UInt64(slot * 2))
        try loop.queue.add(child.output.raw, .readable, token: UInt64(slot * 2 + 1))
        running[slot] = Running(child, arrival)
        order.append(slot)
    }

    private mutating func serve(_ token: Int) {
        let slot = token / 2
        // Benign race: it ended in an earlier event of this turn.
        guard let entry = running[slot] else { return }
        drain(entry)
        guard token % 2 == 0, let status = entry.child.collect() else { return }
        drain(entry)
        finish(slot, status == 0 ? .ok : .wrongAnswer)
    }

    private mutating func drain(_ entry: Running) {
        while let count = try? entry.child.output.read(into: &readBuffer), count > 0 {
            let room = Limits.bodyBytes - entry.output.count
            entry.output += readBuffer[..<min(count, room)]
        }
    }

    private mutating func expireTimeouts() {
        let now = loop.now
        while let slot = order.first, let entry = running[slot],
            loop.deadline(of: entry.due) <= now
        {
            entry.child.kill()
            finish(slot, .timeout)
        }
    }

    private mutating func finish(_ slot: Int, _ result: TrafficResult) {
        guard let entry = running[slot] else { return }
        decide(entry.ordinal, entry.due, entry.sent, result, entry.output)
        // Closing the descriptors takes them out of the epoll set.
        running[slot] = nil
        order.removeAll { $0 == slot }
        freeSlots.append(slot)
    }

    private mutating func decide(
        _ ordinal: UInt64, _ due: MeshInstant, _ sent: MeshInstant, _ result: TrafficResult,
        _ output: [UInt8]
    ) {
        var record = TrafficRequest(
            ordinal: ordinal, scheduledNanoseconds: due.nanoseconds,
            latencyNanoseconds: (loop.now - due).nanoseconds, result: result)
        record.sendDelayNanoseconds = (sent - due).nanoseconds
        record.bodyByteCount = UInt64(output.count)
        if !output.isEmpty { record.backend = capture?.backend(header: [], body: output) ?? [] }
        loop.decide(record)
    }
}

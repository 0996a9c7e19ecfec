internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommySession
internal import CommyWire
internal import Synchronization

/// A thread that answers requests or counts messages, for NATS and for the mesh.
final class Receiver: Sendable {
    private struct State {
        var isReady = false
        var isOver = false
        var problem: String?
        var count = 0
    }

    private let state = Mutex(State())
    private let thread = Mutex<WorkerThread?>(nil)
    /// How often a thread that waits looks whether it is over.
    private static let look = Duration.milliseconds(50)

    /// Messages so far.
    var count: Int { state.withLock { $0.count } }

    /// Answers on `echo` and counts on `sink`; returns when the server knows of both.
    static func onNATS(port: UInt16) throws -> Receiver {
        try Receiver().started { receiver in
            var connection = try NATSConnection(port: port)
            try connection.open(within: .seconds(10))
            connection.subscribe("echo")
            connection.subscribe("sink")
            try connection.flush(until: connection.now + .seconds(1))
            receiver.state.withLock { $0.isReady = true }
            while !receiver.isOver {
                let message = try connection.next(until: connection.now + look)
                guard let message else { continue }
                guard !message.reply.isEmpty else {
                    receiver.state.withLock { $0.count += 1 }
                    continue
                }
                connection.publish(
                    message.reply, [UInt8](repeating: 7, count: message.byteCount))
                try connection.flush(until: .never)
            }
        }
    }

    /// Serves both as services of a node.
    static func onMesh(path: String, echo: ServiceName, sink: ServiceName) throws -> Receiver {
        try Receiver().started { receiver in
            var session = try MeshSession.attached(to: path, name: "receiver")
            for service in [echo, sink] {
                try session.offer(service)
                try session.expect("the node to take a service") { event in
                    if case .registered = event { true } else { false }
                }
            }
            receiver.state.withLock { $0.isReady = true }
            while !receiver.isOver {
                guard try session.turn(until: session.now + look) else { continue }
                var counted = 0
                for event in session.take() {
                    guard case .request(let request) = event else { continue }
                    if request.open.service == sink { counted += 1 }
                    session.answer(request)
                }
                session.push()
                receiver.state.withLock { $0.count += counted }
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    private func started(
        _ body: @escaping @Sendable (Receiver) throws -> Void
    ) throws -> Receiver {
        let worker = try WorkerThread(name: "bench-receiver") { [self] in
            do { try body(self) } catch {
                state.withLock { $0.problem = "\(error)" }
            }
        }
        thread.withLock { $0 = worker }
        let clock = MonotonicClock()
        while !state.withLock({ $0.isReady }) {
            try check()
            clock.sleep(until: clock.now + .milliseconds(1))
        }
        return self
    }

    /// Throws what went wrong on the thread.
    func check() throws {
        if let problem = state.withLock({ $0.problem }) { throw MeshBenchError(problem) }
    }

    func stop() throws {
        state.withLock { $0.isOver = true }
        thread.withLock { $0.take() }?.join()
        try check()
    }
}

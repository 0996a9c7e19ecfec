internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import CommyWire

/// A program's session with a node, for one thread that waits.
struct MeshSession: ~Copyable {
    var queue: EventQueue
    private var session: SessionConnection
    /// What came while something else was waited for.
    private(set) var events: [SessionEvent] = []

    /// Begins to attach.
    private init(waiting path: String, name: String) throws {
        queue = try EventQueue(clock: .system(MonotonicClock()))
        session = SessionConnection(
            path: path, random: RandomKey(seed: 1).labelled(name), build: "commy bench", token: 0)
    }

    /// Returns when the node has greeted.
    static func attached(to path: String, name: String) throws -> MeshSession {
        var session = try MeshSession(waiting: path, name: name)
        try session.expect("the node to greet") { event in
            if case .attached = event { true } else { false }
        }
        return session
    }

    var now: MeshInstant { queue.now }

    /// Does what there is to do; with nothing, waits for it until the instant. Returns whether
    /// anything has happened; `take` gives it.
    mutating func turn(until instant: MeshInstant) throws -> Bool {
        while let event = session.next(on: queue) { events.append(event) }
        guard events.isEmpty else { return true }
        let count = try queue.wait(until: min(instant, session.deadline))
        for index in 0..<count { session.ready(queue.event(at: index).ready) }
        while let event = session.next(on: queue) { events.append(event) }
        return !events.isEmpty
    }

    /// All that has happened.
    mutating func take() -> [SessionEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Sends what waits, as far as there is room.
    mutating func push() {
        while let event = session.next(on: queue) { events.append(event) }
    }

    /// Waits for an event, and drops those before it.
    mutating func expect(_ what: String, _ isMeant: (SessionEvent) -> Bool) throws {
        let limit = now + .seconds(20)
        while now < limit {
            _ = try turn(until: limit)
            if take().contains(where: isMeant) { return }
        }
        throw MeshBenchError("waited 20 s for \(what)")
    }

    /// Waits until the node has a link with its only peer. A node that tells its events would say
    /// so itself, but it would also tell of each request, and writing that is half of its work.
    mutating func awaitLink() throws {
        let limit = now + .seconds(20)
        while now < limit {
            _ = session.query(.links, at: now)
            var isUp = false
            try expect("the node's links") { event in
                guard case .rows(_, let rows) = event else { return false }
                isUp = rows.contains { $0.contains(#""state":"up""#) }
                return true
            }
            if isUp { return }
            _ = try turn(until: now + .milliseconds(10))
        }
        throw MeshBenchError("the nodes had no link after 20 s")
    }

    mutating func offer(_ service: ServiceName) throws {
        _ = session.offer(try ServiceOffer(service: service), at: now)
    }

    mutating func call(_ service: ServiceName, _ payload: [UInt8]) throws {
        let request = CallRequest(service: service, timeout: .seconds(10))
        let call = unsafe session.call(request, body: payload.span.bytes, at: now)
        guard call != nil else { throw MeshBenchError("the session with the node is over") }
    }

    mutating func send(_ service: ServiceName, _ payload: [UInt8]) throws {
        let call = unsafe session.send(
            CallRequest(service: service), acknowledged: false, body: payload.span.bytes, at: now)
        guard call != nil else { throw MeshBenchError("the session with the node is over") }
    }

    mutating func answer(_ request: IncomingRequest) {
        unsafe session.answer(request.id, body: request.body.span.bytes, at: now)
    }
}

/// Asks a service of the mesh.
struct MeshRequester: RoundTripper, ~Copyable {
    private var session: MeshSession
    private let service: ServiceName
    var now: MeshInstant { session.now }

    init(path: String, service: ServiceName) throws {
        session = try MeshSession.attached(to: path, name: "requester")
        self.service = service
    }

    /// The service is known to this node and answers.
    mutating func awaitService() throws {
        let limit = now + .seconds(20)
        while now < limit {
            try session.call(service, [1])
            while try !session.turn(until: limit) {}
            for event in session.take() {
                if case .answered(_, let answer) = event, answer.failure == nil { return }
            }
            _ = try session.turn(until: now + .milliseconds(50))
        }
        throw MeshBenchError("the service did not come up within 20 s")
    }

    mutating func ask(_ payload: [UInt8]) throws {
        try session.call(service, payload)
        session.push()
    }

    mutating func answers(until instant: MeshInstant) throws -> Int {
        while session.events.isEmpty {
            if try session.turn(until: instant) { break }
            if now >= instant { return 0 }
        }
        var count = 0
        for event in session.take() {
            switch event {
            case .answered(_, let answer) where answer.failure == nil: count += 1
            case .answered(_, let answer): throw MeshBenchError("\(answer.failure as Any)")
            case .callFailed(_, let error, _): throw MeshBenchError("\(error)")
            case .detached(let error): throw MeshBenchError("\(error)")
            default:  // Nothing else concerns a caller.
                continue
            }
        }
        return count
    }
}

/// Sends messages to a service of the mesh.
struct MeshPublisher: MessageSender, ~Copyable {
    private var session: MeshSession
    private let service: ServiceName
    private var unsent = 0
    static var name: String { "the mesh" }
    /// Messages that are handed over before the session sends.
    private static let batch = 64
    var now: MeshInstant { session.now }

    init(path: String, service: ServiceName) throws {
        session = try MeshSession.attached(to: path, name: "publisher")
        self.service = service
    }

    mutating func send(_ payload: [UInt8]) throws {
        try session.send(service, payload)
        unsent += 1
        guard unsent >= Self.batch else { return }
        unsent = 0
        try flush(until: now)
    }

    mutating func flush(until instant: MeshInstant) throws {
        session.push()
        repeat {
            _ = try session.turn(until: instant)
            for event in session.take() {
                if case .callFailed(_, let error, _) = event { throw MeshBenchError("\(error)") }
            }
        } while now < instant
    }
}

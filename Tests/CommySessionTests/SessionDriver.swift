internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import CommyWire
internal import Testing

/// Several connections on one queue, driven until something has happened.
struct SessionDriver: ~Copyable {
    var queue: EventQueue
    private var connections: SlotTable<SessionConnection>
    private var slots: [Slot] = []
    /// What each connection has told so far.
    var told: [[SessionEvent]] = []
    /// What a connection does with a request; nil leaves it open.
    var answers: (IncomingRequest) -> [UInt8]? = { $0.body }

    /// Far above what anything here takes; a test fails then instead of hanging.
    private static let patience = Duration.seconds(60)

    init() throws {
        queue = try EventQueue(clock: .system(MonotonicClock()))
        connections = SlotTable(limit: 16)
    }

    mutating func add(
        _ path: String, limits: SessionLimits = SessionLimits(), reattaches: Bool = true
    ) -> Int {
        let index = slots.count
        slots.append(
            connections.insert(
                SessionConnection(
                    path: path, random: RandomKey(seed: UInt64(index)), limits: limits,
                    build: "test", token: UInt64(index), reattaches: reattaches)))
        told.append([])
        return index
    }

    /// Gives a command to a connection.
    mutating func with<Value>(
        _ index: Int, _ body: (inout SessionConnection, MeshInstant) throws -> Value
    ) throws -> Value {
        let now = queue.now
        return try #require(try connections.with(slots[index]) { try body(&$0, now) })
    }

    /// Drives all until `isDone` holds for what was told.
    mutating func until(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ isDone: ([[SessionEvent]]) -> Bool
    ) throws {
        let limit = queue.now + Self.patience
        while true {
            var wake = limit
            for index in slots.indices { wake = min(wake, take(index)) }
            if isDone(told) { return }
            try #require(
                queue.now < limit, "waiting until \(what); told \(told)",
                sourceLocation: sourceLocation)
            for event in 0..<(try queue.wait(until: wake)) {
                let ready = queue.event(at: event)
                connections.with(slots[Int(ready.token)]) { $0.ready(ready.ready) }
            }
        }
    }

    /// Takes all that a connection has to tell; returns when it wants to be asked again.
    private mutating func take(_ index: Int) -> MeshInstant {
        while let event = connections.with(slots[index], { $0.next(on: queue) }) ?? nil {
            told[index].append(event)
            guard case .request(let request) = event, let body = answers(request) else { continue }
            let now = queue.now
            connections.with(slots[index]) {
                unsafe $0.answer(
                    request.id, format: request.open.format, body: body.span.bytes, at: now)
            }
        }
        return connections.with(slots[index]) { $0.deadline } ?? .never
    }

    /// Calls and waits for the outcome.
    mutating func call(
        _ index: Int, _ service: String, _ body: [UInt8], timeout: Duration? = nil
    ) throws -> Answer {
        let request = CallRequest(service: try #require(ServiceName(service)), timeout: timeout)
        let id = try with(index) { connection, now in
            unsafe connection.call(request, body: body.span.bytes, at: now)
        }
        let call = try #require(id)
        var outcome: Answer?
        try until("the call has an outcome") { told in
            for case .answered(call, let answer) in told[index] { outcome = answer }
            for case .callFailed(call, let error, _) in told[index] {
                outcome = Answer(failure: error)
            }
            return outcome != nil
        }
        return try #require(outcome)
    }

    /// Serves a service and waits until it is registered.
    @discardableResult
    mutating func serve(_ index: Int, _ service: String) throws -> StandingID {
        let offer = try ServiceOffer(service: try #require(ServiceName(service)))
        let id = try with(index) { $0.offer(offer, at: $1) }
        try until("'\(service)' is registered") { told in
            told[index].contains { if case .registered(id, _) = $0 { true } else { false } }
        }
        return id
    }
}

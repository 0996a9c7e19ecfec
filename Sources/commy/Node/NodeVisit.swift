internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import CommyWire

/// One short session with a running node, in which each question waits for its answer.
struct NodeVisit: ~Copyable {
    /// The node that answered, known once it has greeted.
    private(set) var node = ""
    private var queue: EventQueue
    private var session: SessionConnection

    /// How long a node may take to greet, and to answer a question about itself.
    private static let patience = Duration.seconds(5)

    /// Attaches to the node that the options mean.
    static func begin(
        _ options: NodeOptions, role: SessionConfiguration.Role
    ) throws(CommyError) -> NodeVisit {
        let path = try NodeSocket.find(node: options.node, runDirectory: options.runDir)
        let session = SessionConnection(
            path: path, role: role, random: RandomKey(seed: .random(in: 0 ... .max)),
            build: "commy", token: 0, reattaches: false)
        var visit = NodeVisit(queue: try makeQueue(), session: session)
        visit.node = try visit.wait(until: visit.queue.now + patience) {
            if case .attached(let node, _) = $0 { .success(node.text) } else { nil }
        }
        return visit
    }

    private init(queue: consuming EventQueue, session: consuming SessionConnection) {
        self.queue = queue
        self.session = session
    }

    private static func makeQueue() throws(CommyError) -> EventQueue {
        do throws(SystemError) {
            return try EventQueue(clock: .system(MonotonicClock()))
        } catch {
            throw CommyError(.internal, error.description)
        }
    }

    /// A node's rows about itself.
    mutating func rows(_ query: ControlQuery) throws(CommyError) -> [NodeRow] {
        let request = session.query(query, at: queue.now)
        let texts = try wait(until: queue.now + Self.patience) { event in
            switch event {
            case .rows(request, let rows): .success(rows)
            case .failed(request, let error): .failure(error)
            case _: nil
            }
        }
        var rows: [NodeRow] = []
        for text in texts { rows.append(try NodeRow(text)) }
        return rows
    }

    /// Orders the node to do something; it has begun when this returns.
    mutating func order(_ order: ControlOrder) throws(CommyError) {
        let request = session.order(order, at: queue.now)
        try wait(until: queue.now + Self.patience) { event -> Result<Void, CommyError>? in
            switch event {
            case .done(request): .success(())
            case .failed(request, let error): .failure(error)
            case _: nil
            }
        }
    }

    /// Calls a service; the answer may be that it failed.
    mutating func call(
        _ request: CallRequest, _ body: [UInt8]
    ) throws(CommyError) -> (answer: Answer, latency: Duration) {
        let start = queue.now
        let call = unsafe session.call(request, body: body.span.bytes, at: start)
        let answer: Answer = try wait(until: .never) { event in
            switch event {
            case .answered(call, let answer): .success(answer)
            case .callFailed(call, let error, _): .failure(error)
            case _: nil
            }
        }
        return (answer, queue.now - start)
    }

    /// Sends one way; the message has left this process when it returns.
    mutating func send(
        _ request: CallRequest, acknowledged: Bool, _ body: [UInt8]
    ) throws(CommyError) {
        let call = unsafe session.send(
            request, acknowledged: acknowledged, body: body.span.bytes, at: queue.now)
        try wait(until: .never) { event -> Result<Void, CommyError>? in
            switch event {
            case .sent(call): .success(())
            case .callFailed(call, let error, _): .failure(error)
            case _: nil
            }
        }
        session.leave(at: queue.now)
        // The end of a session that was left is its success.
        _ = try? wait(until: queue.now + Self.patience) { _ in nil as Result<Void, CommyError>? }
    }

    /// Takes events until one of them is the answer.
    private mutating func wait<Value>(
        until limit: MeshInstant, _ answer: (SessionEvent) -> Result<Value, CommyError>?
    ) throws(CommyError) -> Value {
        while true {
            while let event = session.next(on: queue) {
                if let result = answer(event) { return try result.get() }
                switch event {
                case .detached(let error), .attachFailed(let error):
                    throw Self.explained(error, session.path)
                case _: continue
                }
            }
            guard queue.now < limit else {
                throw CommyError(.deadlineExceeded, "the node at \(session.path) does not answer")
            }
            do throws(SystemError) {
                for index in 0..<(try queue.wait(until: min(limit, session.deadline))) {
                    session.ready(queue.event(at: index).ready)
                }
            } catch {
                throw CommyError(.internal, error.description)
            }
        }
    }

    private static func explained(_ error: CommyError, _ path: String) -> CommyError {
        guard error.code == .connectionRefused else { return error }
        return CommyError(.notAttached, "no node answers at \(path)", cause: error)
    }
}

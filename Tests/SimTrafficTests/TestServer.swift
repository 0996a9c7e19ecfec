internal import CommyBase
internal import CommyLinux
internal import Synchronization
internal import Testing

/// A small HTTP server on a thread of its own that treats every connection by one rule.
///
/// What it did is counted, so that a test can compare it with what the generator saw. `stop` ends
/// it.
final class TestServer: Sendable {
    enum Rule: Sendable, Equatable {
        /// Answers each request with these bytes; afterwards closes the connection or not.
        case answer(String, closes: Bool)
        /// Answers the first request of a connection, and closes it at the second one.
        case answerOnce(String)
        /// One byte in each turn of the loop.
        case drip(String)
        /// Answers nothing until `release()` is called.
        case hold(String)
        /// Resets the connection at its first request.
        case reset
    }
    struct Counts: Sendable, Equatable {
        var connections = 0
        var requests = 0
        /// Requests that were read and then dropped with their connection.
        var dropped = 0
    }

    let address: SocketAddress
    private let rule: Rule
    private let listener: TCPListener
    private let wakeUp: WakeUp
    private let isStopping = Atomic(false)
    private let isReleasing = Atomic(false)
    private let counted = Mutex(Counts())
    private let thread = Mutex<WorkerThread?>(nil)

    init(_ rule: Rule, on host: SocketAddress = .loopback(port: 0)) throws {
        self.rule = rule
        listener = try TCPListener(on: host)
        address = try listener.localAddress()
        wakeUp = try WakeUp()
        let worker = try WorkerThread(name: "test-server") { [self] in
            do {
                try serve()
            } catch {
                Issue.record("the test server failed: \(error)")
            }
        }
        thread.withLock { $0 = worker }
    }

    var counts: Counts { counted.withLock { $0 } }

    /// Lets the held requests be answered.
    func release() {
        isReleasing.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Ends the thread, closes every connection and waits for both. Call it once.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.signal()
        thread.withLock { $0 }?.join()
    }

    /// A port of 127.0.0.1 that nobody listens on any more.
    static func closedAddress() throws -> SocketAddress {
        try TCPListener(on: .loopback(port: 0)).localAddress()
    }
}

extension TestServer {
    private final class Client {
        let socket: TCPSocket
        var received: [UInt8] = []
        /// Whole requests that were read.
        var requestCount = 0
        var output: [UInt8] = []
        var closesWhenWritten = false
        var isHeld = false

        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    private static let listenerToken = UInt64.max
    private static let wakeUpToken = UInt64.max - 1

    private func serve() throws {
        var epoll = try Epoll()
        try epoll.add(listener.descriptor.raw, .readable, token: Self.listenerToken)
        try epoll.add(wakeUp.descriptor.raw, .readable, token: Self.wakeUpToken)
        var clients: [UInt64: Client] = [:]
        while true {
            // PAIRS WITH: stop and release, which store before they signal.
            if isStopping.load(ordering: .acquiring) { return }
            let isReleased = isReleasing.load(ordering: .acquiring)
            for (token, client) in clients {
                if isReleased, client.isHeld { answer(client) }
                if try !write(client) { clients[token] = nil }
            }
            let hasMore = clients.values.contains { !$0.output.isEmpty }
            for index in 0..<(try epoll.wait(nanoseconds: hasMore ? 0 : -1)) {
                let token = epoll.event(at: index).token
                switch token {
                case Self.wakeUpToken: wakeUp.acknowledge()
                case Self.listenerToken:
                    while let socket = try listener.accept() {
                        let number = UInt64(
                            counted.withLock { counts in
                                counts.connections += 1
                                return counts.connections
                            })
                        try epoll.add(socket.descriptor.raw, .readable, token: number)
                        clients[number] = Client(socket)
                    }
                case _:
                    guard let client = clients[token] else { continue }
                    if try !read(client) { clients[token] = nil }
                }
            }
        }
    }

    /// False when the connection is to be closed.
    private func read(_ client: Client) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        do throws(SystemError) {
            guard let count = try client.socket.read(into: &buffer) else { return true }
            guard count > 0 else { return false }
            client.received += buffer[..<count]
        } catch {
            // Benign race: the generator reset a connection that it had given up.
            return false
        }
        guard client.received.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return true }
        client.received = []
        client.requestCount += 1
        counted.withLock { $0.requests += 1 }
        switch rule {
        case .answer, .drip: answer(client)
        case .hold: client.isHeld = true
        case .answerOnce:
            guard client.requestCount == 1 else { return drop() }
            answer(client)
        case .reset:
            try client.socket.resetOnClose()
            return drop()
        }
        return true
    }

    private func drop() -> Bool {
        counted.withLock { $0.dropped += 1 }
        return false
    }

    private func answer(_ client: Client) {
        client.isHeld = false
        switch rule {
        case .answer(let text, let closes):
            client.output = Array(text.utf8)
            client.closesWhenWritten = closes
        case .answerOnce(let text), .drip(let text), .hold(let text):
            client.output = Array(text.utf8)
        case .reset: break
        }
    }

    /// False when the connection is to be closed.
    private func write(_ client: Client) throws -> Bool {
        guard !client.output.isEmpty else { return true }
        let isDrip = if case .drip = rule { true } else { false }
        let piece = isDrip ? [client.output[0]] : client.output
        do throws(SystemError) {
            guard let count = try client.socket.send(piece) else { return true }
            client.output.removeFirst(count)
        } catch {
            // Benign race: the generator gave the connection up.
            return false
        }
        return !client.output.isEmpty || !client.closesWhenWritten
    }
}

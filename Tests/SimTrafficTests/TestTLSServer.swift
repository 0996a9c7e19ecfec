internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS
internal import Glibc
internal import SimTraffic
internal import Synchronization
internal import Testing

/// A server over TLS on a thread of its own that answers each request (up to an empty line) with
/// the same bytes. `stop` ends it.
final class TestTLSServer: Sendable {
    /// What follows an answer.
    enum Ending: Sendable {
        case none
        /// A close-notify and the end of the stream.
        case politely
        /// The end of the stream alone.
        case abruptly
    }

    let address: SocketAddress
    private let answer: [UInt8]
    private let ending: Ending
    private let context: TLSContext
    private let listener: TCPListener
    private let wakeUp: WakeUp
    private let thread = Mutex<WorkerThread?>(nil)
    private let accepted = Atomic(0)

    init(_ answer: String, _ ending: Ending, _ context: TLSContext) throws {
        self.answer = Array(answer.utf8)
        self.ending = ending
        self.context = context
        listener = try TCPListener(on: .loopback(port: 0))
        address = try listener.localAddress()
        wakeUp = try WakeUp()
        let worker = try WorkerThread(name: "test-tls") { [self] in
            do {
                try serve()
            } catch {
                Issue.record("the TLS test server failed: \(error)")
            }
        }
        thread.withLock { $0 = worker }
    }

    var connectionCount: Int { accepted.load(ordering: .relaxed) }

    func stop() {
        wakeUp.signal()
        thread.withLock { $0 }?.join()
    }

    private final class Client {
        var stream: TLSStream
        var received: [UInt8] = []
        var output: [UInt8] = []
        var isEnding = false

        init(_ stream: consuming TLSStream) { self.stream = stream }
    }

    private func serve() throws {
        var queue = try EventQueue(clock: .system(MonotonicClock()))
        try queue.add(listener.descriptor.raw, .readable, token: 0)
        try queue.add(wakeUp.descriptor.raw, .readable, token: 1)
        var clients: [UInt64: Client] = [:]
        while true {
            for index in 0..<(try queue.wait(until: .never)) {
                let event = queue.event(at: index)
                switch event.token {
                case 0:
                    while let socket = try listener.accept() {
                        let token = UInt64(
                            2 + accepted.wrappingAdd(1, ordering: .relaxed).newValue)
                        let client = Client(
                            try TLSStream(
                                accepted: socket, context, at: queue.clock.wallClock))
                        try client.stream.watch(queue, token: token)
                        clients[token] = client
                    }
                case 1: return
                case let token:
                    guard let client = clients[token] else { continue }
                    let goesOn = (try? turn(client, event.ready)) ?? false
                    if goesOn {
                        try client.stream.watch(queue, token: token)
                    } else {
                        clients[token] = nil
                    }
                }
            }
        }
    }

    /// False when the connection is over.
    private func turn(_ client: Client, _ ready: Epoll.Interest) throws(StreamError) -> Bool {
        try client.stream.ready(ready)
        var buffer = [UInt8](repeating: 0, count: 4096)
        var outcome = TLSStream.Outcome.waiting
        repeat {
            var bytes = buffer.mutableSpan
            outcome = unsafe try bytes.withUnsafeMutableBytes { (bytes) throws(StreamError) in
                unsafe try client.stream.read(into: bytes)
            }
            switch outcome {
            case .bytes(let count): client.received += buffer[..<count]
            case .waiting: break
            case .ended: return false
            }
        } while outcome != .waiting
        if client.received.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            client.received = []
            client.output += answer
            client.isEnding = ending != .none
        }
        if client.output.isEmpty { return !client.stream.isDone }
        let output = client.output
        let sent = try client.stream.send(unsafe output.span.bytes)
        client.output.removeFirst(sent)
        guard client.output.isEmpty, client.isEnding else { return true }
        if ending == .politely {
            client.stream.finish()
            return !client.stream.isDone
        }
        // The socket's end without TLS's: as a proxy that dies.
        shutdown(client.stream.descriptor, Int32(SHUT_WR))
        return true
    }
}

internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS
internal import Synchronization

/// Answers whatever comes over one TLS connection with the same bytes, on a thread of its own.
final class TLSEchoServer {
    private struct State {
        var address: SocketAddress?
        var problem: String?
    }
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let thread: WorkerThread
    let address: SocketAddress

    init(_ context: TLSContext) throws {
        let shared = shared
        thread = try WorkerThread(name: "tls-echo") {
            do {
                let listener = try TCPListener(on: .loopback(port: 0))
                let address = try listener.localAddress()
                shared.state.withLock { $0.address = address }
                try Self.serve(listener, context)
            } catch StreamError.tls(.truncated) {
                // The client is done; it does not say goodbye.
                return
            } catch {
                shared.state.withLock { $0.problem = "\(error)" }
            }
        }
        let clock = MonotonicClock()
        while true {
            let state = shared.state.withLock { $0 }
            if let problem = state.problem { throw MeshBenchError("TLS echo: \(problem)") }
            if let address = state.address {
                self.address = address
                return
            }
            clock.sleep(until: clock.now + .milliseconds(1))
        }
    }

    /// The client has closed its connection.
    func join() throws {
        thread.join()
        if let problem = shared.state.withLock({ $0.problem }) {
            throw MeshBenchError("TLS echo: \(problem)")
        }
    }

    private static func serve(_ listener: borrowing TCPListener, _ context: TLSContext) throws {
        var queue = try EventQueue(clock: .system(MonotonicClock()))
        try queue.add(listener.descriptor.raw, .readable, token: 0)
        var accepted: TCPSocket?
        while accepted == nil {
            _ = try queue.wait(until: .never)
            accepted = try listener.accept()
        }
        guard let socket = accepted.take() else { return }
        try queue.remove(listener.descriptor.raw)
        var stream = try TLSStream(accepted: socket, context, at: queue.clock.wallClock)
        try stream.watch(queue, token: 1)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while try queue.wait(until: .never) >= 0 {
            try stream.ready(queue.event(at: 0).ready)
            while case let outcome = try stream.read(bytes: &buffer), outcome != .waiting {
                guard case .bytes(let count) = outcome else { return }
                // Small messages one at a time: there is always room for the answer.
                _ = unsafe try stream.send(buffer.span.bytes.extracting(0..<count))
            }
            try stream.watch(queue, token: 1)
        }
    }
}

/// Asks over a bare TLS connection.
struct TLSRequester: RoundTripper, ~Copyable {
    private var queue: EventQueue
    private var stream: TLSStream
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private let messageBytes: Int
    private var waiting = 0
    var now: MeshInstant { queue.now }

    /// Returns when the handshake is over. All messages have this size.
    init(to address: SocketAddress, _ context: TLSContext, messageBytes: Int) throws {
        var queue = try EventQueue(clock: .system(MonotonicClock()))
        var stream = try TLSStream(connectingTo: address, context, at: queue.clock.wallClock)
        try stream.watch(queue, token: 0)
        while !stream.isEstablished {
            guard try queue.wait(until: queue.now + .seconds(10)) > 0 else {
                throw MeshBenchError("the TLS handshake does not end")
            }
            try stream.ready(queue.event(at: 0).ready)
            try stream.watch(queue, token: 0)
        }
        self.queue = queue
        self.stream = stream
        self.messageBytes = messageBytes
    }

    mutating func ask(_ payload: [UInt8]) throws {
        precondition(payload.count == messageBytes)
        let sent = unsafe try stream.send(payload.span.bytes)
        precondition(sent == messageBytes, "there is always room for one small message")
        try stream.watch(queue, token: 0)
    }

    mutating func answers(until instant: MeshInstant) throws -> Int {
        while true {
            while case .bytes(let count) = try stream.read(bytes: &buffer) { waiting += count }
            try stream.watch(queue, token: 0)
            if waiting >= messageBytes {
                let count = waiting / messageBytes
                waiting -= count * messageBytes
                return count
            }
            guard try queue.wait(until: instant) > 0 else { return 0 }
            try stream.ready(queue.event(at: 0).ready)
        }
    }
}

extension TLSStream {
    mutating func read(bytes: inout [UInt8]) throws -> Outcome {
        unsafe try bytes.withUnsafeMutableBytes { memory in
            unsafe try read(into: memory)
        }
    }
}

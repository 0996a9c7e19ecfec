internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// The client side of NATS's protocol, as far as a comparison needs it: one connection, publish,
/// subscribe, request by an inbox. Text lines; see "Client Protocol" of the NATS documentation.
struct NATSConnection: ~Copyable {
    /// A message that came.
    struct Message {
        var reply: String
        var byteCount: Int
    }

    private var queue: EventQueue
    private let socket: TCPSocket
    private var output: [UInt8] = []
    private var input: [UInt8] = []
    /// How much of `input` was taken.
    private var taken = 0
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    private var subscriptions = 0

    var now: MeshInstant { queue.now }

    /// Begins to connect; then `open`.
    init(port: UInt16) throws {
        let queue = try EventQueue(clock: .system(MonotonicClock()))
        let address = SocketAddress.loopback(port: port)
        let socket = try TCPSocket(for: address)
        _ = try socket.connect(to: address)
        try queue.add(socket.descriptor.raw, .writable, token: 0)
        self.queue = queue
        self.socket = socket
    }

    /// Returns when the server has greeted.
    mutating func open(within span: Duration) throws {
        let limit = now + span
        guard try queue.wait(until: limit) > 0 else {
            throw MeshBenchError("nats-server does not answer")
        }
        try socket.finishConnect()
        try queue.change(socket.descriptor.raw, .readable, token: 0)
        write("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"commy\",\"version\":\"1\"}")
        write("PING")
        while true {
            try flush(until: now)
            guard let line = line() else {
                guard now < limit else { throw MeshBenchError("no PONG of nats-server") }
                try fill(until: limit)
                continue
            }
            if line == "PONG" { return }
            guard line.hasPrefix("INFO") || line == "+OK" else { throw MeshBenchError(line) }
        }
    }

    mutating func subscribe(_ subject: String) {
        subscriptions += 1
        write("SUB \(subject) \(subscriptions)")
    }

    mutating func publish(_ subject: String, reply: String = "", _ payload: [UInt8]) {
        let to = reply.isEmpty ? subject : subject + " " + reply
        write("PUB \(to) \(payload.count)")
        output += payload
        output += [13, 10]
    }

    /// Bytes that wait to leave.
    var backlog: Int { output.count }

    /// Sends what waits. With a later instant it waits until all is gone or the instant has come.
    mutating func flush(until instant: MeshInstant) throws {
        var sent = 0
        defer { output.removeFirst(sent) }
        while sent < output.count {
            if let count = try socket.send(output, from: sent) {
                sent += count
                continue
            }
            guard queue.now < instant else { return }
            try queue.change(socket.descriptor.raw, [.readable, .writable], token: 0)
            _ = try queue.wait(until: instant)
            try queue.change(socket.descriptor.raw, .readable, token: 0)
            // What came meanwhile must not fill the other direction.
            _ = try read()
        }
    }

    /// The next message; waits for it until the instant.
    mutating func next(until instant: MeshInstant) throws -> Message? {
        while true {
            while let line = line() {
                if line == "PING" {
                    write("PONG")
                    try flush(until: queue.now)
                } else if line.hasPrefix("MSG ") {
                    return try message(line)
                } else if line.hasPrefix("-ERR") {
                    throw MeshBenchError("nats-server: \(line)")
                }
            }
            guard try fill(until: instant) else { return nil }
        }
    }

    private mutating func write(_ line: String) {
        output += line.utf8
        output += [13, 10]
    }

    /// `MSG subject sid [reply] bytes`, then the payload, which may still be under way.
    private mutating func message(_ line: String) throws -> Message {
        let words = line.split(separator: " ")
        guard let last = words.last, let count = Int(last) else { throw MeshBenchError(line) }
        while input.count - taken < count + 2 { try fill(until: .never) }
        taken += count + 2
        return Message(reply: words.count == 5 ? String(words[3]) : "", byteCount: count)
    }

    private mutating func line() -> String? {
        guard let end = input[taken...].firstIndex(of: 13), end + 1 < input.count else {
            return nil
        }
        defer { taken = end + 2 }
        return String(decoding: input[taken..<end], as: UTF8.self)
    }

    @discardableResult
    private mutating func fill(until instant: MeshInstant) throws -> Bool {
        if try read() { return true }
        guard try queue.wait(until: instant) > 0 else { return false }
        return try read()
    }

    private mutating func read() throws -> Bool {
        guard let count = try socket.read(into: &buffer) else { return false }
        guard count > 0 else { throw MeshBenchError("nats-server has closed the connection") }
        if taken == input.count {
            input.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken > 1 << 20 {
            input.removeFirst(taken)
            taken = 0
        }
        input += buffer[..<count]
        return true
    }
}

/// Asks over NATS: publishes with an inbox as the place for the answer.
struct NATSRequester: RoundTripper, ~Copyable {
    private var connection: NATSConnection
    var now: MeshInstant { connection.now }

    init(port: UInt16) throws {
        var connection = try NATSConnection(port: port)
        try connection.open(within: .seconds(10))
        connection.subscribe("inbox")
        try connection.flush(until: connection.now + .seconds(1))
        self.connection = connection
    }

    mutating func ask(_ payload: [UInt8]) throws {
        connection.publish("echo", reply: "inbox", payload)
        try connection.flush(until: now)
    }

    mutating func answers(until instant: MeshInstant) throws -> Int {
        if connection.backlog > 0 { try connection.flush(until: instant) }
        guard try connection.next(until: instant) != nil else { return 0 }
        return 1
    }
}

/// Publishes over NATS.
struct NATSPublisher: MessageSender, ~Copyable {
    private var connection: NATSConnection
    /// As client libraries do: small messages leave together.
    private static let batchBytes = 32 << 10
    static var name: String { "NATS" }
    var now: MeshInstant { connection.now }

    init(port: UInt16) throws {
        var connection = try NATSConnection(port: port)
        try connection.open(within: .seconds(10))
        self.connection = connection
    }

    mutating func send(_ payload: [UInt8]) throws {
        connection.publish("sink", payload)
        if connection.backlog > Self.batchBytes { try connection.flush(until: .never) }
    }

    mutating func flush(until instant: MeshInstant) throws {
        try connection.flush(until: instant)
    }
}

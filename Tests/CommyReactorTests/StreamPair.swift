import CommyBase
import CommyLinux
import CommyReactor
import CommyTLS

/// A mesh for streams, the same in every run.
struct TestMesh {
    let authority: CertificateAuthority
    private var random: RandomStream

    init(_ name: String = "north", seed: UInt64 = 1) throws {
        var random = RandomStream(key: RandomKey(seed: seed))
        authority = try CertificateAuthority(
            mesh: name,
            validity: .init(
                notBefore: WallInstant(secondsSince1970: 0),
                notAfter: WallInstant(secondsSince1970: 5_000_000_000)),
            random: &random)
        self.random = random
    }

    mutating func context(
        _ node: String, until end: Int64 = 5_000_000_000, trusting bundle: TrustBundle? = nil
    ) throws -> TLSContext {
        let key = SigningKey(from: &random)
        let certificate = try authority.issue(
            node: node, key: key,
            validity: .init(
                notBefore: WallInstant(secondsSince1970: 0),
                notAfter: WallInstant(secondsSince1970: end)),
            random: &random)
        return try TLSContext(
            identity: try TLSIdentity(chain: [certificate], key: key),
            trust: [try bundle ?? TrustBundle([authority.certificate])])
    }
}

/// Two TLS streams over loopback on one reactor, and what each has got.
struct StreamPair: ~Copyable {
    struct End: ~Copyable {
        var stream: TLSStream?
        var toSend: [UInt8] = []
        var sent = 0
        var finishes = false
        var received: [UInt8] = []
        var hasEnded = false
        var error: StreamError?
        /// While false, nothing is read.
        var reads = true

        init(_ stream: consuming TLSStream) { self.stream = consume stream }
    }

    // Without the optimiser a literal of a set takes memory from the heap.
    static let nothing = Epoll.Interest(rawValue: 0)

    var reactor: Reactor
    var ends: SlotTable<End>
    let client: Slot
    let server: Slot
    private var buffer = [UInt8](repeating: 0, count: 50_000)

    private init(_ reactor: consuming Reactor, _ client: consuming End, _ server: consuming End) {
        self.reactor = reactor
        ends = SlotTable(limit: 2)
        self.client = ends.insert(client)
        self.server = ends.insert(server)
    }

    /// A client and a server that have begun to shake hands.
    static func begun(
        _ clientContext: TLSContext, _ serverContext: TLSContext, ringBytes: Int = 33_280
    ) throws -> StreamPair {
        let reactor = try Reactor(clock: .system(MonotonicClock()))
        let listener = try TCPListener(on: .loopback(port: 0))
        let now = reactor.wallClock
        let dialled = try TLSStream(
            connectingTo: try listener.localAddress(), clientContext, at: now,
            ringBytes: ringBytes)
        _ = try listener.descriptor.waitReadable(milliseconds: 5_000)
        guard let socket = try listener.accept() else {
            throw SystemError(number: 110, call: "accept")
        }
        let accepted = try TLSStream(
            accepted: socket, serverContext, at: now, ringBytes: ringBytes)
        var pair = StreamPair(reactor, End(dialled), End(accepted))
        pair.turn(pair.client)
        pair.turn(pair.server)
        return pair
    }

    /// Runs until `isDone`, or until nothing has happened for a second; true when done.
    mutating func run(until isDone: (inout StreamPair) -> Bool) throws -> Bool {
        while !isDone(&self) {
            guard let event = try reactor.next(until: reactor.now + .seconds(1)) else {
                return false
            }
            guard case .ready(let token, let interest) = event else { continue }
            turn(token.slot, interest)
        }
        return true
    }

    /// One round of an end: its event, all that can be read, all that can be sent.
    mutating func turn(_ slot: Slot, _ interest: Epoll.Interest = Self.nothing) {
        ends.with(slot) { end in
            guard end.stream != nil else { return }
            do throws(StreamError) {
                try Self.work(&end, interest, &buffer)
                try Self.watch(&end, reactor, slot)
            } catch {
                end.error = error
                end.stream = nil
            }
            if end.stream?.isDone == true { end.stream = nil }
        }
    }

    private static func watch(
        _ end: inout End, _ reactor: borrowing Reactor, _ slot: Slot
    ) throws(StreamError) {
        do throws(SystemError) {
            try end.stream?.watch(reactor, EventToken(kind: 1, slot: slot))
        } catch {
            throw .system(error)
        }
    }

    private static func work(
        _ end: inout End, _ interest: Epoll.Interest, _ buffer: inout [UInt8]
    ) throws(StreamError) {
        try end.stream?.ready(interest)
        while end.reads && !end.hasEnded {
            let outcome = try read(&end, &buffer)
            guard case .bytes(let count) = outcome else {
                end.hasEnded = outcome == .ended
                break
            }
            end.received.append(contentsOf: buffer[..<count])
        }
        while end.sent < end.toSend.count {
            let count = try send(&end)
            if count == 0 { break }
            end.sent += count
        }
        if end.finishes && end.sent == end.toSend.count { end.stream?.finish() }
    }

    private static func send(_ end: inout End) throws(StreamError) -> Int {
        let (bytes, sent) = (end.toSend, end.sent)
        let rest = unsafe bytes.span.bytes.extracting(sent..<bytes.count)
        return try end.stream?.send(rest) ?? 0
    }

    private static func read(
        _ end: inout End, _ buffer: inout [UInt8]
    ) throws(StreamError) -> TLSStream.Outcome {
        var bytes = buffer.mutableSpan
        return unsafe try bytes.withUnsafeMutableBytes { (bytes) throws(StreamError) in
            unsafe try end.stream?.read(into: bytes) ?? .waiting
        }
    }

    mutating func set(_ slot: Slot, _ body: (inout End) -> Void) {
        ends.with(slot, body)
        turn(slot)
    }

    mutating func received(_ slot: Slot) -> [UInt8] { ends.with(slot) { $0.received } ?? [] }
    mutating func error(_ slot: Slot) -> StreamError? { ends.with(slot) { $0.error } ?? nil }
    mutating func isEstablished(_ slot: Slot) -> Bool {
        ends.with(slot) { $0.stream?.isEstablished ?? false } ?? false
    }
    mutating func isGone(_ slot: Slot) -> Bool { ends.with(slot) { $0.stream == nil } ?? true }
}

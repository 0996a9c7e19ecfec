internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// Measures the reactor: TLS through rings in memory (its own way) against OpenSSL on the socket,
/// in turns of one run, and what timers and wake-ups cost. Each figure is the median of the rounds.
public struct ReactorBenchmark {
    private let rounds: Int
    private let progress: (String) -> Void
    /// Shrinks every load, for a test that asks only whether it works.
    private let share: Double

    /// `progress` is called with a line about what is going on.
    public init(rounds: Int = 5, share: Double = 1, progress: @escaping (String) -> Void) {
        precondition(rounds > 0 && share > 0)
        self.rounds = rounds
        self.share = share
        self.progress = progress
    }

    public func run() throws -> [BenchFigure] {
        let ways = try Ways()
        var figures: [BenchFigure] = []
        for (name, load) in [
            ("64 B, one at a time", EchoLoad(size: 64, window: 1, messages: 20_000)),
            ("64 B, 32 under way", EchoLoad(size: 64, window: 32, messages: 40_000)),
            ("16 KiB, one at a time", EchoLoad(size: 16_384, window: 1, messages: 4_000)),
            ("16 KiB, 4 under way", EchoLoad(size: 16_384, window: 4, messages: 6_000)),
        ] {
            progress("echo of \(name)")
            figures += try echo(name, scaled(load), ways)
        }
        progress("handshakes")
        figures += try handshakes(ways)
        progress("timers")
        figures += try timers()
        progress("wake-ups")
        let count = max(10, Int(20_000 * share))
        let wakes = try median { try WakeUpPair.reactors(rounds: count) }
        let bare = try median { try WakeUpPair.bare(rounds: count) }
        figures.append(
            BenchFigure(
                "another thread woken", "us", wakes / 1_000, peer: ("eventfd", bare / 1_000)))
        return figures
    }

    /// The ways to have TLS, and the plain one.
    private struct Ways {
        let rings: TLSContext
        let socket: SocketTLSStream.Context
        let socketAhead: SocketTLSStream.Context

        init() throws {
            let certificates = try HostCertificates(seed: 1)
            let identity = try certificates.identity(host: "bench", addresses: [])
            let root = certificates.root
            rings = try TLSContext(
                identity: identity, trust: [try TrustBundle([root])], protocol: .unnamed)
            socket = try .init(identity, root: root, readsAhead: false)
            socketAhead = try .init(identity, root: root, readsAhead: true)
        }
    }

    private func scaled(_ load: EchoLoad) -> EchoLoad {
        var load = load
        load.messages = max(load.window, Int(Double(load.messages) * share))
        return load
    }

    private func echo(_ name: String, _ load: EchoLoad, _ ways: Ways) throws -> [BenchFigure] {
        var (rings, plain): ([EchoCost], [EchoCost]) = ([], [])
        var (socket, ahead): ([EchoCost], [EchoCost]) = ([], [])
        for _ in 0..<rounds {
            rings.append(try cost(RingStream.self, ways.rings, load))
            socket.append(try cost(SocketTLSStream.self, ways.socket, load))
            ahead.append(try cost(SocketTLSStream.self, ways.socketAhead, load))
            plain.append(try cost(PlainStream.self, (), load))
        }
        func figures(_ what: String, _ unit: String, _ value: (EchoCost) -> Double)
            -> [BenchFigure]
        {
            let own = Self.median(rings.map(value))
            let peers = [
                ("on the socket", socket), ("on the socket, read ahead", ahead),
                ("no TLS", plain),
            ]
            return peers.map { peer, costs in
                BenchFigure(
                    "TLS echo of \(name): \(what)", unit, own,
                    peer: (peer, Self.median(costs.map(value))))
            }
        }
        return load.size < 1_024
            ? figures("round trips", "1/s", \.messagesPerSecond)
                + figures("processor time", "us", \.processorPerMessage)
            : figures("bytes", "MB/s", \.megabytesPerSecond)
                + figures("processor time", "ns/B", \.processorPerByte)
    }

    /// On a connection of its own, once it is warm.
    private func cost<Stream: MeasuredStream & ~Copyable>(
        _ way: Stream.Type, _ setUp: Stream.SetUp, _ load: EchoLoad
    ) throws -> EchoCost {
        let listener = try TCPListener(on: .loopback(port: 0))
        var pair = try EchoPair<Stream>(setUp, listener: listener)
        var warmUp = load
        warmUp.messages = max(load.window, load.messages / 10)
        _ = try pair.run(warmUp)
        return try pair.run(load)
    }

    private func handshakes(_ ways: Ways) throws -> [BenchFigure] {
        let count = max(2, Int(200 * share))
        var (rings, socket): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            rings.append(try handshake(RingStream.self, ways.rings, count))
            socket.append(try handshake(SocketTLSStream.self, ways.socketAhead, count))
        }
        return [
            BenchFigure(
                "TLS connection made, both ends: processor time", "us", Self.median(rings),
                peer: ("on the socket, read ahead", Self.median(socket)))
        ]
    }

    /// Microseconds of processor time.
    private func handshake<Stream: MeasuredStream & ~Copyable>(
        _ way: Stream.Type, _ setUp: Stream.SetUp, _ count: Int
    ) throws -> Double {
        let listener = try TCPListener(on: .loopback(port: 0))
        let start = ProcessorTime.ofThisThread
        for _ in 0..<count { _ = try EchoPair<Stream>(setUp, listener: listener) }
        return Double(ProcessorTime.ofThisThread - start) / Double(count) / 1_000
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private func median(_ measure: () throws -> Double) rethrows -> Double {
        Self.median(try (0..<rounds).map { _ in try measure() })
    }
}

extension ReactorBenchmark {
    /// Among so many that wait: as many as a busy node has calls under way.
    private static let waiting = 10_000

    private func timers() throws -> [BenchFigure] {
        let count = max(100, Int(200_000 * share))
        let cancelled = try median {
            try timers(count) { (reactor, due) throws(SystemError) in
                let timer = reactor.setTimer(at: due, Self.timerToken)
                return reactor.cancelTimer(timer)
            }
        }
        let fired = try median {
            try timers(count) { (reactor, due) throws(SystemError) in
                reactor.setTimer(at: .zero, Self.timerToken)
                return try reactor.next() == .timer(Self.timerToken)
            }
        }
        let context = "\(Self.waiting) others waiting"
        return [
            BenchFigure("timer set and cancelled, \(context)", "ns", cancelled),
            BenchFigure("timer set and fired, \(context)", "ns", fired),
        ]
    }

    private static let timerToken = EventToken(kind: 1)

    /// Nanoseconds of processor time for one that is set and then ended.
    private func timers(
        _ count: Int, _ setAndEnd: (inout Reactor, MeshInstant) throws(SystemError) -> Bool
    ) throws -> Double {
        var random = RandomStream(key: RandomKey(seed: 1).labelled("timers"))
        // Within a day, an hour from now or later.
        let dues = (0..<4_096).map { _ in
            MeshInstant(nanoseconds: 3_600_000_000_000 + Int64(random.next() >> 18))
        }
        var reactor = try Reactor(clock: .system(MonotonicClock()))
        for index in 0..<Self.waiting {
            reactor.setTimer(at: dues[index & 4_095], EventToken(kind: 0))
        }
        let start = ProcessorTime.ofThisThread
        var ended = 0
        for index in 0..<count where try setAndEnd(&reactor, dues[index & 4_095]) { ended += 1 }
        let elapsed = Double(ProcessorTime.ofThisThread - start)
        precondition(ended == count, "every timer ends")
        return elapsed / Double(count)
    }
}

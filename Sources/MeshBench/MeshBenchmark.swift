internal import CommyBase
internal import CommyLinux
internal import Foundation
public import SimLab

/// `commy bench mesh`: requests and messages from one program to another over two nodes and a TLS
/// link on loopback, against bare TLS between two threads and against NATS.
///
/// A request passes four processes on its way (program, node, node, program), as over NATS it
/// passes three. NATS has no TLS here, which favours it. All of one comparison is measured in turns
/// within one run; each figure is the median of its rounds.
public struct MeshBenchmark {
    private let seconds: Int
    let progress: (String) -> Void
    private static let rounds = 3
    private static let requestBytes = 64
    private static let pacedRate = 1_000
    /// Messages that may be under way, by the receiver's count: fewer than streams may be open on a
    /// link, beyond which a node drops messages that nobody acknowledges.
    private static let messageWindow = 1_024
    private static let echo = ServiceName("echo")!
    private static let sink = ServiceName("sink")!

    /// `seconds` for each measurement of a round.
    public init(seconds: Int = 3, progress: @escaping (String) -> Void) {
        self.seconds = seconds
        self.progress = progress
    }

    public func run() throws -> [BenchFigure] {
        let folder = NSTemporaryDirectory() + "commy-bench-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        progress("starting")
        let pair = try MeshPair(in: folder)
        var figures = try memory(pair)
        let nats = try NATSServer(in: folder)
        if nats == nil { progress("nats-server is not installed: no comparison with it") }
        let meshReceiver = try Receiver.onMesh(
            path: pair.farSocket, echo: Self.echo, sink: Self.sink)
        let natsReceiver = try nats.map { try Receiver.onNATS(port: $0.port) }
        figures += try latencies(pair, nats)
        for bytes in [16, 1_024] {
            figures.append(try messages(bytes, pair, meshReceiver, nats, natsReceiver))
        }
        try meshReceiver.stop()
        try natsReceiver?.stop()
        return figures
    }

    /// Percentiles in microseconds.
    private struct RoundTrips {
        var median: [Double] = []
        var slow: [Double] = []

        mutating func add(_ sample: LatencySample) {
            median.append(sample.percentile(0.5))
            slow.append(sample.percentile(0.99))
        }
    }

    private func latencies(_ pair: MeshPair, _ nats: NATSServer?) throws -> [BenchFigure] {
        let payload = [UInt8](repeating: 1, count: Self.requestBytes)
        let server = try TLSEchoServer(pair.contexts.far)
        var figures: [BenchFigure] = []
        do {
            var mesh = try MeshRequester(path: pair.nearSocket, service: Self.echo)
            try mesh.awaitService()
            var bare = try TLSRequester(
                to: server.address, pair.contexts.near, messageBytes: payload.count)
            for isPaced in [false, true] {
                let name = isPaced ? "\(Self.pacedRate)/s" : "closed loop"
                var (ours, tls, theirs) = (RoundTrips(), RoundTrips(), RoundTrips())
                for round in 1...Self.rounds {
                    progress("request/response, \(name), round \(round)")
                    ours.add(try measure(&mesh, payload, isPaced))
                    tls.add(try measure(&bare, payload, isPaced))
                    guard let nats else { continue }
                    var requester = try NATSRequester(port: nats.port)
                    theirs.add(try measure(&requester, payload, isPaced))
                }
                figures += Self.figures(name, ours, ("bare TLS", tls))
                if nats != nil { figures += Self.figures(name, ours, ("NATS", theirs)) }
            }
        }
        try server.join()
        return figures
    }

    private func measure<Tripper: RoundTripper & ~Copyable>(
        _ tripper: inout Tripper, _ payload: [UInt8], _ isPaced: Bool
    ) throws -> LatencySample {
        if isPaced {
            return try .paced(
                &tripper, payload: payload, interval: .seconds(1) / Self.pacedRate,
                count: seconds * Self.pacedRate)
        }
        return try .closedLoop(&tripper, payload: payload, lasting: .seconds(seconds))
    }

    private static func figures(
        _ name: String, _ ours: RoundTrips, _ peer: (name: String, trips: RoundTrips)
    ) -> [BenchFigure] {
        [("p50", ours.median, peer.trips.median), ("p99", ours.slow, peer.trips.slow)].map {
            BenchFigure(
                "request/response, \(name): \($0)", "us", median($1),
                peer: (peer.name, median($2)))
        }
    }

    private func messages(
        _ bytes: Int, _ pair: MeshPair, _ ours: Receiver, _ nats: NATSServer?,
        _ theirs: Receiver?
    ) throws -> BenchFigure {
        var (mesh, peer): ([Double], [Double]) = ([], [])
        let payload = [UInt8](repeating: 2, count: bytes)
        for round in 1...Self.rounds {
            progress("messages of \(bytes) bytes, round \(round)")
            var publisher = try MeshPublisher(path: pair.nearSocket, service: Self.sink)
            mesh.append(try rate(&publisher, payload, ours))
            guard let nats, let theirs else { continue }
            var natsPublisher = try NATSPublisher(port: nats.port)
            peer.append(try rate(&natsPublisher, payload, theirs))
        }
        return BenchFigure(
            "messages one way, \(bytes) bytes", "messages/s", Self.median(mesh),
            peer: peer.isEmpty ? nil : ("NATS", Self.median(peer)))
    }

    /// Messages that have arrived, per second.
    private func rate<Sender: MessageSender & ~Copyable>(
        _ sender: inout Sender, _ payload: [UInt8], _ receiver: Receiver
    ) throws -> Double {
        let before = receiver.count
        let start = sender.now
        let end = start + .seconds(seconds)
        var sent = 0
        while sender.now < end {
            guard sent - (receiver.count - before) < Self.messageWindow else {
                try sender.flush(until: sender.now + .microseconds(50))
                try receiver.check()
                continue
            }
            for _ in 0..<64 { try sender.send(payload) }
            sent += 64
        }
        let limit = end + .seconds(10)
        while receiver.count - before < sent {
            try sender.flush(until: sender.now + .microseconds(50))
            try receiver.check()
            guard sender.now < limit else {
                let missing = sent - (receiver.count - before)
                throw MeshBenchError(
                    "\(missing) of \(sent) messages of \(payload.count) bytes did not arrive over "
                        + "\(Sender.name)")
            }
        }
        let span = Double((sender.now - start).nanoseconds) / 1e9
        return Double(sent) / span
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}

/// A NATS server on a port of its own.
final class NATSServer {
    let port: UInt16
    private let process: BenchProcess

    /// Nil where it is not installed.
    init?(in folder: String) throws {
        guard let path = BenchProcess.find("nats-server") else { return nil }
        port = try MeshPair.freePort()
        process = try BenchProcess(
            path, ["--addr", "127.0.0.1", "--port", "\(port)"], folder: folder)
        try process.await("Server is ready")
    }
}

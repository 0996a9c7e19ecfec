import CommyBase
import CommyWire
import Testing

/// One frame of every kind with every field in use, and one with as few as can be.
enum SampleFrames {
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let frame: Frame
        var stream = StreamID.link
        var flags: FrameFlags = []

        var testDescription: String { name }

        var bytes: [UInt8] {
            var writer = ByteWriter()
            frame.encode(stream: stream, flags: flags, into: &writer)
            return writer.bytes
        }
    }

    static let all: [Sample] = [
        Sample(name: "hello", frame: .hello(HelloFrame(versions: 1...3, facts: facts))),
        Sample(name: "hello of a process", frame: .hello(HelloFrame(facts: processFacts))),
        Sample(name: "hello ok", frame: .helloOK(HelloOKFrame(version: 1, facts: facts))),
        Sample(
            name: "go away",
            frame: .goAway(
                GoAwayFrame(
                    code: .peerShuttingDown, lastAccepted: StreamID(41 << 40), detail: "upgrade"))),
        Sample(name: "ping", frame: .ping(ping)),
        Sample(name: "pong", frame: .pong(PongFrame(ping))),
        Sample(name: "link credit", frame: .credit(CreditFrame(byteCount: 524_288))),
        Sample(
            name: "stream credit", frame: .credit(CreditFrame(byteCount: 1)), stream: StreamID(7)),
        Sample(name: "open", frame: .open(fullOpen), stream: StreamID(1)),
        Sample(
            name: "small open", frame: .open(smallOpen), stream: StreamID(0xffff_ffff_ffff),
            flags: .end),
        Sample(name: "head", frame: .head(fullHead), stream: StreamID(1)),
        Sample(name: "small head", frame: .head(HeadFrame()), stream: StreamID(1), flags: .end),
        Sample(name: "data", frame: .data(Array("hello".utf8)), stream: StreamID(1)),
        Sample(
            name: "a full data frame",
            frame: .data([UInt8](repeating: 7, count: WireLimits.framePayload)),
            stream: StreamID(2), flags: .end),
        Sample(name: "end", frame: .end, stream: StreamID(1)),
        Sample(
            name: "reset",
            frame: .reset(
                ResetFrame(code: .deadlineExceeded, delivered: .no, detail: "in the queue")),
            stream: StreamID(3)),
        Sample(name: "swim", frame: .swim([1, 2, 3])),
        Sample(name: "catalog", frame: .catalog([4])),
        Sample(
            name: "control", frame: .control(ControlHead(request: 9, verb: .watch), body: [1, 2])),
        Sample(
            name: "control reply",
            frame: .controlReply(
                ControlReplyHead(request: 9, failure: .nameTaken, isPart: true), body: [])),
        Sample(name: "event", frame: .event(EventHead(watch: 9, sequence: 3), body: [5])),
        Sample(name: "trust", frame: .trust([6, 6])),
    ]

    private static let facts = HelloFacts(
        role: .link, mesh: MeshName("shop"), node: NodeName("web-1"), zone: "eu/a",
        life: 0x0102_0304_0506_0708, incarnation: 5,
        addresses: [
            NetworkAddress(host: .v4(0x0a00_0001), port: 7_400),
            NetworkAddress(host: .v6(high: 0xfd00 << 48, low: 1), port: 7_400),
        ], build: "commy 0.1")

    private static let processFacts = HelloFacts(role: .session, mesh: nil, node: nil)

    private static let ping = PingFrame(
        sequence: 3, sentAt: MeshInstant(nanoseconds: 1_500_000_000))

    static let smallOpen = OpenFrame(
        service: required(ServiceName("a")), correlation: CorrelationID(high: 0, low: 0))

    static let fullOpen = OpenFrame(
        service: required(ServiceName("orders")), method: required(MethodName("place")),
        instance: InstanceID(node: NodeID(value: 0xabcd), number: 2),
        remaining: .milliseconds(500), correlation: CorrelationID(high: 1, low: 2),
        trace: TraceContext(
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        traceState: required(TraceState("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")),
        priority: .highest, format: .cbor, options: [.idempotent], attempt: 1, hops: 2,
        metadata: metadata)

    private static let fullHead = HeadFrame(
        failure: .applicationError, format: .json, metadata: metadata)

    private static let metadata: Metadata = {
        var metadata = Metadata()
        do {
            try metadata.append(key: "tenant", value: "blue")
            try metadata.append(key: "tenant", value: "gr\u{fc}n")
        } catch {
            Issue.record(error)
        }
        return metadata
    }()

    private static func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("a sample breaks a rule") }
        return value
    }
}

internal import CommyBase
internal import CommyWire

/// Well-formed inputs.
enum FuzzSamples {
    /// A frame of each kind, alone and all behind each other.
    static let frames: [[UInt8]] = {
        let stream = StreamID(1)
        let frames: [(Frame, StreamID, FrameFlags)] = [
            (.hello(HelloFrame(facts: facts)), .link, []),
            (.helloOK(HelloOKFrame(version: 1, facts: facts)), .link, []),
            (.ping(PingFrame(sequence: 1, sentAt: .zero)), .link, []),
            (.pong(PongFrame(PingFrame(sequence: 1, sentAt: .zero))), .link, []),
            (.credit(CreditFrame(byteCount: 1_024)), .link, []),
            (.open(open), stream, []),
            (.head(HeadFrame(format: .cbor, metadata: metadata)), stream, []),
            (.data([1, 2, 3]), stream, .end), (.end, stream, []),
            (.reset(ResetFrame(code: .overloaded, detail: "full")), stream, []),
            (.swim([1, 2]), .link, []), (.catalog([3]), .link, []),
            (.control(ControlHead(request: 1, verb: .register), body: [4, 5]), .link, []),
            (.controlReply(ControlReplyHead(request: 1), body: []), .link, []),
            (.event(EventHead(watch: 1, sequence: 0), body: [6]), .link, []),
            (.trust([7]), .link, []),
            (.goAway(GoAwayFrame(code: .peerShuttingDown, lastAccepted: stream)), .link, []),
        ]
        let each = frames.map { frame, stream, flags in
            var writer = ByteWriter()
            frame.encode(stream: stream, flags: flags, into: &writer)
            return writer.bytes
        }
        return each + [Array(each.joined())]
    }()

    static let opens: [[UInt8]] = {
        var writer = ByteWriter()
        open.encode(into: &writer)
        return [writer.bytes]
    }()

    private static let facts = HelloFacts(
        role: .link, mesh: MeshName("shop"), node: NodeName("web"), zone: "eu/a", life: 7,
        addresses: [
            NetworkAddress(host: .v4(0x7f00_0001), port: 7_400),
            NetworkAddress(host: .v6(high: 1, low: 2), port: 7_400),
        ], build: "fuzz")

    private static let open: OpenFrame = {
        guard let service = ServiceName("orders"), let method = MethodName("place"),
            let state = TraceState("a=1,b=2")
        else { preconditionFailure("a sample breaks a rule") }
        return OpenFrame(
            service: service, method: method, remaining: .seconds(1),
            correlation: CorrelationID(high: 1, low: 2),
            trace: TraceContext(traceHigh: 1, traceLow: 2, parent: 3), traceState: state,
            format: .json, options: .all, metadata: metadata)
    }()

    private static let metadata: Metadata = {
        var metadata = Metadata()
        do { try metadata.append(key: "k", value: "v") } catch {
            preconditionFailure("a sample breaks a rule")
        }
        return metadata
    }()

    static func values(as format: PayloadFormat) -> [[UInt8]] {
        let value = PayloadValue.list([
            .null, .bool(true), .unsigned(.max), .integer(.min), .float(0.5), .double(1e-9),
            .text("caf\u{e9}"), .bytes([0, 255]), .list([.unsigned(1), .unsigned(2)]),
            .map([PayloadValue.Entry(key: "k", value: .map([]))]),
        ])
        return records(as: format) + [bytes(of: value, format)]
    }

    static func records(as format: PayloadFormat) -> [[UInt8]] {
        [bytes(of: FuzzRecord.full, format), bytes(of: FuzzRecord.small, format)]
    }

    private static func bytes<Value: Encodable>(of value: Value, _ format: PayloadFormat) -> [UInt8]
    {
        do {
            return try PayloadCodec.encode(value, as: format)
        } catch {
            preconditionFailure("a sample cannot be written: \(error)")
        }
    }
}

/// A type with every kind of field.
struct FuzzRecord: Codable {
    enum Choice: Codable {
        case none
        case number(Int16)
        case pair(left: String, right: [Choice])
    }
    var id: UInt32
    var delta: Int8
    var name: String
    var note: String?
    var choice: Choice
    var list: [Int64]
    var optionals: [Bool?]
    var map: [String: UInt16]
    var blob: [UInt8]
    var ratio: Float
    var value: Double
    var inner: [FuzzRecord]

    static let keys = [
        "id", "delta", "name", "note", "choice", "list", "optionals", "map", "blob", "ratio",
        "value", "inner",
    ]

    static let small = FuzzRecord(
        id: 0, delta: -1, name: "", note: nil, choice: .none, list: [], optionals: [], map: [:],
        blob: [], ratio: 0, value: 0, inner: [])

    static let full = FuzzRecord(
        id: .max, delta: .min, name: "na\u{ef}ve \u{1f600}", note: "",
        choice: .pair(
            left: "l", right: [.number(-300), .none]), list: [0, .max, .min],
        optionals: [nil, true], map: ["b": 1, "a": 2], blob: [1, 2, 3], ratio: 0.1, value: 1e300,
        inner: [small])
}

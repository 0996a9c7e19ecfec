internal import CommyBase
internal import CommyMesh
internal import CommyWire

/// What well-behaved peers, processes and nodes say behind their greeting.
enum MachineSamples {
    static let mesh = required(MeshName("shop"))
    static let stranger = required(NodeName("mallory"))
    static let service = required(ServiceName("orders"))
    static let address = NetworkAddress(host: .v4(0x0a00_0002), port: 7_400)
    static let credentials = SessionCredentials(processID: 1, userID: 1, groupID: 1)
    /// A mesh of few, so that a short input can fill its tables.
    static let configuration: NodeConfiguration = {
        var limits = NodeLimits()
        limits.membership.memberLimit = 8
        limits.membership.tombstoneLimit = 8
        return NodeConfiguration(
            mesh: mesh, name: required(NodeName("web")), life: 1, random: RandomKey(seed: 1),
            limits: limits)
    }()
    static let offer: ServiceOffer = {
        guard let offer = try? ServiceOffer(service: service) else {
            preconditionFailure("a sample breaks a rule")
        }
        return offer
    }()

    static func greeting(as role: HelloFacts.Role) -> HelloFrame {
        let isNode = role == .link
        return HelloFrame(
            facts: HelloFacts(
                role: role, mesh: isNode ? mesh : nil, node: isNode ? stranger : nil, life: 9))
    }

    /// A member that joins, offers a service, calls one and answers.
    static let link: [[UInt8]] = [
        bytes {
            SwimMessage.probe(number: 1, news: []).encodeFrame(into: &$0)
            let record = CatalogRecord(number: 1, counter: 1, content: .live(.up, offer))
            CatalogMessage.delta(
                CatalogDelta(
                    owner: NodeID(stranger), base: 0,
                    version: CatalogVersion(generation: 1, life: 9, counter: 1),
                    records: [record])
            ).encodeFrame(into: &$0)
            TrustMessage.compare(hash: 3).encodeFrame(into: &$0)
            call(StreamID(1), into: &$0)
            PingFrame(sequence: 1, sentAt: .zero).encodeFrame(into: &$0)
        },
        bytes {
            SwimMessage.syncRequest(digest: []).encodeFrame(into: &$0)
            CatalogMessage.digest(
                CatalogDigest(
                    extent: .complete(NodeID(value: 0)...NodeID(value: .max)), claims: [])
            ).encodeFrame(into: &$0)
            CatalogMessage.pull([]).encodeFrame(into: &$0)
            TrustMessage.request(state: nil, known: []).encodeFrame(into: &$0)
            CreditFrame(byteCount: 100).encodeFrame(into: &$0)
            GoAwayFrame(code: .peerShuttingDown, lastAccepted: .link).encodeFrame(into: &$0)
        },
    ]

    /// A program that registers, watches, asks, and calls itself.
    static let session: [[UInt8]] = [
        bytes {
            ControlHead(request: 1, verb: .register).encodeFrame(into: &$0) {
                offer.encode(into: &$0)
            }
            ControlHead(request: 2, verb: .watch).encodeFrame(into: &$0) { $0.u8(1) }
            for request in UInt32(1)...7 {
                ControlHead(request: 2 + request, verb: .query).encodeFrame(into: &$0) {
                    $0.u8(UInt8(request))
                    if request == 6 { $0.text(service.text) }
                }
            }
            call(StreamID(1), into: &$0)
            HeadFrame().encodeFrame(stream: StreamID(2), into: &$0)
            RawFrame.end(stream: StreamID(2), into: &$0)
        },
        bytes {
            call(StreamID(1), into: &$0)
            ResetFrame(code: .cancelled).encodeFrame(stream: StreamID(1), into: &$0)
            ControlHead(request: 1, verb: .unwatch).encodeFrame(into: &$0) { $0.u32(9) }
            ControlHead(request: 2, verb: .drain).encodeFrame(into: &$0) {
                $0.u64(7)
                $0.u32(1)
            }
        },
    ]

    /// A node that answers the client's three wishes, and has a request for it.
    static let node: [[UInt8]] = [
        bytes {
            ControlReplyHead(request: 1).encodeFrame(into: &$0) {
                $0.u64(1)
                $0.u32(1)
            }
            ControlReplyHead(request: 2).encodeFrame(into: &$0) { _ in }
            EventHead(watch: 2, sequence: 0).encodeFrame(into: &$0) {
                $0.raw([1, 0, 4])
            }
            HeadFrame().encodeFrame(stream: StreamID(1), into: &$0)
            data([7], StreamID(1), into: &$0)
            call(StreamID(2), into: &$0)
        },
        bytes {
            ResetFrame(code: .overloaded).encodeFrame(stream: StreamID(1), into: &$0)
            CreditFrame(byteCount: 5).encodeFrame(stream: StreamID(1), into: &$0)
            ControlReplyHead(request: 1, failure: .limitReached).encodeFrame(into: &$0) {
                $0.text("full")
            }
            GoAwayFrame(code: .peerShuttingDown, lastAccepted: StreamID(1)).encodeFrame(into: &$0)
        },
    ]

    private static func call(_ stream: StreamID, into writer: inout ByteWriter) {
        OpenFrame(service: service, correlation: CorrelationID(high: 1, low: 2))
            .encodeFrame(stream: stream, into: &writer)
        data([1, 2], stream, into: &writer)
    }

    private static func data(
        _ bytes: [UInt8], _ stream: StreamID, into writer: inout ByteWriter
    ) {
        unsafe RawFrame.data(bytes.span.bytes, stream: stream, flags: .end, into: &writer)
    }

    private static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    private static func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("a sample breaks a rule") }
        return value
    }
}

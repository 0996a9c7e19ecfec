import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// The process's side alone; the test plays its node.
struct SessionClientTests {
    private static func frame(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    private static func reply(
        _ request: UInt32, failure: ErrorCode? = nil, isPart: Bool = false,
        _ body: (inout ByteWriter) -> Void
    ) -> [UInt8] {
        frame {
            ControlReplyHead(request: request, failure: failure, isPart: isPart)
                .encodeFrame(into: &$0, body)
        }
    }

    private static func hear(_ bytes: [UInt8], _ client: inout SessionClient) -> [SessionOutput] {
        unsafe client.received(bytes.span.bytes, at: .zero)
        return outputs(&client)
    }

    private static func outputs(_ client: inout SessionClient) -> [SessionOutput] {
        var outputs: [SessionOutput] = []
        while true {
            switch client.nextOutput() {
            case .wait: return outputs
            case .transmit:
                let count = client.withOutgoing { $0.byteCount }
                client.consumed(count, at: .zero)
            case let output: outputs.append(output)
            }
        }
    }

    private static func attached(
        _ change: (inout SessionLimits) -> Void = { _ in }
    ) -> SessionClient {
        var limits = SessionLimits()
        change(&limits)
        var client = SessionClient(
            SessionConfiguration(random: RandomKey(seed: 1), limits: limits), at: .zero)
        let facts = HelloFacts(
            role: .session, mesh: MeshBed.mesh, node: NodeName("n0")!, life: 9)
        _ = hear(frame { HelloOKFrame(version: 1, facts: facts).encodeFrame(into: &$0) }, &client)
        return client
    }

    struct Reply: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var ask: @Sendable (inout SessionClient) -> Void
        var failure: ErrorCode?
        var body: @Sendable (inout ByteWriter) -> Void
    }

    private static let offer = ServiceOffer(
        checked: ServiceName("orders")!, zone: .unknown, labels: [], formats: [], weight: 1,
        maxPayloadBytes: 0, dependencies: [])

    static let replies: [Reply] = [
        Reply(
            testDescription: "an instance",
            ask: { _ = $0.register(offer, at: .zero) },
            body: {
                $0.u64(1)
                $0.u32(1)
            }),
        Reply(
            testDescription: "nothing",
            ask: { _ = $0.drain(InstanceID(node: NodeID(value: 1), number: 1), at: .zero) },
            body: { _ in }),
        Reply(
            testDescription: "a watch", ask: { _ = $0.watch(.all, at: .zero) }, body: { _ in }),
        Reply(
            testDescription: "a failure", ask: { _ = $0.watch(.all, at: .zero) },
            failure: .limitReached, body: { $0.text("full") }),
    ]

    @Test(arguments: replies)
    func `a reply is read to its end`(_ reply: Reply) {
        for isLonger in [false, true] {
            var client = Self.attached()
            reply.ask(&client)
            let bytes = Self.reply(1, failure: reply.failure) {
                reply.body(&$0)
                if isLonger { $0.u8(0) }
            }
            let outputs = Self.hear(bytes, &client)
            #expect(client.isOver == isLonger)
            let isDetached = outputs.contains { output in
                if case .detached(let error) = output {
                    error.code == .protocolViolation
                } else {
                    false
                }
            }
            #expect(isDetached == isLonger)
        }
    }

    @Test func `a session has only so many requests open`() {
        var client = Self.attached { $0.requests = 2 }
        let watch = client.watch(.all, at: .zero)
        _ = client.query(.node, at: .zero)
        let third = client.query(.node, at: .zero)
        let failure = Self.outputs(&client).contains { output in
            if case .failed(third, let error) = output {
                error.code == .limitReached
            } else {
                false
            }
        }
        #expect(failure)
        // A place that is given back is used again.
        _ = Self.hear(Self.reply(2) { $0.text("{}") }, &client)
        let fourth = client.query(.node, at: .zero)
        let answer = Self.hear(Self.reply(4) { $0.text("{}") }, &client)
        #expect(answer == [.rows(fourth, ["{}"])])
        #expect(watch.number == 1)
    }

    @Test func `an answer above the limit fails, and what comes of it is not kept`() {
        var client = Self.attached { $0.answerBytes = 10 }
        let query = client.query(.services, at: .zero)
        _ = Self.hear(Self.reply(1, isPart: true) { $0.text("12345678") }, &client)
        let outputs = Self.hear(Self.reply(1, isPart: true) { $0.text("12345678") }, &client)
        #expect(
            outputs == [.failed(query, CommyError(.limitReached, "bytes of one answer"))])
        #expect(Self.hear(Self.reply(1) { $0.text("12345678") }, &client).isEmpty)
        #expect(!client.isOver)
    }
}

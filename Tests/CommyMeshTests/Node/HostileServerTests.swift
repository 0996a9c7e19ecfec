import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// A node with a valid certificate that offers a service and answers against the protocol: it is
/// cut off alone, and each call to it has one outcome.
struct HostileServerTests {
    struct Answer: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code = ErrorCode.protocolViolation
        var write: @Sendable (inout ByteWriter) -> Void
    }

    /// The first stream that the acceptor of a link opens.
    static let stream: UInt64 = 2
    private static let raw = HostilePeerTests.raw

    static let answers: [Answer] = [
        Answer(
            testDescription: "a HEAD that is none, and the end",
            write: raw(8, 1, stream, [0, 0, 0, 1, 1, 0x20, 0])),
        Answer(
            testDescription: "a HEAD that is none", write: raw(8, 0, stream, [0, 0, 0, 0, 9])),
        Answer(
            testDescription: "a RESET that is none",
            write: raw(11, 0, stream, [1, 1, 7, 0])),
        Answer(
            testDescription: "DATA before HEAD", write: raw(9, 0, stream, [1])),
        Answer(
            testDescription: "END before HEAD", write: raw(10, 0, stream, [])),
        Answer(
            testDescription: "HEAD twice",
            write: {
                raw(8, 0, stream, [0, 0, 0, 0])(&$0)
                raw(8, 0, stream, [0, 0, 0, 0])(&$0)
            }),
        Answer(
            testDescription: "more DATA than its credit", code: .flowControlViolation,
            write: { writer in
                raw(8, 0, stream, [0, 0, 0, 0])(&writer)
                let piece = [UInt8](repeating: 0, count: 60_000)
                for _ in 0..<3 { raw(9, 0, stream, piece)(&writer) }
            }),
        Answer(
            testDescription: "an answer on a stream that was never opened",
            write: raw(8, 1, 40, [0, 0, 0, 0])),
    ]

    /// Somebody joins `n1` and offers a service.
    static func join(
        _ bed: MeshBed, _ service: String, as name: String = "mallory"
    ) -> BedStranger {
        let stranger = bed.strangerConnects(name, to: 1)
        var writer = ByteWriter()
        writer.raw(stranger.hello)
        guard let offer = try? ServiceOffer(service: ServiceName(service)!) else {
            preconditionFailure("tests offer what is sound")
        }
        let delta = CatalogDelta(
            owner: NodeID(stranger.name), base: 0,
            version: CatalogVersion(generation: 1, life: 9, counter: 1),
            records: [CatalogRecord(number: 1, counter: 1, content: .live(.up, offer))])
        CatalogMessage.delta(delta).encodeFrame(into: &writer)
        bed.say(writer.bytes, stranger)
        bed.run(for: .milliseconds(5))
        return stranger
    }

    @Test(arguments: answers)
    func `it is cut off alone, and its caller hears once`(_ answer: Answer) {
        let (bed, _, _) = NodeCallTests.service(1)
        let caller = bed.attach(1)
        let stranger = Self.join(bed, "evil")
        let call = caller.call(bed, "evil", timeout: nil)
        bed.run(for: .milliseconds(5))
        #expect(!stranger.isClosed)
        #expect(caller.outcome(call) == nil)
        var writer = ByteWriter()
        answer.write(&writer)
        bed.say(writer.bytes, stranger)
        bed.run(for: .milliseconds(50))
        #expect(stranger.isClosed)
        #expect(stranger.farewell == answer.code)
        // The bed traps if a second outcome comes.
        #expect(caller.outcome(call) == .failed(.connectionLost, .maybe))
        #expect(caller.detached == nil)
        #expect(bed.hosts[1].node.calls.count == 0)
        let next = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(next) == .answered([1, 2, 3]))
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        var code: ErrorCode
        var delivered: ErrorCode.Delivery
        var isIdempotent: Bool
        /// Whether the other instance gets the call.
        var isTriedAgain: Bool
        var testDescription: String { "\(code) \(delivered) idempotent=\(isIdempotent)" }
    }
    static let refusals: [Refusal] = [
        Refusal(code: .overloaded, delivered: .no, isIdempotent: false, isTriedAgain: true),
        Refusal(code: .draining, delivered: .no, isIdempotent: false, isTriedAgain: true),
        Refusal(code: .noSuchInstance, delivered: .no, isIdempotent: false, isTriedAgain: true),
        Refusal(code: .overloaded, delivered: .maybe, isIdempotent: false, isTriedAgain: false),
        Refusal(code: .overloaded, delivered: .maybe, isIdempotent: true, isTriedAgain: true),
        Refusal(code: .instanceLost, delivered: .maybe, isIdempotent: false, isTriedAgain: false),
        Refusal(code: .instanceLost, delivered: .maybe, isIdempotent: true, isTriedAgain: true),
        // About the request itself: another instance would say the same.
        Refusal(code: .noSuchMethod, delivered: .no, isIdempotent: true, isTriedAgain: false),
        Refusal(
            code: .applicationError, delivered: .maybe, isIdempotent: true, isTriedAgain: false),
    ]

    /// Two instances: mallory's, which refuses, and an honest one that is tried afterwards or not.
    @Test(arguments: refusals)
    func `another instance gets a call only when the first has certainly not`(_ refusal: Refusal) {
        let (bed, _, servers) = NodeCallTests.service(1)
        let caller = bed.attach(1)
        let stranger = Self.join(bed, "orders")
        // So that mallory is the only one at first.
        bed.crash(servers[0])
        bed.run(for: .milliseconds(10))
        let call = caller.call(bed, "orders", timeout: nil, idempotent: refusal.isIdempotent)
        bed.run(for: .milliseconds(5))
        let honest = bed.attach(1)
        honest.register(bed, "orders")
        bed.run(for: .milliseconds(5))
        #expect(caller.outcome(call) == nil)
        var writer = ByteWriter()
        ResetFrame(code: refusal.code, delivered: refusal.delivered)
            .encodeFrame(stream: StreamID(Self.stream), into: &writer)
        bed.say(writer.bytes, stranger)
        bed.run(for: .milliseconds(10))
        #expect(honest.served.count == (refusal.isTriedAgain ? 1 : 0))
        let expected: BedClient.Outcome =
            refusal.isTriedAgain ? .answered([1, 2, 3]) : .failed(refusal.code, refusal.delivered)
        #expect(caller.outcome(call) == expected)
        #expect(!stranger.isClosed)
    }
}

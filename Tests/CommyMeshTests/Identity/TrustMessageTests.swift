import CommyBase
import CommyMesh
import CommyWire
import Testing

struct TrustMessageTests {
    struct Source: MessageSource {
        var dice: RandomStream

        mutating func print() throws -> Fingerprint {
            try #require(Fingerprint((0..<32).map { _ in UInt8(below(256)) }))
        }

        mutating func state() throws -> TrustState {
            let anchor = TrustAnchor(
                fingerprint: try print(), notAfter: Int64(bitPattern: dice.next()),
                certificate: (0...below(40)).map { _ in UInt8(below(256)) })
            return TrustState(
                term: 1 + UInt64(below(TrustState.termLimit)),
                step: TrustState.Step.allCases[below(4)],
                owner: try #require(NodeName("n\(below(1 << 30))")), anchor: try #require(anchor))
        }

        mutating func report() throws -> TrustReport {
            TrustReport(
                node: try #require(NodeName("n\(below(1 << 30))")), life: dice.next(),
                counter: dice.next() >> UInt64(2 + below(62)),
                anchors: try (0..<below(9)).map { _ in try print() }.sorted(),
                issuer: below(2) == 0 ? nil : try print(),
                certificateEnd: Int64(bitPattern: dice.next()))
        }

        mutating func message() throws -> TrustMessage {
            switch below(3) {
            case 0:
                return .news(
                    state: below(2) == 0 ? nil : try state(),
                    reports: try (0..<below(5)).map { _ in try report() })
            case 1: return .compare(hash: dice.next())
            default:
                let known = (0..<below(20)).map { _ in dice.next() }.sorted().map {
                    TrustMessage.KnownReport(
                        id: NodeID(value: $0),
                        version: .init(counter: dice.next() >> 30, life: dice.next()))
                }
                return .request(state: below(2) == 0 ? nil : try state().version, known: known)
            }
        }
    }

    private typealias Check = CodecCheck<Source>

    @Test func `messages of every kind are read as they were written`() throws {
        try Check.messagesAreReadAsWritten(count: 1_000)
    }

    @Test func `every beginning of a message is an error and nothing else`() throws {
        try Check.everyBeginningIsAnError(count: 40)
    }

    @Test func `any bytes give a message or an error, and a message only one form`() throws {
        try Check.anyBytesHaveOneForm(rounds: 12_000, mutations: 3)
    }

    @Test func `the largest messages fit into a frame`() throws {
        let name = try #require(NodeName(String(repeating: "n", count: NameRule.byteLimit)))
        let print = try #require(Fingerprint(Array(repeating: 255, count: 32)))
        let anchor = try #require(
            TrustAnchor(
                fingerprint: print, notAfter: .max,
                certificate: Array(repeating: 1, count: TrustAnchor.byteLimit)))
        let state = TrustState(
            term: TrustState.termLimit, step: .settled, owner: name, anchor: anchor)
        let report = TrustReport(
            node: name, life: .max, counter: TrustReport.counterLimit,
            anchors: Array(repeating: print, count: TrustLimits.bundle), issuer: print,
            certificateEnd: .max)
        let news = TrustMessage.news(
            state: state,
            reports: Array(repeating: report, count: TrustLimits.reportsPerMessage))
        #expect(Check.encoded(news).count <= WireLimits.framePayload)
        let known = (0..<UInt64(TrustLimits.reports)).map {
            TrustMessage.KnownReport(
                id: NodeID(value: $0),
                version: .init(counter: TrustReport.counterLimit, life: .max))
        }
        let request = TrustMessage.request(state: state.version, known: known)
        #expect(Check.encoded(request).count <= WireLimits.framePayload)
    }

    @Test func `a machine survives any message that can be read`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 5)))
        let world = try TrustWorld(3)
        for _ in 0..<2_000 {
            let message = try source.message()
            world.nodes[0].machine.received(message, from: world.id(1), at: world.now)
            world.drain(0)
        }
        #expect(world.nodes[0].machine.reports.count == 3, "strangers have no row")
    }

    @Test func `a fingerprint is 32 bytes, written as 64 digits`() throws {
        #expect(Fingerprint([1, 2, 3]) == nil)
        let print = try #require(Fingerprint(Array(0..<32)))
        #expect(print.bytes == Array(0..<32))
        #expect(
            print.description
                == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    }
}

import CommyBase
import CommyMesh
import CommyWire
import Testing

struct TrustMessageTests {
    struct Source {
        var dice: RandomStream

        mutating func below(_ limit: UInt64) -> Int { Int(dice.next() % limit) }

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

    private func encoded(_ message: TrustMessage) -> [UInt8] {
        var writer = ByteWriter()
        message.encode(into: &writer)
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8]) throws(WireError) -> TrustMessage {
        try TrustMessage(decoding: unsafe bytes.span.bytes)
    }

    @Test func `messages of every kind are read as they were written`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 1)))
        for _ in 0..<1_000 {
            let message = try source.message()
            #expect(try decoded(encoded(message)) == message)
        }
    }

    @Test func `every beginning of a message is an error and nothing else`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 2)))
        for _ in 0..<40 {
            let bytes = encoded(try source.message())
            for count in 0..<bytes.count {
                #expect(throws: WireError.self) { try decoded(Array(bytes[..<count])) }
            }
            #expect(throws: WireError.invalid("trailing bytes")) { try decoded(bytes + [0]) }
        }
    }

    @Test func `any bytes give a message or an error, and a message only one form`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 3)))
        var accepted = 0
        for round in 0..<12_000 {
            var bytes = round % 4 == 0 ? [] : encoded(try source.message())
            if bytes.isEmpty {
                bytes = (0..<source.below(120)).map { _ in UInt8(source.below(256)) }
            }
            for _ in 0..<source.below(3) where !bytes.isEmpty {
                let place = source.below(UInt64(bytes.count))
                switch source.below(4) {
                case 0: bytes[place] = UInt8(source.below(256))
                case 1: bytes[place] ^= 1 << UInt8(source.below(8))
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8(source.below(256)), at: place)
                }
            }
            guard let message = try? decoded(bytes) else { continue }
            accepted += 1
            #expect(encoded(message) == bytes)
        }
        #expect(accepted > 1_000, "the mutations must leave some messages whole")
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
        #expect(encoded(news).count <= WireLimits.framePayload)
        let known = (0..<UInt64(TrustLimits.reports)).map {
            TrustMessage.KnownReport(
                id: NodeID(value: $0),
                version: .init(counter: TrustReport.counterLimit, life: .max))
        }
        let request = TrustMessage.request(state: state.version, known: known)
        #expect(encoded(request).count <= WireLimits.framePayload)
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

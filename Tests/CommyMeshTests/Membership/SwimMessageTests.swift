import CommyBase
import CommyMesh
import CommyWire
import Testing

struct SwimMessageTests {
    /// Draws messages of every kind.
    struct Source {
        var dice: RandomStream

        mutating func below(_ limit: UInt64) -> Int { Int(dice.next() % limit) }

        mutating func record() throws -> MemberRecord {
            let addresses = (0..<below(9)).map { index in
                below(2) == 0
                    ? NetworkAddress(host: .v4(UInt32(index)), port: 7)
                    : NetworkAddress(host: .v6(high: dice.next(), low: 1), port: 65_535)
            }
            return MemberRecord(
                name: try #require(NodeName("n\(below(1 << 40))")),
                zone: try #require(Zone(["", "eu", "eu/a/rack-3"][below(3)])),
                addresses: addresses, incarnation: dice.next() >> UInt64(2 + below(62)),
                life: dice.next())
        }

        mutating func ascending(_ limit: UInt64) -> [NodeID] {
            Array(Set((0..<1 + below(limit)).map { _ in NodeID(value: dice.next()) })).sorted()
        }

        mutating func news() throws -> [MemberUpdate] {
            try (0..<below(9)).map { _ in
                let state = MemberState.allCases[below(4)]
                let suspectors = state == .suspect ? ascending(4) : []
                return MemberUpdate(record: try record(), state: state, suspectors: suspectors)
            }
        }

        mutating func message() throws -> SwimMessage {
            let number = dice.next() >> UInt64(below(64))
            switch below(8) {
            case 0: return .probe(number: number, news: try news())
            case 1: return .ack(number: number, news: try news())
            case 2:
                return .probeRequest(
                    number: number, target: NodeID(value: dice.next()), news: try news())
            case 3:
                return .nack(
                    number: number, SwimMessage.Refusal.allCases[below(2)], news: try news())
            case 4: return .gossip(news: try news())
            case 5: return .compare(viewHash: dice.next())
            case 6:
                return .syncRequest(
                    digest: ascending(30).map {
                        .init(
                            id: $0,
                            version: MemberVersion(
                                incarnation: dice.next() >> 40,
                                state: MemberState.allCases[below(4)], life: dice.next()))
                    })
            default: return .sync(news: try news(), wanted: ascending(9))
            }
        }
    }

    private func encoded(_ message: SwimMessage) -> [UInt8] {
        var writer = ByteWriter()
        message.encode(into: &writer)
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8]) throws(WireError) -> SwimMessage {
        try SwimMessage(decoding: unsafe bytes.span.bytes)
    }

    @Test func `messages of every kind are read as they were written`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 1)))
        for _ in 0..<2_000 {
            let message = try source.message()
            #expect(try decoded(encoded(message)) == message)
        }
    }

    @Test func `every beginning of a message is an error and nothing else`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 2)))
        for _ in 0..<60 {
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
        for round in 0..<20_000 {
            var bytes = round % 4 == 0 ? [] : encoded(try source.message())
            if bytes.isEmpty {
                bytes = (0..<source.below(120)).map { _ in UInt8(source.below(256)) }
            }
            for _ in 0..<source.below(4) where !bytes.isEmpty {
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

    @Test func `a count that promises more than the bytes hold costs no memory`() {
        // A digest of 2,048 entries in eleven bytes.
        #expect(throws: WireError.truncated) {
            try decoded([7, 0x80, 0x10] + Array(repeating: 0, count: 8))
        }
        #expect(throws: WireError.tooLarge("digest")) { try decoded([7, 0x81, 0x10]) }
        #expect(throws: WireError.tooLarge("updates")) { try decoded([5, 65]) }
    }

    @Test func `the largest messages fit into a frame`() throws {
        let name = try #require(NodeName(String(repeating: "n", count: NameRule.byteLimit)))
        let part = String(repeating: "z", count: 63)
        let zone = try #require(Zone("\(part)/\(part)/\(part)/\(part)"))
        let record = MemberRecord(
            name: name, zone: zone,
            addresses: Array(
                repeating: NetworkAddress(host: .v6(high: .max, low: .max), port: 1),
                count: MemberRecord.addressLimit),
            incarnation: MemberUpdate.incarnationLimit, life: .max)
        let update = MemberUpdate(
            record: record, state: .suspect, suspectors: (1...4).map { NodeID(value: $0) })
        let news = Array(repeating: update, count: SwimMessage.updateLimit)
        let wanted = (0..<UInt64(SwimMessage.wantedLimit)).map { NodeID(value: $0) }
        #expect(encoded(.sync(news: news, wanted: wanted)).count <= WireLimits.framePayload)
        let version = MemberVersion(
            incarnation: MemberUpdate.incarnationLimit, state: .dead, life: .max)
        let digest = wanted.map { SwimMessage.DigestEntry(id: $0, version: version) }
        #expect(encoded(.syncRequest(digest: digest)).count <= WireLimits.framePayload)
    }

    @Test func `two forms of one set are not both accepted`() throws {
        let entry = encoded(.sync(news: [], wanted: [NodeID(value: 1), NodeID(value: 2)]))
        var swapped = entry
        swapped.swapAt(3, 11)
        #expect(throws: WireError.invalid("wanted members")) { try decoded(swapped) }
    }
}

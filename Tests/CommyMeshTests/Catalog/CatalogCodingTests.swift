import CommyBase
import CommyMesh
import CommyWire
import Testing

struct CatalogCodingTests {
    private func encoded(_ message: CatalogMessage) -> [UInt8] {
        var writer = ByteWriter()
        message.encode(into: &writer)
        return writer.bytes
    }

    private func samples() throws -> [CatalogMessage] {
        let labels = try (0..<4).map { try #require(Label("key-\($0)", "value \($0)")) }
        let offer = try ServiceOffer(
            service: try #require(ServiceName("orders")), zone: try #require(Zone("eu/a")),
            labels: labels,
            formats: [FormatOffer(format: .json), FormatOffer(format: .cbor, versions: 1...2)],
            weight: 7, maxPayloadBytes: .max,
            dependencies: [try #require(ServiceName("stock")), try #require(ServiceName("users"))])
        let version = CatalogVersion(generation: 300, life: .max, counter: 1_000)
        let owner = NodeID(value: 0x0123_4567_89ab_cdef)
        let claims = (0..<3).map {
            CatalogClaim(owner: NodeID(value: UInt64($0) << 40), version: version, hash: .max)
        }
        return [
            .delta(
                CatalogDelta(
                    owner: owner, base: 3, version: version,
                    roster: CatalogRoster(counter: 2_000, numbers: [0, 1, 7, 100_000, .max]),
                    records: [
                        CatalogRecord(number: 9, counter: 4, content: .live(.up, offer)),
                        CatalogRecord(number: 3, counter: 5, content: .gone),
                        CatalogRecord(
                            number: .max, counter: 1_000, content: .live(.draining, offer)),
                    ], hasMore: true)),
            .delta(CatalogDelta(owner: owner, base: 1_000, version: version, records: [])),
            .pull(claims), .pull([]), .summary(viewHash: 0x1122_3344_5566_7788),
            .digest(CatalogDigest(extent: .hint, claims: claims)),
            .digest(
                CatalogDigest(
                    extent: .complete(NodeID(value: 0)...NodeID(value: .max)), claims: claims)),
        ]
    }

    @Test func `a message is read as it was written`() throws {
        for message in try samples() {
            #expect(try CatalogMessage(array: encoded(message)) == message)
        }
    }

    @Test func `every part of a message is truncated`() throws {
        for message in try samples() {
            let bytes = encoded(message)
            for count in bytes.indices {
                #expect(throws: WireError.self) {
                    try CatalogMessage(array: Array(bytes[..<count]))
                }
            }
            #expect(throws: WireError.invalid("end")) {
                try CatalogMessage(array: bytes + [0])
            }
        }
    }

    /// A message has one form: what can be read gives the same bytes again. Checked on bytes that
    /// are random, and on messages with some bytes changed, put in or taken out.
    @Test func `any bytes are refused or are the only form of their message`() throws {
        var random = RandomStream(key: RandomKey(seed: 5).labelled("catalog coding"))
        let samples = try samples().map(encoded)
        var accepted = 0
        for round in 0..<60_000 {
            var bytes: [UInt8]
            if round.isMultiple(of: 3) {
                bytes = (0..<random.next() % 60).map { _ in UInt8(truncatingIfNeeded: random.next())
                }
                if !bytes.isEmpty { bytes[0] = UInt8(random.next() % 6) }
            } else {
                bytes = samples[Int(random.next() % UInt64(samples.count))]
                for _ in 0...random.next() % 3 { mutate(&bytes, &random) }
            }
            guard let message = try? CatalogMessage(array: bytes) else { continue }
            accepted += 1
            #expect(encoded(message) == bytes)
        }
        #expect(accepted > 1_000, "the test reads something")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream) {
        guard !bytes.isEmpty else { return }
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case _: bytes.remove(at: place)
        }
    }

    /// A peer with a valid certificate and no manners: whatever it says, the catalog holds.
    @Test func `a catalog bears any message that can be read`() throws {
        var random = RandomStream(key: RandomKey(seed: 6).labelled("catalog manners"))
        let samples = try samples().map(encoded)
        var stage = try CatalogStage()
        try stage.peer("peer")
        try stage.member("other")
        for _ in 0..<20_000 {
            var bytes = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...random.next() % 4 { mutate(&bytes, &random) }
            guard let message = try? CatalogMessage(array: bytes) else { continue }
            _ = try stage.hear(message, from: random.next().isMultiple(of: 2) ? "peer" : "other")
            if random.next().isMultiple(of: 8) { _ = stage.wait(.milliseconds(700)) }
        }
        #expect(stage.catalog.entryCount < 200)
    }
}

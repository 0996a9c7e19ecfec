import CommyBase
import CommyMesh
import CommyWire
import Testing

struct CatalogCodingTests {
    /// Draws messages of every kind, about few owners, so that they contradict each other.
    struct Source: MessageSource {
        var dice: RandomStream
        static let names = ["own", "peer", "other", "stranger"]

        mutating func owner() throws -> NodeID {
            try CatalogStage.id(Self.names[below(UInt64(Self.names.count))])
        }

        mutating func version() -> CatalogVersion {
            let life: UInt64 = [7, 100, .max][below(3)]
            return CatalogVersion(
                generation: 1 + dice.next() >> UInt64(8 + below(56)), life: life,
                counter: dice.next() >> UInt64(8 + below(56)))
        }

        mutating func offer() throws -> ServiceOffer {
            let labels = try (0..<below(4)).map { try #require(Label("key-\($0)", "value \($0)")) }
            let formats = [
                FormatOffer(format: .json), FormatOffer(format: .cbor, versions: 1...2),
            ]
            let needs = try ["stock", "users"].map { try #require(ServiceName($0)) }
            return try ServiceOffer(
                service: try #require(ServiceName("orders-\(below(5))")),
                zone: try #require(Zone(["", "eu", "eu/a"][below(3)])), labels: labels,
                formats: Array(formats.prefix(below(3))), weight: UInt16(below(300)),
                maxPayloadBytes: UInt32(truncatingIfNeeded: dice.next()),
                dependencies: Array(needs.prefix(below(3))))
        }

        /// Records that rise from `base`, each in one of the three states.
        mutating func records(after base: UInt64) throws -> [CatalogRecord] {
            var counter = base
            return try (0..<below(4)).map { _ in
                counter += 1 + UInt64(below(200))
                let content: CatalogRecord.Content =
                    switch below(3) {
                    case 0: .gone
                    case 1: .live(.up, try offer())
                    default: .live(.draining, try offer())
                    }
                return CatalogRecord(
                    number: below(3) == 0 ? .max : UInt32(below(9)), counter: counter,
                    content: content)
            }
        }

        mutating func roster(at counter: UInt64) -> CatalogRoster {
            let numbers: Set<UInt32> = [0, 1, 7, UInt32(below(100_000)), .max]
            return CatalogRoster(
                counter: counter + UInt64(below(9)), numbers: numbers.sorted())
        }

        mutating func delta() throws -> CatalogDelta {
            var version = version()
            version.counter /= 2
            let base = below(2) == 0 ? 0 : version.counter
            let records = try records(after: base)
            version.counter = max(version.counter, records.last?.counter ?? 0)
            return CatalogDelta(
                owner: try owner(), base: base, version: version,
                roster: below(2) == 0 ? roster(at: version.counter) : nil, records: records,
                hasMore: below(2) == 0)
        }

        mutating func claims() throws -> [CatalogClaim] {
            let owners = Set(try (0..<below(4)).map { _ in try owner() })
            return owners.sorted().map {
                CatalogClaim(owner: $0, version: version(), hash: dice.next() >> 63)
            }
        }

        mutating func message() throws -> CatalogMessage {
            switch below(6) {
            case 0...1: return .delta(try delta())
            case 2: return .pull(try claims())
            case 3: return .summary(viewHash: dice.next())
            case 4: return .digest(CatalogDigest(extent: .hint, claims: try claims()))
            default:
                let all = NodeID(value: 0)...NodeID(value: .max)
                return .digest(CatalogDigest(extent: .complete(all), claims: try claims()))
            }
        }
    }

    private typealias Check = CodecCheck<Source>

    @Test func `messages of every kind are read as they were written`() throws {
        try Check.messagesAreReadAsWritten(count: 2_000)
    }

    @Test func `every beginning of a message is an error and nothing else`() throws {
        try Check.everyBeginningIsAnError(count: 60)
    }

    @Test func `any bytes give a message or an error, and a message only one form`() throws {
        try Check.anyBytesHaveOneForm(rounds: 20_000, mutations: 4)
    }

    @Test func `a count that promises more than the bytes hold costs no memory`() {
        #expect(throws: WireError.truncated) { try Check.decoded([2, 0x80, 0x20]) }
        #expect(throws: WireError.tooLarge("claims")) { try Check.decoded([2, 0x81, 0x20]) }
    }

    /// A peer with a valid certificate and no manners: whatever it says, the catalog holds.
    @Test func `a catalog bears any message that can be read`() throws {
        var source = Source(dice: RandomStream(key: RandomKey(seed: 6)))
        var stage = try CatalogStage()
        try stage.peer("peer")
        try stage.member("other")
        var owners: Set<NodeID> = []
        for _ in 0..<20_000 {
            let message = try source.message()
            if case .delta(let delta) = message { owners.insert(delta.owner) }
            _ = try stage.hear(message, from: source.below(2) == 0 ? "peer" : "other")
            if source.below(8) == 0 { _ = stage.wait(.milliseconds(700)) }
        }
        #expect(owners.count == 4, "every owner was spoken of")
        #expect(stage.catalog.entryCount < 200)
        #expect(stage.catalog.counters.refutations > 0, "own entries were lied about")
    }
}

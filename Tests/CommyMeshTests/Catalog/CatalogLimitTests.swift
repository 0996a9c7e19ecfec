import CommyBase
import CommyMesh
import Testing

struct CatalogLimitTests {
    private func small() -> CatalogLimits {
        var limits = CatalogLimits.standard
        limits.entriesPerOwner = 10
        limits.entries = 160
        limits.bytesPerOwner = 2_000
        limits.bytes = 32_000
        limits.strangers = 3
        limits.tombstonesPerOwner = 5
        limits.owners = 20
        return limits
    }

    private func flood(
        _ owner: NodeID, from first: UInt64, count: UInt64, _ content: CatalogRecord.Content,
        life: UInt64 = 7
    ) -> CatalogMessage {
        let records = (first..<first + count).map {
            CatalogRecord(number: UInt32($0), counter: $0, content: content)
        }
        let version = CatalogVersion(generation: 1, life: life, counter: first + count - 1)
        return .delta(
            CatalogDelta(owner: owner, base: first - 1, version: version, records: records))
    }

    @Test func `a greedy owner fills its own share and takes nothing from others`() throws {
        var stage = try CatalogStage(limits: small())
        try stage.peer("modest")
        try stage.peer("greedy")
        let offer = try CatalogStage.offer("orders")
        _ = try stage.hear(
            flood(try CatalogStage.id("modest"), from: 1, count: 3, .live(.up, offer)),
            from: "modest")
        let greedy = try CatalogStage.id("greedy")
        for round in 0..<20 {
            _ = try stage.hear(
                flood(greedy, from: UInt64(round) * 50 + 1, count: 50, .live(.up, offer)),
                from: "greedy")
        }
        #expect(stage.catalog.entryCount == 13)
        #expect(stage.catalog.counters.refusedRecords == 20 * 50 - 10)
        #expect(stage.catalog.instances(of: offer.service).count == 13)
        // It may give places back and use them again.
        _ = try stage.hear(flood(greedy, from: 1_001, count: 5, .gone), from: "greedy")
        #expect(stage.catalog.entryCount == 13, "those numbers were never its instances")
    }

    @Test func `tombstones of one owner are bounded while they come`() throws {
        var stage = try CatalogStage(limits: small())
        try stage.peer("greedy")
        let greedy = try CatalogStage.id("greedy")
        for round in 0..<50 {
            _ = try stage.hear(
                flood(greedy, from: UInt64(round) * 100 + 1, count: 100, .gone), from: "greedy")
        }
        let claim = CatalogClaim(
            owner: greedy, version: CatalogVersion(generation: 1, life: 7, counter: 1), hash: 1)
        let told = try stage.hear(.pull([claim]), from: "greedy").deltas
        #expect(told.flatMap(\.records).count <= 5 && told.first?.roster != nil)
    }

    @Test func `owners that membership does not know are few, and forgotten`() throws {
        var stage = try CatalogStage(limits: small())
        try stage.peer("relay")
        let offer = try CatalogStage.offer("orders")
        for stranger in 1...100 {
            _ = try stage.hear(
                flood(NodeID(value: UInt64(stranger)), from: 1, count: 1, .live(.up, offer)),
                from: "relay")
        }
        #expect(stage.catalog.entryCount == 3 && stage.ready.isEmpty)
        #expect(stage.catalog.counters.refusedOwners == 97)
        _ = stage.wait(.seconds(40))
        #expect(stage.catalog.entryCount == 0)
    }

    @Test func `one question makes a node say no more than its limit`() throws {
        var limits = CatalogLimits.standard
        limits.messageBytes = 2_000
        limits.answerBytes = 6_000
        var stage = try CatalogStage(limits: limits)
        for number in 0..<1_000 {
            let label = try #require(Label("number", String(number)))
            _ = try stage.catalog.register(
                try CatalogStage.offer("orders", labels: [label]), at: stage.now)
        }
        try stage.peer("peer")
        var known = CatalogClaim(owner: stage.record.id, version: .nothing, hash: 0)
        var other = try CatalogStage("peer", life: 7)
        try other.peer("own", life: 100)
        var questions = 0
        while other.catalog.entryCount < 1_000, questions < 100 {
            let deltas = try stage.hear(.pull([known]), from: "peer").deltas
            #expect(deltas.count <= 4)
            for delta in deltas {
                for claim in try other.hear(.delta(delta), from: "own").pulls { known = claim }
            }
            questions += 1
        }
        #expect(questions > 5 && other.catalog.entryCount == 1_000)
        #expect(known.version.counter < 1_000, "each question began where the last answer ended")
    }
}

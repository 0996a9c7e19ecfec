import CommyBase
import CommyMesh
import Testing

struct CatalogOwnEntriesTests {
    @Test func `changes that come together are told together, each in its last state`() throws {
        var stage = try CatalogStage()
        try stage.peer("peer")
        let kept = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        let brief = try stage.catalog.register(try CatalogStage.offer("users"), at: stage.now)
        try stage.catalog.drain(kept, at: stage.now)
        try stage.catalog.deregister(brief, at: stage.now)
        _ = stage.outputs()
        #expect(stage.wait(.milliseconds(4)).messages.isEmpty)
        let deltas = stage.wait(.milliseconds(1)).deltas
        let delta = try #require(deltas.first)
        #expect(deltas.count == 1)
        #expect(delta.base == 0 && delta.version.counter == 4)
        #expect(delta.records.map(\.number) == [kept.number, brief.number])
        #expect(delta.records.map(\.isLive) == [true, false])
    }

    @Test func `a flapping service is told at most twenty times a second`() throws {
        var stage = try CatalogStage()
        try stage.peer("peer")
        let id = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        var told = 0
        for round in 0..<5_000 {
            try stage.catalog.setState(
                round.isMultiple(of: 2) ? .draining : .up, of: id, at: stage.now)
            told += stage.wait(.milliseconds(2)).deltas.count
        }
        // Ten seconds: twenty at once, then twenty a second.
        #expect(told > 150 && told <= 20 + 200 + 1)
    }

    @Test func `an instance of this node takes the node's place and never an old number`() throws {
        var stage = try CatalogStage()
        let first = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        try stage.catalog.deregister(first, at: stage.now)
        let second = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        #expect(first != second)
        var later = try CatalogStage(life: 101 << 40)
        let third = try later.catalog.register(try CatalogStage.offer("orders"), at: later.now)
        #expect(third.number != 0)
    }

    @Test func `what a program may not do is refused with a reason`() throws {
        var stage = try CatalogStage()
        let id = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        #expect(throws: CatalogError.anotherService) {
            try stage.catalog.update(id, to: try CatalogStage.offer("users"), at: stage.now)
        }
        try stage.catalog.deregister(id, at: stage.now)
        #expect(throws: CatalogError.noSuchInstance) {
            try stage.catalog.drain(id, at: stage.now)
        }
        let label = try #require(Label("tier", "gold"))
        #expect(throws: CatalogError.invalidOffer(.labels)) {
            try CatalogStage.offer("orders", labels: [label, label])
        }
        _ = stage.outputs()
    }

    @Test func `an owner has its share and no more`() throws {
        var limits = CatalogLimits.standard
        limits.entriesPerOwner = 2
        var stage = try CatalogStage(limits: limits)
        for _ in 0..<2 {
            _ = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        }
        #expect(throws: CatalogError.limitReached(.entriesPerOwner)) {
            _ = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        }
        _ = stage.outputs()
    }
}

struct CatalogGossipTests {
    private func version(_ counter: UInt64, life: UInt64 = 7, generation: UInt64 = 1)
        -> CatalogVersion
    {
        CatalogVersion(generation: generation, life: life, counter: counter)
    }

    @Test func `a gap is asked for once, and what fills it closes it`() throws {
        var stage = try CatalogStage()
        try stage.peer("peer")
        let owner = try CatalogStage.id("peer")
        let late = CatalogDelta(
            owner: owner, base: 1, version: version(2),
            records: [try CatalogStage.record(2, 2, "users")])
        #expect(try stage.hear(.delta(late), from: "peer").pulls.map(\.version.counter) == [0])
        #expect(try stage.hear(.delta(late), from: "peer").messages.isEmpty)
        #expect(stage.ready.isEmpty)
        let whole = CatalogDelta(
            owner: owner, base: 0, version: version(2),
            records: [
                try CatalogStage.record(1, 1, "orders"), try CatalogStage.record(2, 2, "users"),
            ])
        _ = try stage.hear(.delta(whole), from: "peer")
        #expect(stage.ready == ["orders", "users"])
        #expect(try stage.hear(.delta(late), from: "peer").isEmpty, "a repetition changes nothing")
    }

    @Test func `a tombstone wins over every older word, also after it is forgotten`() throws {
        var limits = CatalogLimits.standard
        limits.tombstoneRetention = .seconds(1)
        var stage = try CatalogStage(limits: limits)
        try stage.peer("peer")
        let owner = try CatalogStage.id("peer")
        let birth = CatalogDelta(
            owner: owner, base: 0, version: version(1),
            records: [try CatalogStage.record(1, 1, "orders")])
        let end = CatalogDelta(
            owner: owner, base: 1, version: version(2),
            records: [CatalogRecord(number: 1, counter: 2, content: .gone)])
        _ = try stage.hear(.delta(birth), from: "peer")
        _ = try stage.hear(.delta(end), from: "peer")
        _ = stage.wait(.seconds(10))
        #expect(try stage.hear(.delta(birth), from: "peer").isEmpty)
        #expect(stage.catalog.entryCount == 0)
    }

    @Test func `who missed a forgotten tombstone gets a roster`() throws {
        var limits = CatalogLimits.standard
        limits.tombstoneRetention = .seconds(1)
        var stage = try CatalogStage(limits: limits)
        let kept = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        let gone = try stage.catalog.register(try CatalogStage.offer("users"), at: stage.now)
        try stage.catalog.deregister(gone, at: stage.now)
        _ = stage.wait(.seconds(5))
        try stage.peer("peer")
        let own = stage.record.id
        let claim = CatalogClaim(
            owner: own, version: version(2, life: 100), hash: 1)
        let answer = try #require(
            try stage.hear(.pull([claim]), from: "peer").deltas.first)
        #expect(answer.roster?.numbers == [kept.number])

        var other = try CatalogStage("other")
        try other.peer("own", life: 100)
        let before = CatalogDelta(
            owner: own, base: 0, version: version(2, life: 100),
            records: [
                try CatalogStage.record(kept.number, 1, "orders"),
                try CatalogStage.record(gone.number, 2, "users"),
            ])
        _ = try other.hear(.delta(before), from: "own")
        #expect(other.ready == ["orders", "users"])
        let outputs = try other.hear(.delta(answer), from: "own")
        #expect(outputs.contains(.changed(.absent(gone, try #require(ServiceName("users"))))))
        #expect(other.ready == ["orders"])
    }

    @Test func `a node that starts anew wins over what is remembered of it`() throws {
        // Its counter begins at nothing and no clock is asked: only the generation counts.
        var stage = try CatalogStage()
        _ = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        try stage.peer("peer")
        let past = CatalogClaim(
            owner: stage.record.id,
            version: CatalogVersion(generation: 5, life: 99, counter: 1_000), hash: 4)
        let outputs = try stage.hear(.pull([past]), from: "peer")
        #expect(outputs.contains(.refuted(stage.catalog.version)))
        #expect(stage.catalog.version.generation == 6)
        let answer = try #require(outputs.deltas.first)
        #expect(answer.version > past.version && answer.base == 0 && answer.roster != nil)
        let told = try #require(stage.wait(.milliseconds(5)).deltas.first)
        #expect(told.version > past.version && told.records.count == 1)
    }

    @Test func `entries of an earlier life cannot be called, and end when the new one speaks`()
        throws
    {
        var stage = try CatalogStage()
        try stage.peer("peer")
        let owner = try CatalogStage.id("peer")
        let old = CatalogDelta(
            owner: owner, base: 0, version: version(1),
            records: [try CatalogStage.record(1, 1, "orders")])
        _ = try stage.hear(.delta(old), from: "peer")
        #expect(stage.ready == ["orders"])
        try stage.member("peer", life: 8)
        _ = stage.outputs()
        #expect(stage.ready.isEmpty && stage.catalog.entryCount == 1)
        let new = CatalogDelta(
            owner: owner, base: 0, version: version(1, life: 8, generation: 2),
            records: [try CatalogStage.record(9, 1, "users")])
        _ = try stage.hear(.delta(new), from: "peer")
        #expect(stage.ready == ["users"] && stage.catalog.entryCount == 1)
        #expect(
            try stage.hear(.delta(old), from: "peer").messages.count == 1,
            "the teller of old news is told that they are old")
        #expect(stage.ready == ["users"])
    }

    @Test func `only the owner is believed where there is a link with it`() throws {
        var stage = try CatalogStage()
        try stage.peer("owner")
        try stage.peer("liar")
        let forged = CatalogDelta(
            owner: try CatalogStage.id("owner"), base: 0,
            version: version(1, life: 7, generation: 1 << 40),
            records: [try CatalogStage.record(1, 1, "bank")])
        #expect(try stage.hear(.delta(forged), from: "liar").isEmpty)
        #expect(stage.catalog.counters.hearsay == 1)
        // A digest with the same claim makes it ask the owner, not the liar.
        let claim = CatalogClaim(owner: forged.owner, version: forged.version, hash: 3)
        let digest = CatalogDigest(extent: .hint, claims: [claim])
        let asked = try stage.hear(.digest(digest), from: "liar")
        let pull = CatalogMessage.pull(
            [CatalogClaim(owner: forged.owner, version: .nothing, hash: 0)])
        #expect(asked == [.send(pull, to: forged.owner)])
    }

    @Test func `nobody can bring back the dead`() throws {
        var stage = try CatalogStage()
        try stage.peer("relay")
        try stage.member("dead", .dead)
        let delta = CatalogDelta(
            owner: try CatalogStage.id("dead"), base: 0, version: version(1),
            records: [try CatalogStage.record(1, 1, "orders")])
        #expect(try stage.hear(.delta(delta), from: "relay").isEmpty)
        #expect(stage.catalog.counters.afterDeath == 1)
    }
}

import CommyBase
import CommyMesh
import Testing

struct CatalogStalenessTests {
    private func stageWithPeer() throws -> CatalogStage {
        var stage = try CatalogStage()
        try stage.peer("peer")
        let delta = CatalogDelta(
            owner: try CatalogStage.id("peer"), base: 0,
            version: CatalogVersion(generation: 1, life: 7, counter: 1),
            records: [try CatalogStage.record(1, 1, "orders")])
        _ = try stage.hear(.delta(delta), from: "peer")
        return stage
    }

    @Test func `a node that is cut off keeps what it knew and says that it is stale`() throws {
        var stage = try stageWithPeer()
        stage.catalog.linkDown(try CatalogStage.id("peer"), at: stage.now)
        #expect(stage.outputs().contains(.stale(true)))
        try stage.member("peer", .dead)
        _ = stage.wait(.seconds(3_600))
        #expect(stage.catalog.isStale && stage.catalog.entryCount == 1)
        #expect(stage.ready.isEmpty, "kept, and not called")
        try stage.member("peer")
        stage.catalog.linkUp(try CatalogStage.id("peer"), at: stage.now)
        #expect(stage.outputs().contains(.stale(false)))
        #expect(stage.ready == ["orders"], "nothing had to be sent for it")
    }

    @Test func `a dead node's entries are unroutable at once and forgotten after a while`() throws {
        var stage = try stageWithPeer()
        try stage.peer("witness")
        stage.catalog.linkDown(try CatalogStage.id("peer"), at: stage.now)
        try stage.member("peer", .suspect)
        let orders = try #require(ServiceName("orders"))
        #expect(stage.catalog.instances(of: orders).map(\.availability) == [.suspect])
        try stage.member("peer", .dead)
        #expect(stage.catalog.instances(of: orders).map(\.availability) == [.lost])
        _ = stage.wait(.seconds(59))
        #expect(stage.catalog.entryCount == 1)
        _ = stage.wait(.seconds(3))
        #expect(stage.catalog.entryCount == 0)
    }

    @Test func `who leaves takes its entries along`() throws {
        var stage = try stageWithPeer()
        try stage.member("peer", .left)
        #expect(stage.catalog.entryCount == 0)
        _ = stage.outputs()
    }

    @Test func `death is counted from the return of a cut off node`() throws {
        var stage = try stageWithPeer()
        stage.catalog.linkDown(try CatalogStage.id("peer"), at: stage.now)
        try stage.member("peer", .dead)
        _ = stage.wait(.seconds(600))
        try stage.peer("witness")
        _ = stage.wait(.seconds(50))
        #expect(stage.catalog.entryCount == 1)
        _ = stage.wait(.seconds(15))
        #expect(stage.catalog.entryCount == 0)
    }
}

import CommyBase
import CommyMesh
import Testing

struct CatalogWatchTests {
    private func name(_ text: String) throws -> ServiceName { try #require(ServiceName(text)) }

    @Test func `a watch begins with a snapshot and goes on with changes`() throws {
        var stage = try CatalogStage()
        let first = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        _ = try stage.catalog.register(try CatalogStage.offer("users"), at: stage.now)
        let watch = try stage.catalog.watch(.service(try name("orders")), at: stage.now)
        #expect(stage.outputs().last == .watchReady(watch))
        let seen = try #require(stage.catalog.instance(first))
        #expect(
            stage.catalog.takeEvents(watch, limit: 10)
                == [.snapshot(resynchronised: false), .present(seen), .synchronised])
        #expect(stage.catalog.takeEvents(watch, limit: 10).isEmpty)
        try stage.catalog.deregister(first, at: stage.now)
        #expect(stage.outputs().last == .watchReady(watch))
        #expect(stage.catalog.takeEvents(watch, limit: 10) == [.absent(first)])
    }

    @Test func `a slow watcher gets the last state of each instance, once`() throws {
        var stage = try CatalogStage()
        let id = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        let watch = try stage.catalog.watch(.all, at: stage.now)
        while !stage.catalog.takeEvents(watch, limit: 10).isEmpty {}
        for round in 0..<1_000 {
            try stage.catalog.setState(
                round.isMultiple(of: 2) ? .draining : .up, of: id, at: stage.now)
        }
        let ready = stage.outputs().filter { $0 == .watchReady(watch) }
        #expect(ready.count == 2, "once at the begin and once for all changes")
        let seen = try #require(stage.catalog.instance(id))
        #expect(stage.catalog.takeEvents(watch, limit: 10) == [.present(seen)])
    }

    @Test func `a watcher that is too slow for that is told everything anew`() throws {
        var limits = CatalogLimits.standard
        limits.pendingChangesPerWatch = 3
        var stage = try CatalogStage(limits: limits)
        let watch = try stage.catalog.watch(.all, at: stage.now)
        while !stage.catalog.takeEvents(watch, limit: 10).isEmpty {}
        for _ in 0..<4 {
            _ = try stage.catalog.register(try CatalogStage.offer("orders"), at: stage.now)
        }
        _ = stage.outputs()
        let events = stage.catalog.takeEvents(watch, limit: 10)
        #expect(events.first == .snapshot(resynchronised: true))
        #expect(events.last == .synchronised && events.count == 6)
    }

    @Test func `a watch can be ended, and the table of watches be full`() throws {
        var limits = CatalogLimits.standard
        limits.watches = 1
        var stage = try CatalogStage(limits: limits)
        let watch = try stage.catalog.watch(.all, at: stage.now)
        #expect(throws: CatalogError.limitReached(.watches)) {
            _ = try stage.catalog.watch(.all, at: stage.now)
        }
        stage.catalog.unwatch(watch)
        #expect(stage.catalog.takeEvents(watch, limit: 1).isEmpty)
        #expect(try stage.catalog.watch(.all, at: stage.now) != watch)
        _ = stage.outputs()
    }

    @Test func `what a service needs and does not have is told when it changes`() throws {
        var stage = try CatalogStage()
        let shop = try name("shop")
        _ = try stage.catalog.register(
            try CatalogStage.offer("shop", dependencies: ["orders", "users"]), at: stage.now)
        let watch = try stage.catalog.watch(.dependencies(of: shop), at: stage.now)
        let orders = try stage.catalog.register(
            try CatalogStage.offer("orders", dependencies: ["stock", "shop"]), at: stage.now)
        _ = stage.outputs()
        let (users, stock) = (try name("users"), try name("stock"))
        let first = DependencyReport(
            service: shop, unmet: [users], unmetBelow: [stock], isTruncated: false)
        #expect(stage.catalog.takeEvents(watch, limit: 9) == [.dependencies(first)])
        #expect(stage.catalog.takeEvents(watch, limit: 9).isEmpty)
        let id = try stage.catalog.register(try CatalogStage.offer("users"), at: stage.now)
        #expect(stage.outputs().contains(.watchReady(watch)))
        let second = DependencyReport(
            service: shop, unmet: [], unmetBelow: [stock], isTruncated: false)
        #expect(stage.catalog.takeEvents(watch, limit: 9) == [.dependencies(second)])
        #expect(stage.catalog.takeEvents(watch, limit: 9).isEmpty)
        // What drains is not there for new calls.
        try stage.catalog.drain(id, at: stage.now)
        #expect(stage.catalog.takeEvents(watch, limit: 9) == [.dependencies(first)])
        try stage.catalog.deregister(orders, at: stage.now)
        let report = stage.catalog.dependencies(of: shop)
        #expect(report.unmet == [try name("orders"), users] && report.unmetBelow.isEmpty)
        _ = stage.outputs()
    }
}

import CommyBase
import CommyMesh
import Testing

/// What must hold for every history: random ones from many seeds, with the checks of `CatalogMesh`
/// and `Catalog.checkInvariants` after each step.
struct CatalogPropertyTests {
    @Test(arguments: 1...24)
    func `all agree after the trouble, whatever it was`(_ seed: Int) throws {
        var history = RandomHistory(seed: UInt64(seed))
        try history.run(steps: 120)
        history.settle()
        let time = history.mesh.timeToAgree(limit: .seconds(30))
        #expect(time != nil, "no agreement after 30 s")
        history.mesh.run(for: .seconds(5))
        #expect(history.mesh.isAgreed, "an agreement that does not last")
        for index in history.mesh.nodes.indices {
            guard var node = history.mesh.nodes[index] else { continue }
            node.watcher.readAll(&node.catalog)
        }
    }

    /// A property that was never in danger proves nothing.
    @Test func `the histories reach the rare branches`() throws {
        var (refutations, pulls, resynchronisations, stale) = (0, 0, 0, 0)
        for seed in UInt64(1)...9 {
            var history = RandomHistory(seed: seed)
            try history.run(steps: 80)
            for node in history.mesh.nodes.compactMap(\.self) {
                refutations += node.catalog.counters.refutations
                pulls += node.catalog.counters.pulls
                resynchronisations += node.watcher.resynchronisations
                stale += node.catalog.isStale ? 1 : 0
            }
        }
        #expect(refutations > 0 && pulls > 0)
        #expect(resynchronisations > 0 && stale > 0)
    }

    @Test func `the same seed gives the same history`() throws {
        func figures() throws -> [UInt64] {
            var history = RandomHistory(seed: 7)
            try history.run(steps: 60)
            let hashes = history.mesh.nodes.map { $0?.catalog.viewHash ?? 0 }
            return hashes + [UInt64(history.mesh.messages), UInt64(history.mesh.bytes)]
        }
        #expect(try figures() == figures())
    }
}

/// Draws what happens next: programs that come, change and go, nodes that die and return, networks
/// that break and heal.
struct RandomHistory {
    var mesh: CatalogMesh
    private var random: RandomStream
    private static let services = ["orders", "users", "stock", "mail"]

    init(seed: UInt64) {
        random = RandomStream(key: RandomKey(seed: seed).labelled("history"))
        var conditions = CatalogMesh.Conditions()
        // Half of the histories have links that lose, repeat and mix, worse than TCP can be.
        if seed.isMultiple(of: 2) {
            conditions.keepsOrder = false
            conditions.loss = 0.05
            conditions.repetition = 0.05
            conditions.delay = .microseconds(100)...Duration.milliseconds(40)
        }
        // A third forget quickly, so that rosters and returns after forgetting happen.
        if seed.isMultiple(of: 3) {
            conditions.limits.tombstoneRetention = .seconds(1)
            conditions.limits.tombstonesPerOwner = 2
            conditions.limits.deadRetention = .seconds(3)
            conditions.limits.pendingChangesPerWatch = 3
        }
        mesh = CatalogMesh(
            count: 3 + Int(seed % 6), seed: seed, conditions: conditions)
        for index in 0..<mesh.count { mesh.start(index) }
    }

    mutating func run(steps: Int) throws {
        for _ in 0..<steps {
            try step()
            let wait = random.nextUnit()
            // Mostly within the coalescing time, sometimes long enough for deaths.
            mesh.run(for: .microseconds(Int64(wait * wait * wait * 4_000_000)))
        }
    }

    /// Ends all trouble.
    mutating func settle() {
        mesh.heal()
        for index in 0..<mesh.count where mesh.nodes[index] == nil { mesh.start(index) }
        mesh.conditions.loss = 0
    }

    private mutating func step() throws {
        let index = below(mesh.count)
        switch below(14) {
        case 0...3:
            guard mesh.nodes[index] != nil else { return }
            try mesh.register(index, try offer())
        case 4...5: try withOwn(index) { try $0.deregister(index, $1) }
        case 6...7:
            let weight = UInt16(below(5))
            try withOwn(index) { mesh, id in
                guard let old = mesh.truth[id]?.offer else { return }
                try mesh.change(
                    index, id,
                    try ServiceOffer(
                        service: old.service, zone: old.zone, labels: old.labels, weight: weight))
            }
        case 8: try withOwn(index) { try $0.drainInstance(index, $1) }
        case 9: mesh.crash(index)
        case 10: if mesh.nodes[index] == nil { mesh.start(index) }
        case 11...12:
            // Two that cannot meet, and live: others repeat to each what the other says.
            let other = below(mesh.count)
            if other != index { mesh.disconnect(index, other) }
        case _:
            if Set(mesh.side).count > 1 {
                mesh.heal()
            } else {
                mesh.partition((0..<mesh.count).map { _ in below(2) })
            }
        }
    }

    private mutating func withOwn(
        _ index: Int, _ body: (inout CatalogMesh, InstanceID) throws -> Void
    ) throws {
        let own = mesh.truth.keys.filter { $0.node == mesh.id(index) }.sorted()
        guard !own.isEmpty, mesh.nodes[index] != nil else { return }
        try body(&mesh, own[below(own.count)])
    }

    private mutating func offer() throws -> ServiceOffer {
        let service = try #require(ServiceName(Self.services[below(Self.services.count)]))
        let label = try #require(Label("tier", String(below(3))))
        return try ServiceOffer(service: service, labels: [label])
    }

    private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
}

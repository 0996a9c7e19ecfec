import CommyBase
import CommyMesh
import Testing

/// A watcher as a client is one: it keeps a table by what it is told, reads in its own time, and
/// compares with the catalog whenever it has read everything.
struct WatchReplay {
    let watch: WatchID
    private(set) var table: [InstanceID: CatalogInstance] = [:]
    private var collected: [InstanceID: CatalogInstance]?
    private(set) var resynchronisations = 0
    private(set) var isTold = false
    private var random: RandomStream
    /// How likely it reads when it could.
    var eagerness = 0.3

    init(_ catalog: inout Catalog, at now: MeshInstant, seed: UInt64) {
        guard let watch = try? catalog.watch(.all, at: now) else {
            preconditionFailure("there is room for a watch")
        }
        self.watch = watch
        random = RandomStream(key: RandomKey(seed: seed))
    }

    mutating func announced(_ watch: WatchID) {
        #expect(watch == self.watch)
        #expect(!isTold, "announced twice")
        isTold = true
    }

    mutating func read(_ catalog: inout Catalog, at now: MeshInstant) {
        guard isTold, random.nextUnit() < eagerness else { return }
        let limit = Int(random.next() % 20) + 1
        let events = catalog.takeEvents(watch, limit: limit)
        // One more for the word about staleness.
        #expect(events.count <= limit + 1)
        for event in events { take(event) }
        guard events.isEmpty else { return }
        isTold = false
        compare(with: catalog)
    }

    mutating func readAll(_ catalog: inout Catalog) {
        while true {
            let events = catalog.takeEvents(watch, limit: 7)
            if events.isEmpty { break }
            for event in events { take(event) }
        }
        isTold = false
        compare(with: catalog)
    }

    private mutating func take(_ event: WatchEvent) {
        switch event {
        case .snapshot(let resynchronised):
            collected = [:]
            resynchronisations += resynchronised ? 1 : 0
        case .present(let instance):
            collected?[instance.id] = instance
            table[instance.id] = instance
        case .absent(let id):
            collected?[id] = nil
            table[id] = nil
        case .synchronised:
            table = collected ?? table
            collected = nil
        case .stale, .dependencies: break
        }
    }

    private func compare(with catalog: Catalog) {
        let known = catalog.serviceSummaries.flatMap { catalog.instances(of: $0.service) }
        #expect(table.count == known.count)
        #expect(known.allSatisfy { table[$0.id] == $0 }, "a watcher has another table")
    }
}

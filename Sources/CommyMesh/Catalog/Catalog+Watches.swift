public import CommyBase

extension Catalog {
    /// Begins a watch: a snapshot comes first, then changes.
    public mutating func watch(
        _ scope: WatchScope, at now: MeshInstant
    ) throws(CatalogError) -> WatchID {
        move(to: now)
        guard let id = watchTable.add(scope, isStale: isStale) else {
            throw .limitReached(.watches)
        }
        announceWatches()
        return id
    }

    public mutating func unwatch(_ id: WatchID) { watchTable.remove(id) }

    /// The next events of a watch, at most `limit`; empty when it is told everything (or is no
    /// watch). Then `.watchReady` says when there is more. Until it is empty, no more is announced.
    public mutating func takeEvents(_ id: WatchID, limit: Int) -> [WatchEvent] {
        precondition(limit > 0)
        guard let index = watchTable.index(of: id) else { return [] }
        var events: [WatchEvent] = []
        if watchTable.watches[index].owesStaleness {
            watchTable.update(index) { $0.owesStaleness = false }
            events.append(.stale(isStale))
        }
        switch watchTable.watches[index].scope {
        case .dependencies(let service): takeReport(of: service, index, &events)
        case .all, .service: takeInstances(index, limit: limit, &events)
        }
        if events.isEmpty { watchTable.update(index) { $0.isAnnounced = false } }
        return events
    }

    private mutating func takeReport(
        of service: ServiceName, _ index: Int, _ events: inout [WatchEvent]
    ) {
        guard watchTable.watches[index].owesReport else { return }
        let report = dependencies(of: service)
        let isNew = watchTable.update(index) { watch in
            watch.owesReport = false
            defer { watch.lastReport = report }
            return watch.lastReport != report
        }
        if isNew { events.append(.dependencies(report)) }
    }

    private mutating func takeInstances(
        _ index: Int, limit: Int, _ events: inout [WatchEvent]
    ) {
        let waiting = watchTable.update(index) { watch in
            let ids = Array(watch.pending.prefix(limit - min(events.count, limit)))
            watch.pending.removeFirst(ids.count)
            return ids
        }
        let scope = watchTable.watches[index].scope
        for id in waiting { events.append(event(for: id, in: scope)) }
        switch watchTable.watches[index].phase {
        case .following: return
        case .snapshot(let after, let resynchronised):
            guard events.count < limit else { return }
            if !watchTable.watches[index].hasBegun {
                watchTable.update(index) { $0.hasBegun = true }
                events.append(.snapshot(resynchronised: resynchronised))
            }
            continueSnapshot(index, after, resynchronised, limit: limit, &events)
        }
    }

    private mutating func continueSnapshot(
        _ index: Int, _ after: InstanceID?, _ resynchronised: Bool, limit: Int,
        _ events: inout [WatchEvent]
    ) {
        let scope = watchTable.watches[index].scope
        let room = limit - events.count
        let ids = ids(in: scope, after: after, limit: room)
        for id in ids {
            guard let instance = instance(id) else { continue }
            events.append(.present(instance))
        }
        let isComplete = ids.count < room
        if isComplete { events.append(.synchronised) }
        let cursor = ids.last ?? after
        watchTable.update(index) {
            $0.phase =
                isComplete
                ? .following : .snapshot(after: cursor, resynchronised: resynchronised)
        }
    }

    /// The state of an instance now. One that has moved to another service is absent in its old
    /// one.
    private func event(for id: InstanceID, in scope: WatchScope) -> WatchEvent {
        guard let instance = instance(id) else { return .absent(id) }
        if case .service(let name) = scope, instance.service != name { return .absent(id) }
        return .present(instance)
    }

    private func ids(in scope: WatchScope, after: InstanceID?, limit: Int) -> [InstanceID] {
        switch scope {
        case .service(let name):
            guard let service = services[name] else { return [] }
            let place = service.place(after: after)
            return service.instances[place...].prefix(limit).map(\.id)
        case .all: return allIDs(after: after, limit: limit)
        case .dependencies: return []
        }
    }

    /// All instances in order of their ids: owner by owner, this node at its place among them.
    private func allIDs(after: InstanceID?, limit: Int) -> [InstanceID] {
        var ids: [InstanceID] = []
        let first = after.map { replicas.lowerBound(of: $0.node) } ?? 0
        var isOwnDone = after.map { $0.node > node } ?? false
        for ledger in replicas.ledgers[first...] {
            if !isOwnDone, ledger.owner > node {
                own.collect(&ids, after: after, limit: limit)
                isOwnDone = true
            }
            ledger.collect(&ids, after: after, limit: limit)
            if ids.count == limit { return ids }
        }
        if !isOwnDone { own.collect(&ids, after: after, limit: limit) }
        return ids
    }
}

extension OwnerLedger {
    /// Puts the live instances after one behind the others, up to `limit` together.
    func collect(_ ids: inout [InstanceID], after: InstanceID?, limit: Int) {
        var place = 0
        if let after, after.node == owner {
            place = lowerBound(of: after.number)
            if place < records.count, records[place].record.number == after.number { place += 1 }
        }
        while place < records.count, ids.count < limit {
            let record = records[place].record
            if record.isLive { ids.append(InstanceID(node: owner, number: record.number)) }
            place += 1
        }
    }
}

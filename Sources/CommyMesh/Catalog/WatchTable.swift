public import CommyBase

/// The number of a watch, never given twice in one life of a node.
public struct WatchID: Sendable, Hashable, Comparable {
    public let value: UInt64
    public init(value: UInt64) { self.value = value }
    public static func < (left: WatchID, right: WatchID) -> Bool { left.value < right.value }
}

/// What a watch is about.
public enum WatchScope: Sendable, Hashable {
    case all
    case service(ServiceName)
    /// What the service needs and does not have.
    case dependencies(of: ServiceName)
}

/// What a watcher is told. It keeps a table of instances: `present` puts one in or replaces it,
/// `absent` takes one out (if it is there: repetitions are allowed).
public enum WatchEvent: Sendable, Equatable {
    /// A snapshot begins: every instance that is not `present` between here and `synchronised` is
    /// gone. `resynchronised` when the watcher was too slow to be told each change.
    case snapshot(resynchronised: Bool)
    case present(CatalogInstance)
    case absent(InstanceID)
    /// The snapshot is complete; changes follow.
    case synchronised
    /// Whether this node is cut off, so that the table is the last known good.
    case stale(Bool)
    /// The whole report, whenever it differs from the last one.
    case dependencies(DependencyReport)
}

/// Who watches what, and what each has still to be told.
///
///     snapshot(after) --end of table--> following --too many changes--> snapshot(nil)
///
/// A watcher takes its events when it has room. Until then only the ids of changed instances wait
/// here, each once: a slow watcher gets the last state of each instance, and one that is too slow
/// for that gets a new snapshot. So a watch holds at most `pendingChangesPerWatch` ids.
struct WatchTable: Sendable, Equatable {
    enum Phase: Sendable, Equatable {
        /// Instances up to and with this one were told; nil means that it has not begun.
        case snapshot(after: InstanceID?, resynchronised: Bool)
        case following
    }
    struct Watch: Sendable, Equatable {
        let id: WatchID
        let scope: WatchScope
        var phase: Phase = .snapshot(after: nil, resynchronised: false)
        var hasBegun = false
        /// Changed and not told, in order of their first change.
        var pending: [InstanceID] = []
        var owesStaleness = false
        var lastReport: DependencyReport?
        var owesReport = true
        /// The owner of the watch knows that there are events to take.
        var isAnnounced = false
    }
    /// Rising by id.
    private(set) var watches: [Watch] = []
    /// Watches with something new that were not announced yet.
    private(set) var toAnnounce: [WatchID] = []
    private var lastID: UInt64 = 0
    private let limits: CatalogLimits

    init(limits: CatalogLimits) { self.limits = limits }

    /// Nil when there are too many.
    mutating func add(_ scope: WatchScope, isStale: Bool) -> WatchID? {
        guard watches.count < limits.watches else { return nil }
        lastID += 1
        watches.append(
            Watch(id: WatchID(value: lastID), scope: scope, owesStaleness: isStale))
        announce(watches.count - 1)
        return WatchID(value: lastID)
    }

    mutating func remove(_ id: WatchID) {
        watches.removeAll { $0.id == id }
        toAnnounce.removeAll { $0 == id }
    }

    func index(of id: WatchID) -> Int? {
        var low = 0
        var high = watches.count
        while low < high {
            let middle = (low + high) / 2
            if watches[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < watches.count && watches[low].id == id ? low : nil
    }

    /// An instance of a service changed, appeared or vanished.
    mutating func changed(_ instance: InstanceID, of service: ServiceName) {
        for index in watches.indices {
            switch watches[index].scope {
            case .all: note(instance, at: index)
            case .service(service): note(instance, at: index)
            case .service: continue
            case .dependencies:
                watches[index].owesReport = true
                announce(index)
            }
        }
    }

    mutating func stalenessChanged() {
        for index in watches.indices {
            watches[index].owesStaleness = true
            announce(index)
        }
    }

    mutating func nextToAnnounce() -> WatchID? {
        toAnnounce.isEmpty ? nil : toAnnounce.removeFirst()
    }

    /// Lets the caller take events out of a watch.
    mutating func update<Result>(_ index: Int, _ body: (inout Watch) -> Result) -> Result {
        body(&watches[index])
    }

    private mutating func note(_ instance: InstanceID, at index: Int) {
        switch watches[index].phase {
        case .snapshot(nil, _): return
        case .snapshot(let after?, _):
            // What comes later in the snapshot is told there in its last state.
            guard instance <= after else { return }
        case .following: break
        }
        if watches[index].pending.contains(instance) { return }
        if watches[index].pending.count == limits.pendingChangesPerWatch {
            watches[index].pending.removeAll()
            watches[index].hasBegun = false
            watches[index].phase = .snapshot(after: nil, resynchronised: true)
        } else {
            watches[index].pending.append(instance)
        }
        announce(index)
    }

    private mutating func announce(_ index: Int) {
        guard !watches[index].isAnnounced else { return }
        watches[index].isAnnounced = true
        toAnnounce.append(watches[index].id)
    }

    func checkInvariants() {
        precondition(watches.count <= limits.watches)
        precondition(zip(watches, watches.dropFirst()).allSatisfy { $0.id < $1.id })
        precondition(toAnnounce.allSatisfy { id in index(of: id) != nil })
        precondition(
            watches.allSatisfy { $0.pending.count <= limits.pendingChangesPerWatch })
    }
}

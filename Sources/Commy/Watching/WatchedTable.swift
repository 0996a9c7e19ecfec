internal import CommyBase
internal import CommyMesh

/// The instances that one watch shows, kept from the node's events.
struct WatchedTable {
    /// Rising by id.
    private var instances: [CatalogInstance] = []
    /// Of a snapshot that is not whole yet; nil when none is under way.
    private var snapshot: [CatalogInstance]?
    private var isNodeStale = false
    /// The session is gone.
    private var isDetached = false
    private var hasBegun = false

    /// What a reader should see now; nil before the first snapshot is whole.
    var view: ServiceView? {
        guard hasBegun, snapshot == nil || isDetached else { return nil }
        return ServiceView(
            instances: instances.map(ServiceInstance.init), isStale: isNodeStale || isDetached)
    }

    mutating func detached() {
        isDetached = true
        // The next session says it anew if it is so, and says nothing if it is not.
        isNodeStale = false
        snapshot = nil
    }

    mutating func take(_ event: WatchEvent) {
        switch event {
        case .snapshot: snapshot = []
        case .present(let instance):
            if snapshot == nil {
                Self.put(instance, into: &instances)
            } else {
                Self.put(instance, into: &snapshot!)
            }
        case .absent(let id):
            instances.removeAll { $0.id == id }
            snapshot?.removeAll { $0.id == id }
        case .synchronised:
            if let snapshot { instances = snapshot }
            snapshot = nil
            hasBegun = true
            isDetached = false
        case .stale(let isStale): isNodeStale = isStale
        // Only watches of dependencies have reports.
        case .dependencies: return
        }
    }

    private static func put(_ instance: CatalogInstance, into list: inout [CatalogInstance]) {
        let place = list.partitionPoint { $0.id < instance.id }
        if place < list.count, list[place].id == instance.id {
            list[place] = instance
        } else {
            list.insert(instance, at: place)
        }
    }
}

extension ServiceInstance {
    init(_ instance: CatalogInstance) {
        id = instance.id.description
        service = instance.service.text
        zone = instance.entry.offer.zone.description
        labels = Dictionary(
            instance.entry.offer.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        weight = Int(instance.entry.offer.weight)
        state =
            switch instance.availability {
            case .ready: .ready
            case .draining: .draining
            case .suspect: .suspect
            case .lost: .lost
            case .unconfirmed: .unconfirmed
            }
    }
}

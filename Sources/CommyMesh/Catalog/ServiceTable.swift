internal import CommyBase

/// Which instances each service has: the index of the catalog by name.
///
/// Invariants: names rise; instances of a service rise; no service is empty; `readyCount` is how
/// many of them are ready.
struct ServiceTable: Sendable, Equatable {
    struct Service: Sendable, Equatable {
        let name: ServiceName
        fileprivate(set) var instances: [Instance] = []
        fileprivate(set) var readyCount = 0
    }
    struct Instance: Sendable, Equatable {
        let id: InstanceID
        var availability: Availability
    }
    private(set) var services: [Service] = []

    subscript(name: ServiceName) -> Service? {
        let index = lowerBound(of: name)
        return index < services.count && services[index].name == name ? services[index] : nil
    }

    /// How many instances of the service are ready, without copying it.
    func readyCount(_ name: ServiceName) -> Int {
        let index = lowerBound(of: name)
        guard index < services.count, services[index].name == name else { return 0 }
        return services[index].readyCount
    }

    mutating func set(_ id: InstanceID, _ availability: Availability, of name: ServiceName) {
        let place = lowerBound(of: name)
        if place == services.count || services[place].name != name {
            services.insert(Service(name: name), at: place)
        }
        services[place].set(id, availability)
    }

    mutating func remove(_ id: InstanceID, of name: ServiceName) {
        let place = lowerBound(of: name)
        guard place < services.count, services[place].name == name else { return }
        services[place].remove(id)
        if services[place].instances.isEmpty { services.remove(at: place) }
    }

    private func lowerBound(of name: ServiceName) -> Int {
        var low = 0
        var high = services.count
        while low < high {
            let middle = (low + high) / 2
            if services[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func checkInvariants() {
        precondition(zip(services, services.dropFirst()).allSatisfy { $0.name < $1.name })
        for service in services {
            precondition(!service.instances.isEmpty)
            precondition(
                zip(service.instances, service.instances.dropFirst()).allSatisfy { $0.id < $1.id })
            let ready = service.instances.lazy.filter { $0.availability == .ready }.count
            precondition(service.readyCount == ready)
        }
    }
}

extension ServiceTable.Service {
    /// The first place whose instance is above this one; the first of all for nil.
    func place(after id: InstanceID?) -> Int {
        guard let id else { return 0 }
        let place = lowerBound(of: id)
        return place < instances.count && instances[place].id == id ? place + 1 : place
    }

    fileprivate mutating func set(_ id: InstanceID, _ availability: Availability) {
        let place = lowerBound(of: id)
        if place < instances.count, instances[place].id == id {
            readyCount -= instances[place].availability == .ready ? 1 : 0
            instances[place].availability = availability
        } else {
            instances.insert(.init(id: id, availability: availability), at: place)
        }
        readyCount += availability == .ready ? 1 : 0
    }

    fileprivate mutating func remove(_ id: InstanceID) {
        let place = lowerBound(of: id)
        guard place < instances.count, instances[place].id == id else { return }
        readyCount -= instances[place].availability == .ready ? 1 : 0
        instances.remove(at: place)
    }

    private func lowerBound(of id: InstanceID) -> Int {
        var low = 0
        var high = instances.count
        while low < high {
            let middle = (low + high) / 2
            if instances[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

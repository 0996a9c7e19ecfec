public import CommyBase

/// One line about a service.
public struct ServiceSummary: Sendable, Hashable {
    public let service: ServiceName
    public let instanceCount: Int
    public let readyCount: Int
    /// Equal on two nodes that know the same of the service.
    public let hash: UInt64
}

extension Catalog {
    /// This node's own version, as others know it.
    public var version: CatalogVersion { own.version }

    /// Live instances, own and others', callable or not.
    public var entryCount: Int {
        own.liveCount + replicas.ledgers.reduce(0) { $0 + $1.liveCount }
    }

    /// Equal on two nodes that know the same of all who live.
    public var viewHash: UInt64 {
        allClaims.reduce(0) { sum, claim in
            var hash = StableHash.mix(claim.owner.value)
            hash = StableHash.mix(hash ^ claim.version.generation)
            hash = StableHash.mix(hash ^ claim.version.life)
            hash = StableHash.mix(hash ^ claim.version.counter)
            return sum &+ StableHash.mix(hash ^ claim.hash)
        }
    }

    /// Every service that has an instance, sorted by name.
    public var serviceSummaries: [ServiceSummary] {
        services.services.map(summary)
    }

    public func summary(of service: ServiceName) -> ServiceSummary? {
        services[service].map(summary)
    }

    /// All instances of a service in order of their ids, callable or not.
    public func instances(of service: ServiceName) -> [CatalogInstance] {
        (services[service]?.instances ?? []).compactMap { instance($0.id) }
    }

    /// Instances that are ready and meet the requirement.
    public func instances(
        of service: ServiceName, meeting requirement: CapabilityRequirement
    ) -> [CatalogInstance] {
        instances(of: service).filter {
            $0.availability == .ready && requirement.mismatch(with: $0.entry.offer) == nil
        }
    }

    public func instance(_ id: InstanceID) -> CatalogInstance? {
        if id.node == node {
            return own.entry(id.number).map { entry in
                let isUp = entry.state == .up
                return CatalogInstance(entry: entry, availability: isUp ? .ready : .draining)
            }
        }
        guard let index = replicas.index(of: id.node) else { return nil }
        let life = replicas.ledgers[index].version.life
        return replicas.ledgers[index].entry(id.number).map { entry in
            CatalogInstance(
                entry: entry,
                availability: members.availability(
                    owner: id.node, life: life, state: entry.state))
        }
    }

    /// What a service needs and does not have: named by one of its instances that are not lost, and
    /// without a ready instance. Follows the needs of what it needs, each service once.
    public func dependencies(of service: ServiceName) -> DependencyReport {
        var visited = [service]
        var unmet: [ServiceName] = []
        var unmetBelow: [ServiceName] = []
        var level = needs(of: service)
        var depth = 0
        while !level.isEmpty, depth < limits.dependencyDepth {
            var next: [ServiceName] = []
            for name in level where !visited.contains(name) {
                guard visited.count < limits.dependencyVisits else { break }
                visited.append(name)
                if services.readyCount(name) == 0 {
                    if depth == 0 { unmet.append(name) } else { unmetBelow.append(name) }
                }
                next += needs(of: name)
            }
            level = Self.unique(next.filter { !visited.contains($0) })
            depth += 1
        }
        return DependencyReport(
            service: service, unmet: unmet.sorted(), unmetBelow: unmetBelow.sorted(),
            isTruncated: !level.isEmpty)
    }

    private func needs(of service: ServiceName) -> [ServiceName] {
        var names: [ServiceName] = []
        for instance in services[service]?.instances ?? [] where instance.availability != .lost {
            names += self.instance(instance.id)?.entry.offer.dependencies ?? []
        }
        return Self.unique(names)
    }

    private static func unique(_ names: [ServiceName]) -> [ServiceName] {
        var result: [ServiceName] = []
        for name in names.sorted() where result.last != name { result.append(name) }
        return result
    }

    private func summary(_ service: ServiceTable.Service) -> ServiceSummary {
        var hash: UInt64 = 0
        for instance in service.instances { hash &+= entryHash(instance.id) }
        return ServiceSummary(
            service: service.name, instanceCount: service.instances.count,
            readyCount: service.readyCount, hash: hash)
    }

    private func entryHash(_ id: InstanceID) -> UInt64 {
        if id.node == node { return own.entryHash(id.number) }
        return replicas.index(of: id.node).map { replicas.ledgers[$0].entryHash(id.number) } ?? 0
    }

    /// Checks what must hold between the parts; called by tests after each step.
    public func checkInvariants() {
        own.checkInvariants()
        precondition(own.records.allSatisfy { $0.record.counter <= own.version.counter })
        precondition(own.liveCount <= limits.entriesPerOwner)
        replicas.checkInvariants()
        precondition(replicas.index(of: node) == nil)
        members.checkInvariants()
        services.checkInvariants()
        watchTable.checkInvariants()
        pulls.checkInvariants()
        let indexed = services.services.reduce(0) { $0 + $1.instances.count }
        precondition(indexed == entryCount)
        for service in services.services {
            for indexed in service.instances {
                guard let instance = instance(indexed.id) else {
                    preconditionFailure("an indexed instance is not in a ledger")
                }
                precondition(instance.service == service.name)
                precondition(instance.availability == indexed.availability)
            }
        }
    }
}

extension OwnerLedger {
    /// Zero for what is not there.
    func entryHash(_ number: UInt32) -> UInt64 {
        index(of: number).map { records[$0].hash } ?? 0
    }
}

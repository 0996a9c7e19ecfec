internal import CommyBase

/// The addresses at which a node was told to look for others. Each is dialled until it turns out to
/// belong to a member that the mesh knows, and again when that member is forgotten: so a node that
/// lost everybody, or two halves that never met, find each other without help.
struct SeedList: Sendable {
    struct Seed: Sendable, Equatable {
        var address: NetworkAddress
        var backOff = BackOff()
        var readyAt: MeshInstant
        var isDialling = false
        /// Who was found there.
        var owner: NodeID?
    }

    private(set) var seeds: [Seed] = []

    /// Seeds are few; a longer list is cut.
    static let seedLimit = 64

    mutating func add(_ addresses: [NetworkAddress], at now: MeshInstant) {
        for address in addresses where seeds.count < Self.seedLimit {
            guard !seeds.contains(where: { $0.address == address }) else { continue }
            seeds.append(Seed(address: address, readyAt: now))
        }
    }

    /// Somebody listens at these addresses: no seed that is one of them needs a dial.
    mutating func found(_ owner: NodeID, at addresses: [NetworkAddress]) {
        for index in seeds.indices where addresses.contains(seeds[index].address) {
            seeds[index].owner = owner
        }
    }

    /// The mesh has forgotten this member.
    mutating func lost(_ owner: NodeID, at now: MeshInstant) {
        for index in seeds.indices where seeds[index].owner == owner {
            seeds[index].owner = nil
            seeds[index].readyAt = now
        }
    }

    mutating func dialEnded(
        _ address: NetworkAddress, foundOwner: NodeID?, _ limits: NodeLimits,
        _ random: inout RandomStream, at now: MeshInstant
    ) {
        for index in seeds.indices where seeds[index].address == address {
            seeds[index].isDialling = false
            if let foundOwner {
                seeds[index].owner = foundOwner
                seeds[index].backOff.succeeded()
            } else {
                let pause = seeds[index].backOff.failed(
                    first: limits.backOffFirst, last: limits.backOffLast, &random)
                seeds[index].readyAt = now + pause
            }
        }
    }

    /// The next seed to dial now.
    mutating func nextDial(at now: MeshInstant) -> NetworkAddress? {
        for index in seeds.indices {
            let seed = seeds[index]
            guard seed.owner == nil, !seed.isDialling, seed.readyAt <= now else { continue }
            seeds[index].isDialling = true
            return seed.address
        }
        return nil
    }

    var nextDeadline: MeshInstant {
        var first = MeshInstant.never
        for seed in seeds where seed.owner == nil && !seed.isDialling {
            first = min(first, seed.readyAt)
        }
        return first
    }
}

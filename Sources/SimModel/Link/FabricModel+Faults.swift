public import CommyBase

/// Conditions that change while packets are inside, and what can be read at any time.
extension FabricModel {
    /// From `now` the link behaves like this. Rate, queue and MTU hold for what is waiting too (a
    /// packet half sent goes on at the new rate; a smaller queue drops nothing that it holds);
    /// latency and the wire's impairments hold for packets that leave the serialiser from now on. A
    /// cut destroys what is queued or under way on the link at this instant.
    public mutating func setConditions(
        of link: LinkIndex, to conditions: LinkConditions, at now: MeshInstant
    ) {
        advance(to: now)
        let index = Int(link.value)
        let before = links[index].conditions
        let oldRate = links[index].conditions.rateBitsPerSecond
        links[index].conditionsChanged(to: conditions)
        for family in AddressFamily.allCases
        where conditions.isCut(for: family) && !before.isCut(for: family) {
            destroy(.cut, links: [link]) { $0.link == link && $0.family == family }
        }
        guard conditions.rateBitsPerSecond != oldRate else { return }
        rateChanged(index, to: conditions.rateBitsPerSecond, at: now.nanoseconds)
    }

    /// No packet of these pairs passes any more, or none of a family; what they have inside is
    /// destroyed. Blocks nest.
    public mutating func block(
        _ pairs: [HostPair], of family: AddressFamily? = nil, at now: MeshInstant
    ) {
        advance(to: now)
        var isHit = [Bool](repeating: false, count: plan.routes.count)
        for pair in pairs {
            _ = route(from: pair.source, to: pair.destination)
            let position = plan.position(pair.source, pair.destination)
            plan.routes[position].block(family, by: 1)
            isHit[position] = true
        }
        let plan = plan
        destroy(.partitioned, links: materialisedLinks) {
            isHit[plan.position($0.source, $0.destination)] && (family ?? $0.family) == $0.family
        }
    }

    /// Takes back one `block` of each pair.
    public mutating func unblock(
        _ pairs: [HostPair], of family: AddressFamily? = nil, at now: MeshInstant
    ) {
        advance(to: now)
        for pair in pairs {
            let position = plan.position(pair.source, pair.destination)
            plan.routes[position].block(family, by: -1)
        }
    }

    /// How many packets of these pairs blocks have dropped so far.
    public func blockedDrops(of pairs: [HostPair]) -> UInt64 {
        pairs.reduce(0) { sum, pair in
            sum + plan.routes[plan.position(pair.source, pair.destination)].blockedDrops
        }
    }

    /// What pairs of hosts without a way between them have sent: no link has seen it, and all of it
    /// was dropped. A pair is written `source>destination`.
    public var unroutedPackets: [(pair: String, packets: UInt64, bytes: UInt64)] {
        let names = plan.topology.hosts.map(\.name)
        return plan.routes.indices.compactMap { position in
            let unrouted = plan.routes[position].unrouted
            guard unrouted.packets > 0 else { return nil }
            let pair = "\(names[position / names.count])>\(names[position % names.count])"
            return (pair, unrouted.packets, unrouted.bytes)
        }
    }

    /// All links that exist so far, in order of materialisation.
    public var materialisedLinks: [LinkIndex] { links.indices.map { LinkIndex($0) } }
    public func name(of link: LinkIndex) -> String { links[Int(link.value)].name }
    public func conditions(of link: LinkIndex) -> LinkConditions {
        links[Int(link.value)].conditions
    }
    public func initialConditions(of link: LinkIndex) -> LinkConditions {
        links[Int(link.value)].initialConditions
    }
    public func counters(of link: LinkIndex) -> LinkCounters { links[Int(link.value)].counters }

    /// See `NetworkPlan.links(matching:)`.
    public mutating func links(matching selector: LinkSelector) -> [LinkIndex] {
        defer { materialiseNewLinks() }
        return plan.links(matching: selector)
    }

    /// See `NetworkPlan.cutTargets(of:)`.
    public mutating func cutTargets(of selector: LinkSelector) -> CutTargets {
        defer { materialiseNewLinks() }
        return plan.cutTargets(of: selector)
    }

    /// True when a link on the path decides about each wire packet: segment super-packets first.
    public mutating func hasPerPacketImpairments(
        from source: HostIndex, to destination: HostIndex
    ) -> Bool {
        let route = route(from: source, to: destination)
        return (0..<route.hopCount).contains {
            conditions(of: plan.hop(at: route.firstHop + $0)).hasPerPacketImpairments
        }
    }

    /// Destroys every packet inside for which `isHit` holds: on the wires in the order of their due
    /// instants, then in the queues of `links`. Linear in what is inside.
    private mutating func destroy(
        _ reason: DropReason, links hitLinks: [LinkIndex], where isHit: (PacketRecord) -> Bool
    ) {
        let pool = pool
        let events = heap.removeAll { $0.kind == .arrival && isHit(pool[$0.target]) }
        for event in events { destroy(event.target, reason) }
        for link in hitLinks {
            let index = Int(link.value)
            if case .sending(let slot, _) = links[index].service, isHit(self.pool[slot]) {
                links[index].service = .idle
                links[index].serviceEpoch &+= 1
                destroy(slot, reason)
            }
            thinQueue(index, reason, isHit)
            if case .idle = links[index].service { startNext(index, at: self.now) }
        }
    }

    private mutating func thinQueue(
        _ link: Int, _ reason: DropReason, _ isHit: (PacketRecord) -> Bool
    ) {
        guard !links[link].queue.isEmpty else { return }
        var kept: [UInt32] = []
        for slot in links[link].queue.contents {
            if isHit(pool[slot]) {
                links[link].queuedBytes -= Int(pool[slot].byteCount)
                destroy(slot, reason)
            } else {
                kept.append(slot)
            }
        }
        links[link].queue.replace(with: kept)
    }

    private mutating func destroy(_ slot: UInt32, _ reason: DropReason) {
        let packet = pool[slot]
        links[Int(packet.link.value)].counters.changedByFault &+= UInt64(packet.segmentCount)
        if reason == .partitioned {
            plan.routes[plan.position(packet.source, packet.destination)].blockedDrops &+= UInt64(
                packet.segmentCount)
        }
        drop(slot, reason)
    }

    private mutating func rateChanged(_ link: Int, to rate: Double?, at now: Int64) {
        guard let rate else { return rateRemoved(link, at: now) }
        guard links[link].serialiser != nil else {
            links[link].serialiser = Serialiser(bitsPerSecond: rate)
            return
        }
        guard case .sending(let slot, let finish) = links[link].service else {
            links[link].serialiser = Serialiser(bitsPerSecond: rate)
            return
        }
        let newFinish =
            links[link].serialiser?.rateChanged(
                toBitsPerSecond: rate, finish: finish, at: now) ?? finish
        guard newFinish != finish else { return }
        links[link].service = .sending(slot: slot, finish: newFinish)
        links[link].serviceEpoch &+= 1
        schedule(
            .serialised, UInt32(link), due: newFinish, epoch: links[link].serviceEpoch)
    }

    /// Without a rate nothing waits: what was queued goes on the wire now, in order.
    private mutating func rateRemoved(_ link: Int, at now: Int64) {
        links[link].serialiser = nil
        var waiting: [UInt32] = []
        if case .sending(let slot, _) = links[link].service { waiting.append(slot) }
        waiting.append(contentsOf: links[link].queue.contents)
        links[link].queue.replace(with: [])
        links[link].queuedBytes = 0
        links[link].service = .idle
        links[link].serviceEpoch &+= 1
        for slot in waiting {
            pool[slot].queueing += now - pool[slot].reachedLink
            wireReached(slot, link, at: now)
        }
    }
}

public import CommyBase

/// The network between the hosts as one machine: packets go in, deliveries and drops come out.
///
/// Drain rule: after each input call `nextOutput()` until it says `.wait(until:)`. Inputs take the
/// present instant, which never goes back. A value: a copy is a snapshot. Events with the same due
/// instant happen in the order in which they were scheduled, which for packets of one path is the
/// order of entering.
public struct FabricModel: Sendable, Equatable {
    public internal(set) var plan: NetworkPlan
    var links: [LinkMachine] = []
    var pool = PacketPool()
    var heap = EventHeap()
    private var outputs: [FabricOutput] = []
    private var nextOutputIndex = 0
    private var sequence: UInt64 = 0
    private(set) var now = Int64.min

    public init(plan: NetworkPlan) {
        self.plan = plan
        materialiseNewLinks()
    }

    public init(topology: Topology, seed: UInt64) {
        self.init(plan: NetworkPlan(topology: topology, seed: seed))
    }

    /// A host sent a packet.
    public mutating func packetEntered(_ packet: PacketFacts, at now: MeshInstant) {
        precondition(packet.byteCount > 0 && packet.byteCount <= FabricLimits.packetBytes)
        precondition(packet.segmentCount > 0)
        advance(to: now)
        let route = route(from: packet.source, to: packet.destination)
        guard !route.isBlocked(packet.isIPv6 ? .ipv6 : .ipv4) else {
            plan.routes[plan.position(packet.source, packet.destination)].blockedDrops &+= UInt64(
                packet.segmentCount)
            return dropAtEntry(packet, route, .partitioned)
        }
        guard route.hopCount > 0 else { return dropAtEntry(packet, route, .noRoute) }
        let record = PacketRecord(
            flow: packet.flow, entered: now.nanoseconds, reachedLink: now.nanoseconds,
            handle: packet.handle, byteCount: Int32(packet.byteCount),
            segmentCount: Int32(packet.segmentCount), source: packet.source,
            destination: packet.destination, nextHop: route.firstHop, hopsLeft: route.hopCount,
            flags: (packet.canBeReset ? PacketFlags.resettable : [])
                .union(packet.isIPv6 ? .ipv6 : []))
        guard let slot = pool.take(record) else {
            return dropAtEntry(packet, route, .queueFull)
        }
        nextLinkReached(slot, at: now.nanoseconds)
    }

    /// The clock is at `now`: everything that is due happens.
    public mutating func advance(to now: MeshInstant) {
        precondition(now.nanoseconds >= self.now, "time does not go back")
        while let event = heap.first, event.due <= now.nanoseconds {
            heap.removeFirst()
            self.now = event.due
            happen(event)
        }
        self.now = now.nanoseconds
    }

    /// What to do next. Call it until it says `.wait`.
    public mutating func nextOutput() -> FabricOutput {
        if nextOutputIndex < outputs.count {
            nextOutputIndex += 1
            return outputs[nextOutputIndex - 1]
        }
        outputs.removeAll(keepingCapacity: true)
        nextOutputIndex = 0
        return .wait(until: heap.first.map { MeshInstant(nanoseconds: $0.due) } ?? .never)
    }

    /// Packets queued or under way.
    public var packetsInside: Int { pool.count }

    private mutating func happen(_ event: FabricEvent) {
        switch event.kind {
        case .arrival:
            farEndReached(event.target, at: event.due)
        case .serialised:
            guard links[Int(event.target)].serviceEpoch == event.epoch else { return }
            serialised(Int(event.target), at: event.due)
        case .update:
            updateDue(Int(event.target), at: event.due)
        }
    }

    private mutating func nextLinkReached(_ slot: UInt32, at now: Int64) {
        let index = plan.hop(at: pool[slot].nextHop)
        let link = Int(index.value)
        pool[slot].link = index
        pool[slot].nextHop += 1
        pool[slot].hopsLeft -= 1
        switch links[link].packetCame(&pool[slot], at: now) {
        case .wire:
            wireReached(slot, link, at: now)
        case .queued:
            enqueue(slot, link, at: now)
        case .drop(let reason):
            drop(slot, reason)
        }
    }

    mutating func wireReached(_ slot: UInt32, _ link: Int, at now: Int64) {
        switch links[link].wireReached(&pool[slot], at: now) {
        case .lost(let reason):
            drop(slot, reason)
        case .sent(let due):
            var copy: UInt32?
            if links[link].settings.duplicate > 0 { copy = duplicate(slot, link, at: now) }
            arrive(slot, due: due, at: now)
            guard let copy else { return }
            let copyDue = links[link].copyEnd(pool[copy], at: now)
            pool[copy].propagation += copyDue - due
            arrive(copy, due: copyDue, at: now)
        }
    }

    /// The copy that the wire makes of a packet, if it makes one and the fabric has room for it.
    private mutating func duplicate(_ slot: UInt32, _ link: Int, at now: Int64) -> UInt32? {
        guard links[link].isDuplicated(pool[slot]) else { return nil }
        var record = pool[slot]
        record.flags.insert(.duplicate)
        record.flags.remove(.reordered)
        // A full fabric makes no copy: nothing is lost that a sender sent.
        guard let copy = pool.take(record) else { return nil }
        outputs.append(.duplicated(handle: record.handle))
        return copy
    }

    private mutating func arrive(_ slot: UInt32, due: Int64, at now: Int64) {
        guard due > now else { return farEndReached(slot, at: now) }
        schedule(.arrival, slot, due: due)
    }

    private mutating func farEndReached(_ slot: UInt32, at now: Int64) {
        links[Int(pool[slot].link.value)].counters.delivered &+= UInt64(pool[slot].segmentCount)
        guard pool[slot].hopsLeft == 0 else { return nextLinkReached(slot, at: now) }
        outputs.append(.deliver(delivery(of: pool[slot], at: now)))
        pool.release(slot)
    }

    private func delivery(of packet: borrowing PacketRecord, at now: Int64) -> Delivery {
        Delivery(
            handle: packet.handle, destination: packet.destination, lastLink: packet.link,
            entered: MeshInstant(nanoseconds: packet.entered),
            due: MeshInstant(nanoseconds: now), queueingNanoseconds: packet.queueing,
            propagationNanoseconds: packet.propagation,
            corruptedBit: packet.corruptedBit < 0 ? nil : Int(packet.corruptedBit),
            flags: packet.flags)
    }

    mutating func drop(_ slot: UInt32, _ reason: DropReason) {
        let link = pool[slot].link
        links[Int(link.value)].counters.drops[reason] &+= UInt64(pool[slot].segmentCount)
        outputs.append(.drop(Drop(handle: pool[slot].handle, link: link, reason: reason)))
        pool.release(slot)
    }

    /// The first link of the way counts what it would have carried, and the pair what no link can.
    private mutating func dropAtEntry(
        _ packet: PacketFacts, _ route: Route, _ reason: DropReason
    ) {
        let link = plan.firstLink(of: route)
        if link == .none {
            let position = plan.position(packet.source, packet.destination)
            plan.routes[position].unrouted.packets &+= UInt64(packet.segmentCount)
            plan.routes[position].unrouted.bytes &+= UInt64(packet.byteCount)
        } else {
            links[Int(link.value)].dropped(packet, reason)
        }
        outputs.append(.drop(Drop(handle: packet.handle, link: link, reason: reason)))
    }

    mutating func schedule(
        _ kind: FabricEvent.Kind, _ target: UInt32, due: Int64, epoch: UInt32 = 0
    ) {
        heap.insert(
            FabricEvent(due: due, sequence: sequence, target: target, epoch: epoch, kind: kind))
        sequence &+= 1
    }

    mutating func route(from source: HostIndex, to destination: HostIndex) -> Route {
        let known = plan.routes[plan.position(source, destination)]
        if known.isResolved { return known }
        let route = plan.resolve(source, destination)
        materialiseNewLinks()
        return route
    }

    mutating func materialiseNewLinks() {
        while links.count < plan.links.count {
            let link = plan.links[links.count]
            links.append(
                LinkMachine(
                    name: link.name, conditions: link.conditions, seed: plan.seed,
                    maximumTransmissionUnit: plan.maximumTransmissionUnit))
        }
    }
}

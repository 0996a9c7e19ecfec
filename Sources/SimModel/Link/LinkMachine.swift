import CommyBase

/// One directed link: MTU check, queue, serialiser, then the wire.
///
///     packetCame --no rate--> wire              serialiser: idle <-> sending(slot, finish)
///                --rate-----> queue -> serialiser -> wire
///
/// It owns slots of packets but not the packets; the composer owns the pool and the clock.
/// Invariant: the queue is empty while the serialiser is idle; both are unused without a rate.
struct LinkMachine: Sendable, Equatable {
    enum Service: Sendable, Equatable {
        case idle
        case sending(slot: UInt32, finish: Int64)
    }
    /// What becomes of a packet that reached the link.
    enum OnArrival: Sendable, Equatable {
        case wire
        case queued
        case drop(DropReason)
    }
    /// What becomes of a packet on the wire.
    enum OnWire: Sendable, Equatable {
        case lost(DropReason)
        case sent(due: Int64)
    }
    enum Discipline: Sendable, Equatable {
        case dropTail
        case codel(CoDel)
        case pie(PIE)
    }

    let name: String
    let initialConditions: LinkConditions
    private(set) var conditions: LinkConditions
    private(set) var settings: LinkSettings
    private var sampler: JitterSampler
    private let keys: LinkKeys
    private let maximumTransmissionUnit: Int
    private(set) var isChanged = false
    /// The family of addresses that alone meets other conditions.
    private var onlyFamily: AddressFamily?
    var counters = LinkCounters()

    private var flows = FlowTable()
    private var lastDue = Int64.min

    var queue = SlotQueue()
    var queuedBytes = 0
    var service = Service.idle
    var serialiser: Serialiser?
    var discipline = Discipline.dropTail
    /// Raised when pending `serialised` events become void.
    var serviceEpoch: UInt32 = 0
    var hasUpdatePending = false

    init(name: String, conditions: LinkConditions, seed: UInt64, maximumTransmissionUnit: Int) {
        self.name = name
        self.initialConditions = conditions
        self.conditions = conditions
        self.maximumTransmissionUnit = maximumTransmissionUnit
        settings = LinkSettings(
            conditions, maximumTransmissionUnit: maximumTransmissionUnit)
        sampler = JitterSampler(conditions.jitter)
        keys = LinkKeys(seed: seed, linkName: name)
        serialiser = conditions.rateBitsPerSecond.map(Serialiser.init(bitsPerSecond:))
        discipline = makeDiscipline(conditions)
    }

    /// A packet reached the near end.
    mutating func packetCame(_ packet: inout PacketRecord, at now: Int64) -> OnArrival {
        precondition(packet.byteCount > 0, "a packet has bytes")
        let segments = UInt64(packet.segmentCount)
        counters.packets &+= segments
        counters.bytes &+= UInt64(packet.byteCount)
        if isTouched(packet) { counters.changedByFault &+= segments }
        count(&packet, at: now)
        if packet.flags.contains(.ipv6) ? settings.cutsIPv6 : settings.cutsIPv4 {
            return .drop(.cut)
        }
        if settings.resetsConnections, packet.flags.contains(.resettable) { return .drop(.reset) }
        if packet.byteCount > settings.maximumPacketBytes { return .drop(.tooBig) }
        guard settings.hasRate else { return .wire }
        return admit(packet)
    }

    /// A packet that was to enter was stopped before: by a partition, or by a fabric that is full.
    mutating func dropped(_ packet: PacketFacts, _ reason: DropReason) {
        let segments = UInt64(packet.segmentCount)
        counters.packets &+= segments
        counters.bytes &+= UInt64(packet.byteCount)
        counters.drops[reason] &+= segments
    }

    /// A packet leaves the serialiser (or there is none).
    mutating func wireReached(_ packet: inout PacketRecord, at now: Int64) -> OnWire {
        guard settings.hasWireDraws else {
            let due = settings.latency == 0 ? now : propagate(now, settings.latency)
            packet.propagation += due - now
            return .sent(due: due)
        }
        if let reason = lossDecision(packet) { return .lost(reason) }
        if settings.corrupt > 0, keys.corrupt.unit(of: packet) < settings.corrupt {
            let draw = keys.corruptBit.numbered(packet.flow).draw(ordinal: packet.ordinal)
            packet.corruptedBit = Int32(draw % (UInt64(packet.byteCount) * 8))
            counters.corrupted &+= UInt64(packet.segmentCount)
        }
        let due = propagationEnd(&packet, jitter: keys.jitter, at: now)
        packet.propagation += due - now
        return .sent(due: due)
    }

    /// Whether the packet that was just sent arrives twice.
    mutating func isDuplicated(_ packet: borrowing PacketRecord) -> Bool {
        guard settings.duplicate > 0, keys.duplicate.unit(of: packet) < settings.duplicate else {
            return false
        }
        counters.duplicated &+= UInt64(packet.segmentCount)
        return true
    }

    /// When the copy of a packet arrives: it has jitter of its own and is not held back.
    mutating func copyEnd(_ packet: borrowing PacketRecord, at now: Int64) -> Int64 {
        let due = jittered(packet, key: keys.copyJitter, at: now)
        lastDue = max(lastDue, due)
        return due
    }

    /// New conditions. The composer has emptied a link that is cut, and moves the serialiser's
    /// event.
    mutating func conditionsChanged(to new: LinkConditions) {
        let sameDiscipline = new.queue.discipline == conditions.queue.discipline
        conditions = new
        settings = LinkSettings(new, maximumTransmissionUnit: maximumTransmissionUnit)
        sampler = JitterSampler(new.jitter)
        isChanged = new != initialConditions
        var whole = new
        whole.cutFamily = initialConditions.cutFamily
        onlyFamily = whole == initialConditions ? new.cutFamily : nil
        if !sameDiscipline { discipline = makeDiscipline(new) }
    }

    /// True when the packet meets other conditions than the link's own.
    private func isTouched(_ packet: borrowing PacketRecord) -> Bool {
        guard isChanged else { return false }
        guard let onlyFamily else { return true }
        return packet.flags.contains(.ipv6) == (onlyFamily == .ipv6)
    }

    /// The queue's delay as PIE sees it.
    var queueDelay: Int64 {
        Int64(Double(queuedBytes) * (serialiser?.nanosecondsPerByte ?? 0))
    }

    // The ordinal and the burst chain advance for every packet that reaches the link, dropped or
    // not, so that what the queue does (which depends on timing) does not shift later decisions.
    private mutating func count(_ packet: inout PacketRecord, at now: Int64) {
        let slot = flows.slot(of: packet.flow)
        packet.ordinal = flows[slot].ordinal
        packet.reachedLink = now
        flows[slot].ordinal &+= UInt64(packet.segmentCount)
        switch settings.loss {
        case .none, .bernoulli:
            packet.chainState = .unset
        case .gilbertElliott(let model):
            flows[slot].chain.packetCame(model, draw: keys.chain.unit(of: packet))
            packet.chainState = flows[slot].chain.state
        }
    }

    private mutating func admit(_ packet: borrowing PacketRecord) -> OnArrival {
        switch discipline {
        case .dropTail, .codel:
            break
        case .pie(var pie):
            let isDropped = pie.packetCame(
                delay: queueDelay, backlogBytes: queuedBytes, draw: keys.pie.unit(of: packet))
            discipline = .pie(pie)
            if isDropped { return .drop(.pie) }
        }
        // The packet that is being sent is not in the queue; an idle serialiser takes one at once.
        guard service != .idle else { return .queued }
        let fits = queuedBytes + Int(packet.byteCount) <= settings.queueLimitBytes
        return fits ? .queued : .drop(.queueFull)
    }

    private func lossDecision(_ packet: borrowing PacketRecord) -> DropReason? {
        switch settings.loss {
        case .none:
            return nil
        case .bernoulli(let probability):
            return keys.loss.unit(of: packet) < probability ? .loss : nil
        case .gilbertElliott(let model):
            // A packet that came before the model was set has no state and counts as good.
            let isBad = packet.chainState == .bad
            let probability = isBad ? model.lossInBad : model.lossInGood
            guard keys.loss.unit(of: packet) < probability else { return nil }
            return isBad ? .burstLoss : .loss
        }
    }

    private mutating func propagationEnd(
        _ packet: inout PacketRecord, jitter key: RandomKey, at now: Int64
    ) -> Int64 {
        let due = jittered(packet, key: key, at: now)
        if settings.reorderProbability > 0,
            keys.reorder.unit(of: packet) < settings.reorderProbability
        {
            // Held back outside the order, so that it delays nobody else.
            packet.flags.insert(.reordered)
            counters.reordered &+= UInt64(packet.segmentCount)
            return due + settings.holdBack
        }
        lastDue = max(lastDue, due)
        return due
    }

    private func jittered(_ packet: borrowing PacketRecord, key: RandomKey, at now: Int64) -> Int64
    {
        var delay = settings.latency
        if sampler.isActive {
            // Bounded by 2^60 ns (36 years), so that a far tail cannot overflow.
            let jitter = sampler.nanoseconds(draw: key.unit(of: packet))
            delay = max(0, delay + Int64(min(max(jitter, -0x1p60), 0x1p60)))
        }
        return settings.keepsOrder ? max(now + delay, lastDue) : now + delay
    }

    private mutating func propagate(_ now: Int64, _ delay: Int64) -> Int64 {
        lastDue = max(lastDue, now + delay)
        return now + delay
    }

    private func makeDiscipline(_ conditions: LinkConditions) -> Discipline {
        switch conditions.queue.discipline {
        case .dropTail:
            .dropTail
        case .codel(let target, let interval):
            .codel(
                CoDel(
                    targetNanoseconds: target.nanoseconds,
                    intervalNanoseconds: interval.nanoseconds,
                    maximumPacketBytes: maximumTransmissionUnit))
        case .pie(let target, let updateInterval):
            .pie(
                PIE(
                    targetNanoseconds: target.nanoseconds,
                    updateIntervalNanoseconds: updateInterval.nanoseconds))
        }
    }
}

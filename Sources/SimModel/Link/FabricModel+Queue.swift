/// The part of the fabric in which packets wait for a serialiser.
extension FabricModel {
    mutating func enqueue(_ slot: UInt32, _ link: Int, at now: Int64) {
        links[link].queue.append(slot)
        links[link].queuedBytes += Int(pool[slot].byteCount)
        switch links[link].service {
        case .idle:
            startNext(link, at: now)
        case .sending:
            pool[slot].flags.insert(.queued)
        }
        scheduleUpdate(link, after: now)
    }

    mutating func serialised(_ link: Int, at now: Int64) {
        guard case .sending(let slot, _) = links[link].service else {
            preconditionFailure("a serialiser's event without a packet; epochs void those")
        }
        links[link].service = .idle
        pool[slot].queueing += now - pool[slot].reachedLink
        wireReached(slot, link, at: now)
        startNext(link, at: now)
    }

    /// Takes the next packet that the discipline lets through.
    mutating func startNext(_ link: Int, at now: Int64) {
        var round = CoDel.Round.first
        while let slot = links[link].queue.popFirst() {
            links[link].queuedBytes -= Int(pool[slot].byteCount)
            switch codelVerdict(slot, link, round, at: now) {
            case .send:
                return send(slot, link, at: now)
            case .drop(let next):
                round = next
                drop(slot, .codel)
            }
        }
        if case .codel(var codel) = links[link].discipline {
            codel.queueEmptied(round: round, at: now)
            links[link].discipline = .codel(codel)
        }
        links[link].serialiser?.idled()
    }

    private mutating func codelVerdict(
        _ slot: UInt32, _ link: Int, _ round: CoDel.Round, at now: Int64
    ) -> CoDel.OnHead {
        switch links[link].discipline {
        case .dropTail, .pie:
            return .send
        case .codel(var codel):
            let verdict = codel.headCame(
                sojourn: now - pool[slot].reachedLink, backlogBytes: links[link].queuedBytes,
                round: round, at: now)
            links[link].discipline = .codel(codel)
            return verdict
        }
    }

    private mutating func send(_ slot: UInt32, _ link: Int, at now: Int64) {
        guard
            let finish = links[link].serialiser?.started(
                byteCount: Int(pool[slot].byteCount), at: now)
        else { preconditionFailure("a queue without a serialiser") }
        links[link].service = .sending(slot: slot, finish: finish)
        schedule(.serialised, UInt32(link), due: finish, epoch: links[link].serviceEpoch)
    }

    mutating func scheduleUpdate(_ link: Int, after now: Int64) {
        guard !links[link].hasUpdatePending, case .pie(let pie) = links[link].discipline else {
            return
        }
        links[link].hasUpdatePending = true
        let interval = pie.updateInterval
        schedule(.update, UInt32(link), due: (now / interval + 1) * interval)
    }

    mutating func updateDue(_ link: Int, at now: Int64) {
        links[link].hasUpdatePending = false
        // Benign race: the discipline changed after the update was scheduled.
        guard case .pie(var pie) = links[link].discipline else { return }
        pie.intervalPassed(delay: links[link].queueDelay)
        links[link].discipline = .pie(pie)
        if !pie.isAtRest || !links[link].queue.isEmpty { scheduleUpdate(link, after: now) }
    }
}

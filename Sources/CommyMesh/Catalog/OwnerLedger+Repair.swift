internal import CommyBase

extension OwnerLedger {
    /// What happened to one instance when a delta was taken in.
    enum Change: Sendable, Equatable {
        case present(UInt32)
        case absent(UInt32, ServiceName)

        /// The service that lost the instance.
        var service: ServiceName? {
            switch self {
            case .present: nil
            case .absent(_, let service): service
            }
        }
    }

    /// What a delta meant for this ledger.
    enum Absorption: Sendable, Equatable {
        /// All was known; a repetition, or a message that was overtaken.
        case known
        /// Something between is missing: ask for what comes after this counter.
        case gap(since: UInt64)
        /// The sender knows less than we do.
        case outdated
        /// Taken in; some records may be refused for lack of room.
        case absorbed(refused: Int)
    }

    /// Takes in what another node tells. `changes` gets what is different now, in order of number
    /// within each part; `room` is what the whole catalog has left.
    mutating func absorb(
        _ delta: CatalogDelta, room: inout CatalogRoom, limits: CatalogLimits,
        changes: inout [Change], at now: MeshInstant
    ) -> Absorption {
        precondition(delta.owner == owner)
        if !delta.version.isSameEra(as: version) {
            guard
                delta.version.generation > version.generation
                    || (delta.version.generation == version.generation
                        && delta.version.life > version.life)
            else { return .outdated }
            if delta.version.life != version.life {
                room.give(entries: liveCount, bytes: bytes)
                changes += liveNumbers.compactMap(absence)
            }
            begin(delta.version)
        }
        guard delta.base <= version.counter else { return .gap(since: version.counter) }
        let known = version.counter
        var refused = 0
        if let roster = delta.roster, roster.counter >= known {
            follow(roster, room: &room, changes: &changes)
        }
        guard delta.version.counter > known else { return .known }
        for record in delta.records where record.counter > known {
            if !take(record, room: &room, limits: limits, changes: &changes, at: now) {
                refused += 1
            }
        }
        reach(delta.version.counter)
        if refused > 0 { isPartial = true }
        return .absorbed(refused: refused)
    }

    private mutating func take(
        _ record: CatalogRecord, room: inout CatalogRoom, limits: CatalogLimits,
        changes: inout [Change], at now: MeshInstant
    ) -> Bool {
        let old = index(of: record.number)
        let wasLive = old.map { records[$0].record.isLive } ?? false
        let oldBytes = old.map { records[$0].bytes } ?? 0
        switch record.content {
        case .gone:
            if wasLive, let change = absence(record.number) {
                changes.append(change)
                room.give(entries: 1, bytes: oldBytes)
            }
        case .live:
            let newBytes = Kept(record, of: owner, at: now).bytes
            let isWithinShare =
                liveCount + (wasLive ? 0 : 1) <= limits.entriesPerOwner
                && bytes + newBytes - oldBytes <= limits.bytesPerOwner
            guard isWithinShare, room.take(entries: wasLive ? 0 : 1, bytes: newBytes - oldBytes)
            else { return false }
            // Honest owners keep the service of an instance; the index must not depend on it.
            if wasLive, let change = absence(record.number), change.service != record.service {
                changes.append(change)
            }
            changes.append(.present(record.number))
        }
        put(record, at: now)
        return true
    }

    /// Drops what the roster does not name, and remembers that tombstones were skipped.
    private mutating func follow(
        _ roster: CatalogRoster, room: inout CatalogRoom, changes: inout [Change]
    ) {
        var place = 0
        for number in liveNumbers {
            while place < roster.numbers.count, roster.numbers[place] < number { place += 1 }
            if place < roster.numbers.count, roster.numbers[place] == number { continue }
            guard let index = index(of: number), let change = absence(number) else { continue }
            room.give(entries: 1, bytes: records[index].bytes)
            changes.append(change)
            remove(at: index)
        }
        raiseFloor(to: roster.counter)
    }

    var liveNumbers: [UInt32] {
        records.lazy.filter(\.record.isLive).map(\.record.number)
    }

    /// The change that the end of a live instance is.
    func absence(_ number: UInt32) -> Change? {
        entry(number).map { .absent(number, $0.service) }
    }

    /// Everything after `since` as messages of at most `messageBytes`, together at most
    /// `budget` bytes; the last one says if there is more. `budget` is reduced by what was used.
    /// Empty when there is nothing to tell.
    func answer(since: UInt64, messageBytes: Int, budget: inout Int) -> [CatalogDelta] {
        guard since < version.counter, budget > 0 else { return [] }
        let needsRoster = since < floor || since == 0
        // What is above the version is left from before the owner spoke anew, and is not confirmed
        // yet: it is nobody's to repeat. It stays named in the roster, which takes nothing away.
        let known = version.counter
        var pending = records.filter { $0.record.counter > since && $0.record.counter <= known }
        pending.sort { $0.record.counter < $1.record.counter }
        var deltas: [CatalogDelta] = []
        var base = since
        var place = 0
        repeat {
            var delta = CatalogDelta(owner: owner, base: base, version: version, records: [])
            var room = messageBytes
            if needsRoster, deltas.isEmpty {
                delta.roster = CatalogRoster(counter: version.counter, numbers: liveNumbers)
                room -= liveNumbers.count * CatalogRoster.usualBytes
            }
            while place < pending.count, room > 0 || delta.records.isEmpty {
                delta.records.append(pending[place].record)
                room -= pending[place].bytes + CatalogRecord.overheadBytes
                place += 1
            }
            if place < pending.count, let last = delta.records.last {
                delta.version.counter = last.counter
            }
            budget -= messageBytes - room
            base = delta.version.counter
            deltas.append(delta)
        } while place < pending.count && budget > 0
        deltas[deltas.count - 1].hasMore = place < pending.count
        return deltas
    }
}

extension CatalogRoster {
    /// Bytes of one number: owners count up, so a step fits into one, or two where many are gone.
    static let usualBytes = 2
}

extension CatalogRecord {
    /// Bytes of a record without its offer: number, step, tag.
    static let overheadBytes = 14
}

/// What a catalog can still take in, over all owners.
struct CatalogRoom: Sendable, Equatable {
    private(set) var entries: Int
    private(set) var bytes: Int

    init(entries: Int, bytes: Int) {
        self.entries = entries
        self.bytes = bytes
    }

    /// False, and nothing taken, when there is too little.
    mutating func take(entries: Int, bytes: Int) -> Bool {
        guard self.entries >= entries, self.bytes >= bytes else { return false }
        self.entries -= entries
        self.bytes -= bytes
        return true
    }

    mutating func give(entries: Int, bytes: Int) {
        self.entries += entries
        self.bytes += bytes
    }
}

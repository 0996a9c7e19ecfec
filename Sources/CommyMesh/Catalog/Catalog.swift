public import CommyBase

/// Knows every instance of every service of the mesh, as far as this node has heard.
///
/// Each node is the sole writer of its own entries and numbers their changes. Changes go to all
/// linked peers at once; what gets lost is found by comparing: with a peer when a link comes up,
/// and with a random one every two seconds. Any node may repeat what it knows of others; the
/// owner's own number decides what is newer, and where there is a link with the owner only the
/// owner is believed. So a lying member can mislead about another only those who have no link with
/// that one, and only until it contradicts.
///
/// What is known and what can be called are two things: entries of a node that membership suspects
/// stay in the table, are said to be `suspect`, and are not routed to. When this node is cut off
/// from all others, it keeps what it knew, says that it is stale, and takes no death for granted.
///
/// Inputs are facts with the time; after each, `nextOutput()` is called until it gives nil (so
/// what waits there is at most what one input caused). Then nothing happens before `nextDeadline`.
public struct Catalog: Sendable {
    /// What the caller must do.
    public enum Output: Sendable, Equatable {
        case send(CatalogMessage, to: NodeID)
        /// To all linked peers.
        case broadcast(CatalogMessage)
        /// For the router and for traces.
        case changed(CatalogChange)
        /// The watch has events: call `takeEvents` when its session has room.
        case watchReady(WatchID)
        /// This node is cut off (true) or not any more.
        case stale(Bool)
        /// Somebody believed of this node what it did not say in this life; it spoke anew.
        case refuted(CatalogVersion)
    }

    let node: NodeID
    let zone: Zone
    let limits: CatalogLimits
    var own: OwnerLedger
    var nextNumber: UInt32
    var replicas: ReplicaStore
    var members = CatalogMembers()
    var services = ServiceTable()
    var watchTable: WatchTable
    var queue: DeltaQueue
    var pulls: PullTable
    var draws: RandomStream
    /// When the next comparison with a random peer is due.
    var repairAt: MeshInstant
    /// When old tombstones, dead owners and strangers are looked through.
    var cleaningAt: MeshInstant
    /// Whether this node has lost all its peers.
    public var isStale: Bool { staleSince != nil }
    /// Since when; nil while this node is linked with others, or knows of nobody.
    public internal(set) var staleSince: MeshInstant?
    public internal(set) var counters = CatalogCounters()
    var outputs: [Output] = []
    var nextOutputIndex = 0
    /// The latest instant that was handed in.
    var now: MeshInstant

    /// `random` is this node's own stream for the catalog: it decides whom to compare with.
    public init(
        self record: MemberRecord, limits: CatalogLimits = .standard, random: RandomKey,
        at now: MeshInstant
    ) {
        precondition(limits.entries >= 16 * limits.entriesPerOwner)
        precondition(limits.bytes >= 16 * limits.bytesPerOwner)
        precondition(limits.messageBytes + 2 * OfferLimits.bytes < 65_536)
        node = record.id
        zone = record.zone
        self.limits = limits
        own = OwnerLedger(
            owner: record.id,
            version: CatalogVersion(generation: 1, life: record.life, counter: 0))
        // Another life begins elsewhere, so a number that a caller kept names nothing in it.
        nextNumber = UInt32(truncatingIfNeeded: record.life)
        replicas = ReplicaStore(limits: limits)
        watchTable = WatchTable(limits: limits)
        queue = DeltaQueue(limits: limits)
        pulls = PullTable(limit: limits.owners, timeout: limits.pullTimeout)
        draws = RandomStream(key: random.labelled("catalog"))
        self.now = now
        repairAt = now
        cleaningAt = now + Self.cleaningInterval
        repairAt = now + nextRepairWait()
    }

    static let cleaningInterval = Duration.seconds(1)

    public mutating func advance(to now: MeshInstant) {
        move(to: now)
        if let base = queue.due(counter: own.version.counter, at: now) { tell(since: base) }
        if now >= repairAt {
            repairAt = now + nextRepairWait()
            compareWithSomebody()
        }
        if now >= cleaningAt {
            cleaningAt = now + Self.cleaningInterval
            clean()
        }
        announceWatches()
    }

    /// Nothing happens by itself before it.
    public var nextDeadline: MeshInstant { min(queue.deadline, repairAt, cleaningAt) }

    public mutating func nextOutput() -> Output? {
        guard nextOutputIndex < outputs.count else {
            outputs.removeAll(keepingCapacity: outputs.count <= Self.keptOutputs)
            nextOutputIndex = 0
            return nil
        }
        defer { nextOutputIndex += 1 }
        return outputs[nextOutputIndex]
    }

    /// Room for outputs that is kept when they are drained; a storm's is given back.
    private static let keptOutputs = 64

    mutating func move(to now: MeshInstant) {
        precondition(now >= self.now, "time went back")
        self.now = now
    }

    mutating func emit(_ output: Output) { outputs.append(output) }

    /// Between three quarters and five quarters of the interval: nodes that began together do not
    /// compare together.
    private mutating func nextRepairWait() -> Duration {
        let whole = limits.repairInterval.nanoseconds
        return .nanoseconds(whole * 3 / 4 + Int64(draws.nextUnit() * Double(whole / 2)))
    }

    mutating func announceWatches() {
        while let id = watchTable.nextToAnnounce() { emit(.watchReady(id)) }
    }
}

/// What was refused or repaired, since the start.
public struct CatalogCounters: Sendable, Equatable {
    /// Records that did not fit.
    public internal(set) var refusedRecords = 0
    /// Deltas of owners for whom there was no place.
    public internal(set) var refusedOwners = 0
    /// Words about an owner from another than itself, while it was linked.
    public internal(set) var hearsay = 0
    /// Words about owners that are dead.
    public internal(set) var afterDeath = 0
    /// Questions for what was missing.
    public internal(set) var pulls = 0
    /// Own words contradicted.
    public internal(set) var refutations = 0
}

public import CommyBase

/// Decides who is a member of the mesh and how each is: SWIM (Das, Gupta, Motivala, DSN 2002) with
/// suspicion and Lifeguard's local health (Dadgar, Phillips, Currey, arXiv 1707.00788), over links.
///
/// Tell it facts, then call `nextOutput()` until it is nil (the drain rule), and call `advance` at
/// `nextDeadline` at the latest. Time never goes backwards.
///
/// Where it differs from the papers, and why:
/// - *Links instead of datagrams.* All messages ride on authenticated TLS links, so loss is delay.
///   What the links notice is used: a reset or a silent link makes the peer suspect here at once
///   (`Member.isDoubted`) and starts a probe by others; only when that fails the mesh is told.
/// - *A watched neighbour.* Each round also probes the next member in the order of numbers. SWIM's
///   random choice bounds only the expectation of the time to the first probe.
/// - *Urgent push.* News does not wait for probes: it is pushed at once and every 50 ms to four
///   peers, besides riding on every message.
/// - *Claims are checked.* That a member is dead is believed of one that is suspect. Of one that is
///   alive with a working link, it is first probed and told, so that a healed partition does not
///   make every member look dead until it has refuted. The same holds for all bad news in a digest.
/// - *Who hears nobody accuses nobody*, for 10 s: a node that was cut off would come back with
///   accusations against all.
/// - *Standing still is noticed* by deadlines that are served late: they are put off by as much,
///   instead of being taken for the silence of others.
///
/// What it costs at defaults (`MembershipCostTests`; messages with their frame headers): in quiet,
/// 300 B/s and 20 messages/s sent by each node, the same at n = 10 and n = 100; with TLS records,
/// TCP and IP at most 1.8 kB/s; 0.5 ms of one core a second at n = 10, 1.1 ms at n = 100, the
/// driver of the test included. A join storm of 100 nodes: about 20 kB a node, one view in 0.3 s.
///
/// What it gives (`MembershipDetectionTests`, links of 1 ms without loss, worst of 476 runs with 3
/// to 100 nodes): a host without power is suspect everywhere within 0.72 s and dead within 3.5 s; a
/// crashed process is suspect after one link delay and dead within 2.6 s.
public struct Membership: Sendable {
    /// What this node is in its own eyes.
    enum Phase: Sendable, Equatable {
        case member
        /// It has said farewell.
        case left
        /// Another process has its name.
        case yielded
    }

    public let selfID: NodeID
    public let limits: MembershipLimits
    var phase: Phase = .member
    /// When the last fact came.
    var now: MeshInstant

    var table = MemberTable()
    var health: LocalHealth
    var hearing = HearingRecord()
    /// When a probe last failed while nobody else was heard either.
    var cutOffAt: MeshInstant?
    var claim: NameClaim
    /// When this node last looked for another process of its name.
    var soughtTwinAt: MeshInstant?
    var rumours = RumourQueue()
    var budget: DigestBudget

    var probes: [Probe] = []
    var duties: [ProbeDuty] = []
    var suspicions: [Suspicion] = []
    /// Numbers for probes; never used twice in one life.
    var nextProbeNumber: UInt64 = 1

    /// All live members but this one, in the order of probing and in that of gossip.
    var probeOrder: ProbeOrder
    var gossipOrder: ProbeOrder
    var helperChoice: RandomStream
    var timing: RandomStream

    var nextRoundAt = MeshInstant.never
    var nextGossipAt = MeshInstant.never
    var lastGossipAt: MeshInstant?
    var nextCompareAt = MeshInstant.never
    var nextReconnectAt = MeshInstant.never

    private var outputs = Ring<MembershipOutput>()

    /// `record.incarnation` may be any number up to `MemberUpdate.startLimit`; one above that of
    /// the node's earlier lives (such as the time of its start) saves a round trip after a restart.
    public init(
        self record: MemberRecord, limits: MembershipLimits = MembershipLimits(),
        random: RandomKey, at now: MeshInstant
    ) {
        precondition(limits.fault == nil, limits.fault ?? "")
        precondition(record.incarnation <= MemberUpdate.startLimit)
        selfID = record.id
        self.limits = limits
        self.now = now
        health = LocalHealth(limit: limits.healthLimit)
        claim = NameClaim(limit: limits.claimLimit)
        budget = DigestBudget(
            burst: limits.digestBurst, interval: limits.digestInterval, at: now)
        probeOrder = ProbeOrder(key: random.labelled("probe order"))
        gossipOrder = ProbeOrder(key: random.labelled("gossip order"))
        helperChoice = RandomStream(key: random.labelled("helpers"))
        timing = RandomStream(key: random.labelled("timing"))
        table.insert(Member(record: record, agreed: .alive, since: now))
    }

    /// The next thing to do, or nil when there is nothing until the next fact or `nextDeadline`.
    public mutating func nextOutput() -> MembershipOutput? { outputs.popFirst() }

    mutating func emit(_ output: MembershipOutput) { outputs.append(output) }

    /// Sends with news on the back, of the peer's own bad state first (Lifeguard's buddy system,
    /// section IV-C).
    mutating func send(to peer: NodeID, _ message: ([MemberUpdate]) -> SwimMessage) {
        guard let member = table[peer], member.link != .none else { return }
        var news: [MemberUpdate] = []
        if member.agreed != .alive {
            news.append(update(about: member))
            table.change(peer) { $0.toldAt = now }
        }
        news += takeRumours(limits.updatesPerMessage - news.count, for: peer)
        emit(.send(message(news), to: peer))
    }

    mutating func takeRumours(_ count: Int, for peer: NodeID) -> [MemberUpdate] {
        guard count > 0, !rumours.isEmpty else { return [] }
        let limit = RumourQueue.limit(
            liveCount: table.liveCount, factor: limits.retransmitFactor)
        return rumours.take(count, for: peer, limit: limit).map { id in
            guard let member = table[id] else { preconditionFailure("news of nobody") }
            return update(about: member)
        }
    }

    /// What this node would tell others of a member.
    func update(about member: Member) -> MemberUpdate {
        switch member.agreed {
        case .suspect:
            MemberUpdate(
                record: member.record, state: .suspect, suspectors: member.suspectors)
        case .alive, .dead, .left: MemberUpdate(record: member.record, state: member.agreed)
        }
    }
}

// Queries.
extension Membership {
    /// All known members, this node and the dead among them, ascending by number.
    public var members: [Member] { table.rows }
    public func member(_ id: NodeID) -> Member? { table[id] }
    /// Members that this node sees alive, itself included.
    public var aliveCount: Int { table.rows.reduce(0) { $0 + ($1.state == .alive ? 1 : 0) } }
    /// Members that are alive or suspect, this node included: SWIM's n.
    public var liveCount: Int { table.liveCount }
    /// 0 is well; `healthLimit - 1` is the worst (Lifeguard's local health multiplier).
    public var localHealth: UInt8 { health.score }
    /// Equal on two nodes when they agree on every live member, its incarnation, life and state.
    public var viewHash: UInt64 { table.viewHash }
    /// This node's own record as the others should see it.
    public var ownRecord: MemberRecord { own.record }

    var own: Member {
        guard let own = table[selfID] else { preconditionFailure("a node knows itself") }
        return own
    }
}

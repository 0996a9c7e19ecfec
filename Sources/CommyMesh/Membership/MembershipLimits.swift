/// The times and bounds of membership, with the inequalities that they must satisfy.
///
/// The defaults aim at: a silently dead node suspect everywhere within 1 s and dead within 5 s; a
/// node that stops for 2 s suspect but never dead. SWIM's own symbols are given where they exist.
public struct MembershipLimits: Sendable, Equatable {
    /// Between two rounds of probes (SWIM's protocol period T), at the best local health.
    public var probeInterval: Duration = .milliseconds(200)
    /// From a direct probe to the requests for indirect ones, without the peer's round trip. Above
    /// the smallest TCP retransmission time-out (200 ms in Linux) one lost segment would never cost
    /// an indirect probe; at it, it sometimes does, which is cheap.
    public var directPatience: Duration = .milliseconds(200)
    /// From the requests for indirect probes to the verdict, without the round trips. Above two
    /// round trips within a region.
    public var indirectPatience: Duration = .milliseconds(260)
    /// Members that are asked to probe a silent one (SWIM's k).
    public var indirectProbes = 3
    /// Neighbours, in the order of their numbers, that each round probes besides the random member.
    /// One is what makes the time to the first probe a bound and not an expectation.
    public var watchedNeighbours = 1
    /// How long a member may be without a link before others are asked about it.
    public var linkGrace: Duration = .seconds(2)
    /// Added to a probe's patience at most for a peer's round trip.
    public var roundTripLimit: Duration = .seconds(1)

    /// The shortest time from suspicion to death in a mesh of one, and what each tenfold size adds:
    /// the first must outlast a stop of 2 s together with one probe, the second the spread of a
    /// refutation.
    public var suspicionBase: Duration = .milliseconds(2_000)
    public var suspicionPerDecade: Duration = .milliseconds(400)
    /// The longest time from suspicion to death, when nobody else confirms it. With `probeInterval`
    /// and the patiences it must stay below 5 s.
    public var suspicionLimit: Duration = .seconds(4)
    /// Independent confirmations after which the shortest time holds (Lifeguard's K).
    public var confirmations = 3
    /// The largest multiplier of interval and patience (Lifeguard's S + 1).
    public var healthLimit: UInt8 = 8
    /// A deadline that is served later than this means that the node itself stood still. Less than
    /// a probe's patience, or a stalled node would suspect others.
    public var stallLimit: Duration = .milliseconds(150)
    /// Who hears nobody accuses nobody, for this long; then it goes by the silence alone.
    public var isolationPatience: Duration = .seconds(10)
    /// So long after it heard nobody a node accuses nobody either: its links come back one by one,
    /// each with the next retransmission of its own.
    public var isolationRecovery: Duration = .seconds(2)

    /// Between two rounds of gossip while there is news.
    public var gossipInterval: Duration = .milliseconds(50)
    /// Peers that get the news in one round.
    public var gossipFanOut = 4
    /// Each piece of news is sent this often times ceil(log10(n + 1)) (SWIM's lambda log n).
    public var retransmitFactor = 4
    /// Pieces of news in one gossip message, and on the back of each other message.
    public var updatesPerGossip = 32
    public var updatesPerMessage = 8
    /// Between two comparisons of views with a random peer, in quiet and after a difference.
    public var compareInterval: Duration = .seconds(2)
    public var compareIntervalAfterDifference: Duration = .milliseconds(500)
    /// Full digests that a node sends at once, and the time in which one more is allowed.
    public var digestBurst = 4
    public var digestInterval: Duration = .milliseconds(250)
    /// Between two attempts to reach a dead member that may be behind a healed partition.
    public var reconnectInterval: Duration = .seconds(1)
    /// Between two reminders to a member that it is held for suspect or dead.
    public var tellInterval: Duration = .milliseconds(200)
    /// Between two reports about the same conflict of names, and between two searches for another
    /// process of the own name.
    public var conflictInterval: Duration = .seconds(10)
    /// How often a node claims its name against one other life before it looks for that process.
    public var claimLimit: UInt8 = 3

    /// Members that are alive or suspect. Full: a further one is refused, see `Introduction`.
    public var memberLimit = 1_024
    /// Dead and left members that are remembered, so that old news does not revive them. Full: the
    /// one that has been dead the longest is forgotten.
    public var tombstoneLimit = 1_024
    /// How long a dead member is remembered; far longer than news is under way.
    public var tombstoneTime: Duration = .seconds(600)
    /// Probes on behalf of others at once. Full: the request is answered by a nack.
    public var dutyLimit = 256

    public init() {}

    /// Which inequality these limits break; nil when they are sound.
    public var fault: String? {
        switch true {
        case memberLimit < 1 || memberLimit + tombstoneLimit > SwimMessage.digestLimit:
            "memberLimit and tombstoneLimit together must fit into one digest"
        case suspicionLimit < suspicionBase:
            "suspicionLimit must be at least suspicionBase"
        case stallLimit >= directPatience + indirectPatience:
            "stallLimit must be below the patience of a probe"
        case updatesPerGossip > SwimMessage.updateLimit || updatesPerMessage > updatesPerGossip:
            "updatesPerMessage <= updatesPerGossip <= \(SwimMessage.updateLimit)"
        case gossipFanOut < 1 || retransmitFactor < 1 || healthLimit < 1:
            "gossipFanOut, retransmitFactor and healthLimit must be at least 1"
        // No inequality is broken.
        default: nil
        }
    }
}

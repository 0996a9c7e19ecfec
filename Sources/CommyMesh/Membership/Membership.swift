public import CommyBase

/// Decides who is a member of the mesh and how each is: SWIM (Das, Gupta, Motivala, DSN 2002) with
/// suspicion and Lifeguard's local health (Dadgar, Phillips, Currey, arXiv 1707.00788), over links.
///
/// Tell it facts, then call `nextOutput()` until it is nil (the drain rule), and call `advance` at
/// `nextDeadline` at the latest.
public struct Membership: Sendable {
    public let selfID: NodeID
    public let limits: MembershipLimits

    public init(
        self record: MemberRecord, limits: MembershipLimits = MembershipLimits(),
        random: RandomKey, at now: MeshInstant
    ) {
        precondition(limits.fault == nil, limits.fault ?? "")
        selfID = record.id
        self.limits = limits
    }

    // Facts.

    /// The HELLO of an authenticated peer carried this record. Comes before `linkUp`.
    @discardableResult
    public mutating func introduced(_ record: MemberRecord, at now: MeshInstant) -> Introduction
    /// There is a first link to this peer.
    public mutating func linkUp(_ peer: NodeID, at now: MeshInstant)
    /// The last link to this peer is gone.
    public mutating func linkDown(_ peer: NodeID, reason: LinkLoss, at now: MeshInstant)
    /// Heartbeats say that no link to this peer moves anything.
    public mutating func linkSilent(_ peer: NodeID, at now: MeshInstant)
    /// A link that was silent moves again.
    public mutating func linkHeard(_ peer: NodeID, at now: MeshInstant)
    /// A message came from an authenticated peer.
    public mutating func received(
        _ message: SwimMessage, from peer: NodeID, at now: MeshInstant)
    /// Time has passed.
    public mutating func advance(to now: MeshInstant)
    /// This node goes away by intention: everybody is told.
    public mutating func leave(at now: MeshInstant)
    /// This node moved: its addresses or zone are new. Raises its incarnation.
    public mutating func moved(to addresses: [NetworkAddress], zone: Zone, at now: MeshInstant)

    // Outputs.

    public mutating func nextOutput() -> MembershipOutput?
    /// When `advance` is due.
    public var nextDeadline: MeshInstant

    // Queries.

    /// All known members, this node and the dead among them, ascending by number.
    public var members: [Member]
    public func member(_ id: NodeID) -> Member?
    /// Members that this node sees alive, itself included.
    public var aliveCount: Int
    /// Members that are alive or suspect, this node included (SWIM's n).
    public var liveCount: Int
    /// 0 is well; `healthLimit - 1` is the worst (Lifeguard's local health multiplier).
    public var localHealth: UInt8
    /// Equal on two nodes exactly when they agree on every live member, its incarnation and state.
    public var viewHash: UInt64
    /// This node's own record as the others should see it.
    public var ownRecord: MemberRecord
    /// The rule that does not hold, with details; nil when all is well.
    public func checkInvariants() -> String?
}

public import CommyBase

/// Carries a rotation of trust anchors through the mesh, step by step: add the new anchor to every
/// bundle, reissue every certificate, remove the old anchors. The next step is refused until every
/// live member has acknowledged the present one, because the wrong order is an outage.
///
///     (none, settled) --begin--> adding --proceed--> reissuing --proceed--> removing --> settled
///            ^                                                                             |
///            +------------------------- the next term ------------------------------------+
///
/// The operator orders `begin` on one node and `proceed` on any; each node learns the state by
/// gossip, makes its own bundle and certificate follow (`install`, `reissue`, `remove`), and tells
/// in its `TrustReport` what it has. To go back is to begin a rotation to the old anchor.
///
/// **What a member can do that does not mean well.** Any node can say that the mesh is in another
/// state. It is followed, kept and passed on only when the node's owner finds the anchor in the
/// bundle, or endorsed by an anchor that is in it (`judge`); a term counts only up to what the
/// clock allows; and anchors are removed only when every live member shows a certificate of the one
/// that remains. So such a member cannot bring in an anchor, use up the terms, or cut live members
/// off. What it keeps: it can delay a rotation, by not doing its step or by beginning one to an
/// anchor that is trusted already, for as long as it is a member; it can take the next step early,
/// which leaves dead members behind as `Absent.leaveBehind` does and can show operators a later
/// step than the mesh has reached; and it can bring back a root that was endorsed and then given
/// up, until the endorsement ends. Files given by hand (`commy ca`, SIGHUP) work against all of
/// these.
///
/// Certificates are opaque here. A node without a state and without peers trusts what its files
/// say.
///
/// Invariants: the bundle of this node never becomes empty by an order of this machine; an anchor
/// is removed only when the new one is in the bundle and the own certificate comes from it.
public struct TrustRotation: Sendable {
    /// What to do with members that are dead but were not told to leave: they may come back, with
    /// the old anchor and nothing else.
    public enum Absent: Sendable, Equatable {
        /// The step is refused while one of them has not acknowledged.
        case block
        /// They must be given new files by hand.
        case leaveBehind
    }

    /// A node as membership knows it.
    struct Peer: Sendable, Equatable {
        let id: NodeID
        var name: NodeName
        var state: MemberState
        var isLinked: Bool
        /// Its report as it has told of it itself; nil when it has not.
        var told: TrustReport?
        /// When it was last said that a state of it was turned away.
        var refusedAt: MeshInstant?
    }

    public let selfName: NodeName
    public let limits: TrustLimits
    let selfID: NodeID
    let life: UInt64
    var now: MeshInstant
    /// The wall clock, in seconds since 1970; nil until it was told.
    var wall: Int64?

    /// Where the mesh's rotation stands; nil before the first one.
    public internal(set) var state: TrustState?
    /// What is loaded now.
    public internal(set) var bundle: [TrustAnchor] = []
    var table = ReportTable()
    /// Other nodes, ascending by number; bounded by membership's table.
    var peers: [Peer] = []
    /// A rotation that an order begins, while its anchor is looked at.
    var ordered: TrustState?
    /// Anchors are to be removed, and live members may still need them.
    var isHeldBack = false
    var expiry: ExpiryWatch
    /// The last step of which it was said that everybody has acknowledged it.
    var acknowledged: TrustState.Version?
    var choice: RandomStream

    var nextCompareAt = MeshInstant.never
    var nextRetryAt = MeshInstant.never

    private var outputs = Ring<TrustOutput>()

    /// `restored` is the state that was last `entered`, when the node has kept it.
    public init(
        self name: NodeName, life: UInt64, restored: TrustState? = nil,
        limits: TrustLimits = TrustLimits(), random: RandomKey, at now: MeshInstant
    ) {
        selfName = name
        selfID = NodeID(name)
        self.life = life
        self.limits = limits
        self.now = now
        state = restored
        expiry = ExpiryWatch(limits: limits)
        choice = RandomStream(key: random.labelled("trust"))
        let taken = table.take(
            TrustReport(
                node: name, life: life, counter: 0, anchors: [], issuer: nil, certificateEnd: 0))
        precondition(taken)
    }

    /// The next thing to do, or nil when there is nothing until the next fact or `nextDeadline`.
    public mutating func nextOutput() -> TrustOutput? { outputs.popFirst() }

    mutating func emit(_ output: TrustOutput) { outputs.append(output) }

    /// When `advance` is due.
    public var nextDeadline: MeshInstant { min(nextCompareAt, nextRetryAt) }
}

// Queries.
extension TrustRotation {
    /// This node's own report.
    public var ownReport: TrustReport {
        guard let own = table[selfID] else { preconditionFailure("a node reports on itself") }
        return own
    }

    /// What each known node has reported, ascending by number.
    public var reports: [TrustReport] { table.reports }

    /// Live members that have not acknowledged the present step, by name.
    public var missing: [NodeName] {
        guard let state else { return [] }
        var names = peers.filter { peer in
            isLive(peer) && table[peer.id]?.acknowledges(state) != true
        }.map(\.name)
        if !ownReport.acknowledges(state) { names.append(selfName) }
        return names.sorted()
    }

    /// Members that are dead, have not left, and have not acknowledged the present step, by name.
    public var absent: [NodeName] {
        guard let state else { return [] }
        return peers.filter { peer in
            peer.state == .dead && table[peer.id]?.acknowledges(state) != true
        }.map(\.name).sorted()
    }

    func isLive(_ peer: Peer) -> Bool {
        switch peer.state {
        case .alive, .suspect: true
        case .dead, .left: false
        }
    }

    /// Equal on two nodes when they know the same of the rotation and of the live members. The dead
    /// are left out because nodes forget them at different times.
    public var knowledgeHash: UInt64 {
        var hash = ReportTable.hash(of: ownReport)
        for peer in peers where isLive(peer) {
            if let report = table[peer.id] { hash &+= ReportTable.hash(of: report) }
        }
        guard let state else { return hash }
        let rotation = RandomKey(seed: state.term).numbered(UInt64(state.step.rawValue))
            .labelled(state.owner.text).labelled(state.anchor.fingerprint.description)
        return hash &+ rotation.value
    }

    /// The rule that does not hold, with what was found; nil when all is well.
    public func checkInvariants() -> String? {
        if let broken = table.checkInvariants() { return broken }
        guard table[selfID]?.life == life else { return "a node reports on itself" }
        guard bundle.count <= TrustLimits.bundle else { return "the bundle is within its limit" }
        guard ownReport.anchors == bundle.map(\.fingerprint).sorted() else {
            return "the own report is what is loaded"
        }
        guard zip(peers, peers.dropFirst()).allSatisfy({ $0.id < $1.id }),
            !peers.contains(where: { $0.id == selfID })
        else { return "peers ascend by number" }
        return nil
    }
}

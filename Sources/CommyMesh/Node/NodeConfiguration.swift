public import CommyBase

/// What a node is told when it begins.
public struct NodeConfiguration: Sendable {
    public var mesh: MeshName
    public var name: NodeName
    public var zone: Zone
    /// Where it can be dialled, best first. May be set later by `NodeCommand.listening`.
    public var addresses: [NetworkAddress]
    /// Addresses at which others may be found; tried again and again while the node is alone.
    public var seeds: [NetworkAddress]
    /// A number that no earlier start of this name has used: drawn, or the time of the start.
    public var life: UInt64
    /// Where the node's random draws come from.
    public var random: RandomKey
    public var limits: NodeLimits
    /// Whether every route decision and every request's outcome is noted (`route`, `request`).
    public var notesCalls: Bool
    /// Which program this is, for people.
    public var build: String
    /// The rotation of trust anchors that the node last entered, if it has kept one
    /// (`NodeOutput.keepTrust`).
    public var trust: TrustState?

    public init(
        mesh: MeshName, name: NodeName, zone: Zone = .unknown, addresses: [NetworkAddress] = [],
        seeds: [NetworkAddress] = [], life: UInt64, random: RandomKey,
        limits: NodeLimits = NodeLimits(), notesCalls: Bool = false, build: String = "commy",
        trust: TrustState? = nil
    ) {
        self.mesh = mesh
        self.name = name
        self.zone = zone
        self.addresses = addresses
        self.seeds = seeds
        self.life = life
        self.random = random
        self.limits = limits
        self.notesCalls = notesCalls
        self.build = build
        self.trust = trust
    }

    public var id: NodeID { NodeID(name) }
}

/// What the owner of a node orders.
public enum NodeCommand: Sendable, Equatable {
    /// The node now listens at these addresses.
    case listening([NetworkAddress])
    /// Try these addresses too.
    case join([NetworkAddress])
    /// Take nothing new, let calls end for at most this long, leave the mesh, then `.stopped`.
    case stop(within: Duration)
    /// This node's certificate was loaded or reloaded; it comes from the anchor `issuer`, and ends
    /// at `notAfter` (seconds since 1970).
    case certificateLoaded(serial: String, notAfter: Int64, issuer: Fingerprint? = nil)
    /// These anchors are trusted now, and nothing else; at most `TrustLimits.bundle`, each once.
    case anchorsLoaded([TrustAnchor])
    /// The answer to `.judgeAnchor`; `refusal` says in words why the anchor cannot be trusted.
    case anchorJudged(TrustState, from: NodeName, refusal: String?)
    /// The wall clock shows this (seconds since 1970). To be told at the start and now and then,
    /// for warnings about what ends, and for the end of links whose certificate has ended.
    case wallClockRead(Int64)
}

public import CommyBase

/// What the mesh knows of a node as a member: who it is, where it can be reached, which life it is
/// in.
public struct MemberRecord: Sendable, Equatable {
    public var name: NodeName
    public var zone: Zone
    /// All addresses at which it listens, best first, at most `addressLimit`.
    public var addresses: [NetworkAddress]
    /// Raised by the node itself, to refute what others say of it; the higher one is newer
    /// (SWIM, section 4.2).
    public var incarnation: UInt64
    /// Drawn at each start: another life of the same name has another number.
    public var life: UInt64

    public static let addressLimit = 8

    public init(
        name: NodeName, zone: Zone, addresses: [NetworkAddress], incarnation: UInt64, life: UInt64
    ) {
        self.name = name
        self.zone = zone
        self.addresses = addresses
        self.incarnation = incarnation
        self.life = life
    }

    public var id: NodeID { NodeID(name) }
}

/// How the mesh sees a member. `suspect` means: do not route there, it may be dead; `dead` is what
/// the mesh has agreed on; `left` went by itself.
public enum MemberState: UInt8, Sendable, Equatable, CaseIterable {
    case alive = 0
    case suspect = 1
    case dead = 2
    case left = 3
}

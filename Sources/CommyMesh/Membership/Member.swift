public import CommyBase

/// One member as this node knows it.
public struct Member: Sendable, Equatable {
    /// Whether this node can talk to it, as the owner of the links has told.
    public enum LinkState: Sendable, Equatable {
        case none
        case up
        /// There is a link, and it moves nothing.
        case silent
    }

    public let id: NodeID
    public internal(set) var record: MemberRecord
    /// What the mesh says of it; equal everywhere once news has spread.
    public internal(set) var agreed: MemberState
    /// This node's own doubt, told to nobody yet: its link was reset or is silent.
    public internal(set) var isDoubted = false
    public internal(set) var link: LinkState = .none
    /// Who suspects it, ascending; empty unless it is suspect.
    public internal(set) var suspectors: [NodeID] = []
    /// When `agreed` became what it is.
    public internal(set) var since: MeshInstant
    /// The time that a message to it and back needs without loss.
    public internal(set) var roundTrip = RoundTripBaseline()

    /// A claim that it is suspect or dead, which a probe is checking.
    var claim: MemberUpdate?
    /// It introduced itself with a record that is older than what is known of its name.
    var isOutdone = false
    /// Without a link it is not probed before this: the link may be on its way.
    var graceUntil: MeshInstant
    /// When it was last told what is said of it, and when a conflict was last reported.
    var toldAt: MeshInstant?
    var conflictAt: MeshInstant?

    init(record: MemberRecord, agreed: MemberState, since: MeshInstant) {
        self.record = record
        self.agreed = agreed
        self.since = since
        graceUntil = since
        id = record.id
    }

    /// How this node sees it: do not route to a `suspect` one.
    public var state: MemberState {
        switch agreed {
        case .alive: isDoubted ? .suspect : .alive
        case .suspect, .dead, .left: agreed
        }
    }

    /// True while it counts as a member: not dead, not left.
    public var isLive: Bool { agreed.isLive }

    public var version: MemberVersion { MemberVersion(record, agreed) }
}

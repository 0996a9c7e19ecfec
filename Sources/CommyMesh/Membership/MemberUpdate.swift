public import CommyBase

/// One piece of news about a member: who it is, how it is, and who says so.
///
/// News is ordered by (incarnation, state, life), each later part only breaking ties; the greater
/// one is newer. Merging by the maximum is commutative, associative and idempotent, so every order
/// of arrival ends in one view. Within one life this is SWIM's order (section 4.2), but `dead`
/// overrides `alive` of the same incarnation only, as in memberlist: SWIM's `confirm` would
/// override
/// every incarnation, and a member that was declared dead by mistake could never come back.
public struct MemberUpdate: Sendable, Equatable {
    public var record: MemberRecord
    public var state: MemberState
    /// Who suspects the member, independently of each other, ascending; empty unless `suspect`. At
    /// most `suspectorLimit`.
    public var suspectors: [NodeID]

    /// One more than Lifeguard's K: the first accuser and its confirmations.
    public static let suspectorLimit = 4
    /// Above it an incarnation is no longer a number that somebody counted to.
    public static let incarnationLimit: UInt64 = 1 << 62

    public init(record: MemberRecord, state: MemberState, suspectors: [NodeID] = []) {
        self.record = record
        self.state = state
        self.suspectors = suspectors
    }

    public var id: NodeID { record.id }
    public var version: MemberVersion { MemberVersion(record, state) }
}

/// How new a piece of news is: the greater, the newer.
public struct MemberVersion: Sendable, Hashable, Comparable {
    public var incarnation: UInt64
    public var state: MemberState
    public var life: UInt64

    public init(incarnation: UInt64, state: MemberState, life: UInt64) {
        self.incarnation = incarnation
        self.state = state
        self.life = life
    }

    public init(_ record: MemberRecord, _ state: MemberState) {
        self.init(incarnation: record.incarnation, state: state, life: record.life)
    }

    public static func < (left: MemberVersion, right: MemberVersion) -> Bool {
        (left.incarnation, left.state.rawValue, left.life)
            < (right.incarnation, right.state.rawValue, right.life)
    }
}

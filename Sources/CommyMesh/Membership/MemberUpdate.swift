public import CommyBase

/// One piece of news about a member: who it is, how it is, and who says so.
///
/// News is ordered by (incarnation, state, life), each later part only breaking ties; the greater
/// one is newer. Merging by the maximum is commutative, associative and idempotent, so every order
/// of arrival ends in one view. Within one life this is SWIM's order (section 4.2), but `dead`
/// overrides `alive` of the same incarnation only, as in memberlist: SWIM's `confirm` would
/// override every incarnation, and a member that was declared dead by mistake could never return.
public struct MemberUpdate: Sendable, Equatable {
    public var record: MemberRecord
    public var state: MemberState
    /// Who suspects the member, independently of each other, ascending; empty unless `suspect`. At
    /// most `suspectorLimit`.
    public var suspectors: [NodeID]

    /// One more than Lifeguard's K: the first accuser and its confirmations.
    public static let suspectorLimit = 4
    /// Above it an incarnation cannot be told. `startLimit + jumpLimit < refutableLimit <
    /// incarnationLimit`.
    public static let incarnationLimit: UInt64 = 1 << 62
    /// The highest incarnation that a node may begin with: room for the microseconds since 1970.
    public static let startLimit: UInt64 = 1 << 56
    /// By how much more than what is known, and than `startLimit`, a rumour may put an incarnation.
    /// Honest nodes go up by one each time; a forger that goes up by this needs 2^41 rumours to get
    /// where a member can no longer refute.
    public static let jumpLimit: UInt64 = 1 << 20
    /// Above it, and more than `jumpLimit` above its own, a node ignores what is said of itself: no
    /// honest node counts that far, and whoever answered would soon have nothing left to answer.
    public static let refutableLimit: UInt64 = 1 << 61

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

extension MemberState {
    /// Whether one in this state counts as a member.
    var isLive: Bool {
        switch self {
        case .alive, .suspect: true
        case .dead, .left: false
        }
    }
}

public import CommyBase

/// What catalogs say to each other; the body of a CATALOG frame.
public enum CatalogMessage: Sendable, Equatable {
    /// Entries of one owner that changed.
    case delta(CatalogDelta)
    /// "Tell me what you have of these owners since then."
    case pull([CatalogClaim])
    /// "My whole view has this hash": answered with a complete digest when it differs.
    case summary(viewHash: UInt64)
    case digest(CatalogDigest)
}

/// What a node says that it knows of an owner: all of the owner's changes up to the version.
public struct CatalogClaim: Sendable, Hashable {
    public var owner: NodeID
    public var version: CatalogVersion
    /// Sum over the entries, at least 1; 0 when the teller does not keep all of them.
    public var hash: UInt64

    public init(owner: NodeID, version: CatalogVersion, hash: UInt64) {
        self.owner = owner
        self.version = version
        self.hash = hash
    }
}

/// What a node knows of several owners.
public struct CatalogDigest: Sendable, Equatable {
    /// How the teller means it.
    public enum Extent: Sendable, Equatable {
        /// All owners in this range; one that is not listed is not known to the teller.
        case complete(ClosedRange<NodeID>)
        /// Some owners, as an answer; the receiver asks for what it lacks and does not answer.
        case hint
    }
    public var extent: Extent
    /// Sorted by owner, each once.
    public var claims: [CatalogClaim]

    public init(extent: Extent, claims: [CatalogClaim]) {
        self.extent = extent
        self.claims = claims
    }
}

/// What changed in one owner's entries after `base` and up to `version.counter`: all instances
/// whose latest change lies in between. Whoever knows everything up to `base` knows everything up
/// to `version.counter` with it; others ask for the part between.
public struct CatalogDelta: Sendable, Equatable {
    public var owner: NodeID
    public var base: UInt64
    public var version: CatalogVersion
    /// All live instances, for a receiver that may have missed tombstones which are forgotten by
    /// now: what is not in it is gone.
    public var roster: CatalogRoster?
    /// Sorted by counter, rising.
    public var records: [CatalogRecord]
    /// There is more to ask for.
    public var hasMore: Bool

    public init(
        owner: NodeID, base: UInt64, version: CatalogVersion, roster: CatalogRoster? = nil,
        records: [CatalogRecord], hasMore: Bool = false
    ) {
        self.owner = owner
        self.base = base
        self.version = version
        self.roster = roster
        self.records = records
        self.hasMore = hasMore
    }
}

/// The numbers of an owner's live instances after a change.
public struct CatalogRoster: Sendable, Equatable {
    /// The owner's counter when it was made.
    public var counter: UInt64
    /// Rising.
    public var numbers: [UInt32]

    public init(counter: UInt64, numbers: [UInt32]) {
        self.counter = counter
        self.numbers = numbers
    }
}

/// The latest change of one instance.
public struct CatalogRecord: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case live(EntryState, ServiceOffer)
        /// A tombstone.
        case gone
    }
    public var number: UInt32
    public var counter: UInt64
    public var content: Content

    public init(number: UInt32, counter: UInt64, content: Content) {
        self.number = number
        self.counter = counter
        self.content = content
    }

    public var isLive: Bool { service != nil }

    /// The service that has the instance; nil for a tombstone.
    public var service: ServiceName? {
        switch content {
        case .live(_, let offer): offer.service
        case .gone: nil
        }
    }
}

/// How much a catalog may hold, say and remember. Every node of a mesh should have the same ones: a
/// node with smaller limits keeps less than the others and never agrees with them.
///
/// Nothing is ever evicted to make room: what comes when a table is full is refused and counted, so
/// one greedy owner can use up its own share and no other's.
public struct CatalogLimits: Sendable, Equatable {
    /// Live instances of one owner. A host runs tens of services; thousands leave room for tests.
    public var entriesPerOwner = 4_096
    /// Encoded bytes of one owner's instances: what a joining node must fetch from one peer.
    public var bytesPerOwner = 1 << 20
    /// Live instances of all owners. At least 16 x `entriesPerOwner`: it takes sixteen greedy
    /// owners to fill the table.
    public var entries = 65_536
    /// Encoded bytes of all owners: the memory of a mesh's catalog, within a factor of three. At
    /// least 16 x `bytesPerOwner`.
    public var bytes = 32 << 20
    /// Owners with entries here: members of a mesh.
    public var owners = 2_048
    /// Owners that membership does not know yet; a relay may name them before gossip does.
    public var strangers = 64
    /// How long an owner may stay unknown to membership.
    public var strangerRetention = Duration.seconds(30)
    /// Tombstones of one owner. More are forgotten early; who missed one gets a roster instead.
    public var tombstonesPerOwner = 1_024
    /// How long a tombstone is kept: longer than a repair interval needs to reach everybody, and
    /// short because nothing depends on it.
    public var tombstoneRetention = Duration.seconds(30)
    /// How long entries of a dead node are kept, unroutable: a node that was cut off and comes back
    /// within it is routable again without sending anything.
    public var deadRetention = Duration.seconds(60)

    /// Own changes that come within this time travel together.
    public var coalescing = Duration.milliseconds(5)
    /// Broadcasts that may follow each other at `coalescing`; then one each `broadcastInterval`, so
    /// a flapping service costs each peer at most twenty messages a second.
    public var broadcastBurst = 20
    public var broadcastInterval = Duration.milliseconds(50)
    /// Time between two comparisons with a random peer.
    public var repairInterval = Duration.seconds(2)
    /// After it, a question that was not answered may be asked again.
    public var pullTimeout = Duration.milliseconds(500)
    /// Bytes of one message, roster included; the last entry may go over it:
    /// `messageBytes` + 2 x `OfferLimits.bytes` < 64 KiB, the limit of a frame.
    public var messageBytes = 48 << 10
    /// Bytes that one question may make a node send; the asker asks again for the rest.
    public var answerBytes = 256 << 10

    /// Watches of all sessions together.
    public var watches = 1_024
    /// Changes that wait for one watcher. A slower one is told everything anew, from a snapshot.
    public var pendingChangesPerWatch = 256
    /// Depth to which dependencies of dependencies are followed.
    public var dependencyDepth = 16
    /// Services that one dependency report may visit.
    public var dependencyVisits = 1_024

    /// Owners in one digest; a longer one is sent in parts.
    var claimsPerMessage: Int { max(1, messageBytes / CatalogClaim.byteLimit) }

    public init() {}
    public static let standard = CatalogLimits()
}

/// How large one offer may be. They are part of the protocol: a larger one is refused by each
/// reader as invalid.
public enum OfferLimits {
    /// Labels of one instance.
    public static let labels = 32
    /// UTF-8 bytes of a label's value.
    public static let labelValueBytes = 127
    /// Payload formats of one instance.
    public static let formats = 16
    /// Services that one instance says it needs.
    public static let dependencies = 64
    /// Encoded bytes of one instance: eight of them fit into a frame.
    public static let bytes = 4_096
    /// Instances, questions or owners in one message; a frame is full before.
    public static let itemsPerMessage = 4_096
    /// Highest generation that is believed. An owner raises its own by one to contradict a claim,
    /// so a claim at the limit could not be contradicted.
    public static let generation: UInt64 = 1 << 56
    /// Highest change counter: one change each microsecond for two thousand years.
    public static let counter: UInt64 = 1 << 56
}

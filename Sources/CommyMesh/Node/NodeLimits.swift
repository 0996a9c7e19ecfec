/// The limits of one node as a whole, and why each has its value.
///
/// Inequalities: `dialPatience > LinkLimits.greetingWithin` would hide a slow greeting, so it is
/// not needed; `backOffFirst <= backOffLast`; `keptBody <= LinkLimits.streamWindow`, so that a kept
/// body fits into a fresh stream's window.
public struct NodeLimits: Sendable, Equatable {
    public var link = LinkLimits()
    public var membership = MembershipLimits()
    public var catalog = CatalogLimits()
    public var router = RouterLimits()
    public var trust = TrustLimits()

    /// Connections with nodes and with processes, each with a stream table: at 100 bytes per idle
    /// one it is 400 KiB.
    public var links = 4_096
    /// Sessions among them that may be open at once.
    public var sessions = 1_024
    /// Connections that have not told who they are; more are turned away, so that strangers cannot
    /// fill the table.
    public var greeting = 256
    /// Calls that pass through this node at once. Full: `overloaded`.
    public var calls = 65_536
    /// Instances that one session may register.
    public var instancesPerSession = 1_024
    /// Watches that one session may hold.
    public var watchesPerSession = 64
    /// Answers to queries that one session may leave unread. Full: `limitReached`.
    public var listingsPerSession = 8
    /// Bytes of all answers that were not read: a listing of the largest catalog has about half.
    /// Full: `limitReached`.
    public var listingBytes = 64 << 20
    /// How many nodes a request may pass: caller's, owner's, and one between.
    public var hops: UInt8 = 3
    /// How often a request is sent to an instance, the first time included (Linkerd keeps one
    /// retry; gRPC A6 allows five).
    public var attempts: UInt8 = 3
    /// Bytes of a request that are kept for another attempt (Linkerd: 64 KiB); a longer one is
    /// sent once.
    public var keptBody = 64 << 10
    /// Bytes of all kept requests together. Full: a further request is sent once.
    public var keptBodies = 16 << 20

    /// Bytes that one peer may make this node say in gossip beyond what it said itself, at once and
    /// each second afterwards; further questions are left unanswered, and gossip repairs itself.
    /// `answerBurst >= CatalogLimits.bytesPerOwner`, so that a node that joins gets all that this
    /// one serves; the first must also leave room in `LinkLimits.outputBytes` for everything else.
    public var answerBurst = 2 << 20
    public var answerBytesPerSecond = 1 << 20

    /// Bytes by which the windows of all connections together may be larger than
    /// `LinkLimits.linkWindow`: eight of the largest. Full: a window that would grow does not, and
    /// the others shrink.
    public var grownWindows = 128 << 20

    /// A dial that has not ended after this is given up.
    public var dialPatience: Duration = .seconds(5)
    /// Between two dials of one path, with full jitter (Brooker, "Exponential Backoff And Jitter",
    /// 2015): a draw between zero and the doubled last value.
    public var backOffFirst: Duration = .milliseconds(50)
    public var backOffLast: Duration = .seconds(2)
    /// Links that are to be made anew for one reason begin with it at drawn times within this, so
    /// that a mesh does not do all its handshakes at once.
    public var renewalSpread: Duration = .seconds(10)
    /// How long a link whose certificate does not count any more waits for the one that takes its
    /// place. It covers a few dials of both sides; then it ends without.
    public var renewalPatience: Duration = .seconds(20)
    /// The node with the larger number dials only when there is no link this long after it learned
    /// of the other.
    public var secondDialer: Duration = .seconds(1)

    public init() {}

    /// Whether the inequalities hold.
    public var areConsistent: Bool {
        link.areConsistent && backOffFirst > .zero && backOffFirst <= backOffLast
            && keptBody <= Int(link.streamWindow) && attempts >= 1 && hops >= 1
            && grownWindows >= 0 && sessions < links && greeting <= links
            && answerBurst >= catalog.bytesPerOwner && answerBytesPerSecond > 0
            && answerBurst + catalog.answerBytes < link.outputBytes
    }
}

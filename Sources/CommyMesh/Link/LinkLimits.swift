internal import CommyWire

/// The limits of one link or session, and why each has its value.
///
/// Inequalities that must hold: `heartbeatActive * 2 < silentAfter`, so that one lost heartbeat is
/// not yet silence; `silentAfter < lostAfter`; `stall < silentAfter`; `streamWindow <= linkWindow`;
/// `streamWindow <= streamWindowLimit <= linkWindowLimit`; `linkWindow <= linkWindowLimit`;
/// `committedOutput < openingOutput < outputBytes`; `outputBytes >= linkWindow + committedOutput`.
public struct LinkLimits: Sendable, Equatable {
    /// Bytes of DATA that the peer may send on one stream before a grant: the bandwidth-delay
    /// product of 50 Mbit/s over 10 ms. More is given to a writer that waits for it.
    public var streamWindow: UInt32 = 64 << 10
    /// Bytes of DATA that the peer may send on all streams together: 16 full streams.
    public var linkWindow: UInt32 = 1 << 20
    /// The largest window that this side gives a stream when its writer waits for it: 4 MiB over
    /// 80 ms are 50 MB/s.
    public var streamWindowLimit: UInt32 = 4 << 20
    /// The largest window of a link: four full streams, as one takes at most a quarter of it in a
    /// relay. It bounds what a relay can be made to hold for one peer.
    public var linkWindowLimit: UInt32 = 16 << 20
    /// Streams that the peer may have open at once; one more is reset with `overloaded`, which is
    /// retried elsewhere.
    public var openStreams = 4_096
    /// Bytes that wait in the output queue in the order in which they will leave. Beyond it stream
    /// frames wait by priority: it bounds by how much a bulk transfer delays an urgent call
    /// (0.5 ms at 1 Gbit/s).
    public var committedOutput = 64 << 10
    /// Bytes in the output queue at which no more streams are opened: the peer does not keep up,
    /// and another instance may.
    public var openingOutput = 1 << 20
    /// Bytes in the output queue at which a peer counts as too slow and is cut off; frames without
    /// credit (gossip, events, replies) are what can get it there.
    public var outputBytes = 8 << 20
    /// Between heartbeats while streams use the link or somebody asked.
    public var heartbeatActive: Duration = .milliseconds(250)
    /// Between heartbeats otherwise.
    public var heartbeatIdle: Duration = .seconds(2)
    /// How long a link counts as active after its last use.
    public var activeFor: Duration = .seconds(5)
    /// Nothing heard on an active link for so long: do not route there. Three heartbeats.
    public var silentAfter: Duration = .milliseconds(750)
    /// The same on an idle link: a heartbeat and its answer's time.
    public var silentAfterIdle: Duration = .milliseconds(2_750)
    /// No echo on an active link for so long, though bytes come: the other direction is cut.
    public var echoAfter: Duration = .seconds(2)
    /// Nothing heard for so long: the link is closed. Longer than the longest suspicion, so that
    /// membership decides first.
    public var lostAfter: Duration = .seconds(10)
    /// A deadline that is served later than this means that the process itself stood still, and
    /// that its peers' silence proves nothing.
    public var stall: Duration = .milliseconds(150)
    /// From the opening of the transport to the end of the greeting.
    public var greetingWithin: Duration = .seconds(3)
    /// How long a closing link waits for its streams.
    public var drainWithin: Duration = .seconds(10)

    public init() {}

    /// Whether the inequalities hold.
    public var areConsistent: Bool {
        heartbeatActive * 2 < silentAfter && silentAfter < lostAfter && silentAfter <= echoAfter
            && stall < silentAfter
            && heartbeatIdle < silentAfterIdle && silentAfterIdle < lostAfter
            && streamWindow <= linkWindow
            && streamWindow <= streamWindowLimit && streamWindowLimit <= linkWindowLimit
            && linkWindow <= linkWindowLimit && linkWindowLimit <= WireLimits.creditCeiling
            && outputBytes >= Int(linkWindow) + committedOutput && openStreams > 0
            && committedOutput < openingOutput && openingOutput < outputBytes
    }
}

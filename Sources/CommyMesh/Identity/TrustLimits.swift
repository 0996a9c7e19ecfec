/// The times and bounds of trust rotation.
public struct TrustLimits: Sendable, Equatable {
    /// Anchors in one bundle: the present one, the next one, and those of rotations that were
    /// overtaken. Full: a further one is not installed, and the node does not acknowledge.
    public static let bundle = 8
    /// Reports in one message; at most 380 bytes each, they fit into a frame of 64 KiB together
    /// with the longest anchor.
    public static let reportsPerMessage = 128
    /// Nodes whose reports are known; as many as members and remembered dead.
    public static let reports = 2_048

    /// Between two comparisons with a random peer.
    public var compareInterval: Duration = .seconds(2)
    /// Until something that was asked of the node's owner, and has not happened, is asked again.
    public var retryInterval: Duration = .seconds(10)
    /// Warnings begin so long before an anchor or the own certificate ends.
    public var anchorWarning: Duration = .seconds(30 * 86_400)
    public var certificateWarning: Duration = .seconds(86_400)
    /// Between two warnings about the same thing.
    public var warningInterval: Duration = .seconds(3_600)

    /// By how much a term may be above the seconds since 1970: the clocks of two nodes differ.
    public var termTolerance: Duration = .seconds(86_400)

    public init() {}
}

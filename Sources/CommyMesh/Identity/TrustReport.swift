public import CommyBase

/// What one node says about its own trust: its bundle and its certificate, as they are loaded now.
///
/// There is no separate acknowledgement: a step is acknowledged by being true. So a node that
/// restarts, or comes back after a partition, acknowledges by what it has, and one that has lost
/// its bundle takes its acknowledgement back.
public struct TrustReport: Sendable, Hashable {
    public var node: NodeName
    /// Of the node's process; another life may have other files.
    public var life: UInt64
    /// Raised by the node with every change, and above what others still know of its earlier life.
    public var counter: UInt64
    /// The anchors in its bundle, ascending; at most `TrustLimits.bundle`.
    public var anchors: [Fingerprint]
    /// The anchor that its own certificate comes from; nil while it has none.
    public var issuer: Fingerprint?
    /// The end of its certificate's validity, in seconds since 1970 (UTC).
    public var certificateEnd: Int64

    /// Above it a counter is no longer a number that somebody counted to.
    public static let counterLimit: UInt64 = 1 << 62
    /// How far a counter may lie above the one known before (0 where none is). A node counts its
    /// changes, some in a year: whoever tells more has made it up, and could use up the numbers.
    public static let jumpLimit: UInt64 = 1 << 20

    public init(
        node: NodeName, life: UInt64, counter: UInt64, anchors: [Fingerprint],
        issuer: Fingerprint?, certificateEnd: Int64
    ) {
        self.node = node
        self.life = life
        self.counter = counter
        self.anchors = anchors
        self.issuer = issuer
        self.certificateEnd = certificateEnd
    }

    public var id: NodeID { NodeID(node) }
    public var version: Version { Version(counter: counter, life: life) }

    public struct Version: Sendable, Hashable, Comparable {
        public var counter: UInt64
        public var life: UInt64

        public init(counter: UInt64, life: UInt64) {
            self.counter = counter
            self.life = life
        }

        public static func < (left: Version, right: Version) -> Bool {
            (left.counter, left.life) < (right.counter, right.life)
        }
    }

    /// Whether this node has done what the step asks of it.
    public func acknowledges(_ state: TrustState) -> Bool {
        let anchor = state.anchor.fingerprint
        return switch state.step {
        case .adding: anchors.contains(anchor)
        case .reissuing: anchors.contains(anchor) && issuer == anchor
        case .removing, .settled: anchors == [anchor] && issuer == anchor
        }
    }
}

public import CommyBase

/// Where a rotation of trust anchors stands; the whole mesh agrees on the greatest one.
///
/// States are ordered by (term, step, owner, anchor). A rotation that is begun takes the next term.
/// Two that are begun at once have one term: the one that got further wins, then the greater owner.
/// That is safe at any moment, because no anchor is removed before the step `removing`, and nobody
/// gets there before every live member has a certificate of the winning anchor.
public struct TrustState: Sendable, Hashable {
    public enum Step: UInt8, Sendable, Hashable, CaseIterable, Comparable {
        /// Every bundle gets the new anchor.
        case adding = 1
        /// Every node gets a certificate of the new anchor.
        case reissuing = 2
        /// Every bundle loses all other anchors.
        case removing = 3
        /// Over.
        case settled = 4

        public static func < (left: Step, right: Step) -> Bool { left.rawValue < right.rawValue }

        /// What is allowed when every live member has acknowledged this one.
        public var next: Step? {
            switch self {
            case .adding: .reissuing
            case .reissuing: .removing
            case .removing: .settled
            case .settled: nil
            }
        }
    }

    /// Counts the rotations of the mesh; from 1.
    public var term: UInt64
    public var step: Step
    /// The node on which the rotation was begun. Any other may continue it.
    public var owner: NodeName
    /// The anchor that remains in the end.
    public var anchor: TrustAnchor

    /// Above it a term is no longer a number that somebody counted to.
    public static let termLimit: UInt64 = 1 << 32

    public init(term: UInt64, step: Step, owner: NodeName, anchor: TrustAnchor) {
        self.term = term
        self.step = step
        self.owner = owner
        self.anchor = anchor
    }

    public var version: Version {
        Version(term: term, step: step, owner: owner, anchor: anchor.fingerprint)
    }

    public struct Version: Sendable, Hashable, Comparable {
        public var term: UInt64
        public var step: Step
        public var owner: NodeName
        public var anchor: Fingerprint

        public static func < (left: Version, right: Version) -> Bool {
            (left.term, left.step, left.owner, left.anchor)
                < (right.term, right.step, right.owner, right.anchor)
        }
    }

    /// True when both belong to the same rotation.
    public func isSameRotation(as other: TrustState) -> Bool {
        term == other.term && owner == other.owner
            && anchor.fingerprint == other.anchor.fingerprint
    }
}

public import CommyBase

/// What `TrustRotation` wants done or known.
public enum TrustOutput: Sendable, Equatable {
    /// Send this over the link to that peer; drop it when there is none any more.
    case send(TrustMessage, to: NodeID)
    /// Another node (or, by an order, this one) says that the mesh goes over to this state's
    /// anchor. Look whether an anchor that is trusted already vouches for it, then report
    /// `anchorJudged`. Until then nothing of the state is followed, kept or passed on.
    case judge(TrustState, from: NodeName)
    /// A state was turned away; why, for people. Said once in a while for each node.
    case refused(Fingerprint, from: NodeName, why: String)
    /// Put the anchor into the bundle, keep it over restarts, then report `bundleLoaded`.
    case install(TrustAnchor)
    /// Get a certificate from this anchor, then report `certificateLoaded`.
    case reissue(Fingerprint)
    /// Take the anchor out of the bundle, then report `bundleLoaded`. Never the last one.
    case remove(Fingerprint)
    /// The mesh is in this state now: keep it over restarts.
    case entered(TrustState)
    /// Another rotation has overtaken the one that this node knew.
    case overtaken(TrustState)
    /// Every live member has acknowledged the step: the next one is allowed.
    case acknowledged(TrustState.Step)
    case warning(TrustWarning)
}

/// What will end in an outage if nobody acts.
public enum TrustWarning: Sendable, Equatable {
    case anchorEnds(Fingerprint, at: Int64)
    case anchorHasEnded(Fingerprint)
    case certificateEnds(at: Int64)
    case certificateHasEnded
    /// The own certificate comes from an anchor that the own bundle does not hold.
    case issuerUnknown(Fingerprint)
    /// The bundle is full: this anchor cannot be installed.
    case bundleFull(Fingerprint)
}

/// Why an order about a rotation is refused. At surfaces it is error 3008.
public enum RotationRefusal: Error, Sendable, Equatable {
    /// These have not acknowledged the present step; sorted by name.
    case notAcknowledged(TrustState.Step, [NodeName])
    /// These are dead but not gone for good, and would be locked out; sorted by name.
    case wouldLockOut([NodeName])
    /// Another rotation has not finished.
    case inProgress(TrustState.Step, owner: NodeName)
    /// There is nothing to continue.
    case noRotation
    case finished
    /// The mesh trusts this anchor already, and nothing else.
    case alreadyTrusted
    case anchorHasEnded
    case bundleFull
    case tooManyRotations

    /// The error as people and other processes see it.
    public var error: CommyError { CommyError(.rotationRefused, detail) }

    private var detail: String {
        switch self {
        case .notAcknowledged(let step, let nodes):
            "step '\(step)' is not acknowledged by \(Self.list(nodes))"
        case .wouldLockOut(let nodes):
            "\(Self.list(nodes)) would be locked out: bring them back or leave them behind"
        case .inProgress(let step, let owner):
            "a rotation begun on \(owner) is at step '\(step)'"
        case .noRotation: "no rotation was begun"
        case .finished: "the rotation is finished"
        case .alreadyTrusted: "this anchor is the only trusted one already"
        case .anchorHasEnded: "the anchor's validity has ended"
        case .bundleFull: "the bundle holds \(TrustLimits.bundle) anchors already"
        case .tooManyRotations: "the count of rotations is exhausted"
        }
    }

    /// At most ten names, so that the text fits into a frame.
    private static func list(_ nodes: [NodeName]) -> String {
        let shown = nodes.prefix(10).map(\.text).joined(separator: ", ")
        return nodes.count > 10 ? "\(shown) and \(nodes.count - 10) more" : shown
    }
}

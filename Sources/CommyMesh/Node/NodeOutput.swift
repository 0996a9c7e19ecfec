public import CommyBase

/// What the node wants its runtime to do.
public enum NodeOutput: Sendable, Equatable {
    /// Connect to this address with mutual TLS, as this node. When `expected` is given and the
    /// peer's certificate names another node, refuse with `identityMismatch`. Answer with exactly
    /// one of `linkOpened`, `linkRefused`, `dialFailed`.
    case dial(DialToken, NetworkAddress, expected: NodeName?)
    /// Forget this attempt; its connection, if it comes, is closed by the runtime. No answer.
    case cancelDial(DialToken)
    /// This connection has bytes to send: take them with `withOutgoing` and `consumed`.
    case transmit(LinkHandle)
    /// Send what is still to send (for at most a second), then close the connection. Answer with
    /// `closed`; until then the handle still serves `withOutgoing` and `consumed`.
    case close(LinkHandle, ErrorCode)
    /// Look whether the anchor of this state may be trusted: it is already, or one that is vouches
    /// for it. Then command `.anchorJudged` with the same state and name. What nobody looks at is
    /// not followed.
    case judgeAnchor(TrustState, from: NodeName)
    /// Put this anchor into the bundle of those that are trusted, keep it over restarts, then
    /// command `.anchorsLoaded`.
    case installAnchor(TrustAnchor)
    /// Get a certificate from this anchor, then command `.certificateLoaded`.
    case reissueCertificate(Fingerprint)
    /// Take this anchor out of the bundle, then command `.anchorsLoaded`. Never the last one.
    case removeAnchor(Fingerprint)
    /// Keep this over restarts, for `NodeConfiguration.trust`.
    case keepTrust(TrustState)
    /// Something happened that people and the harness want to see.
    case note(NodeEvent)
    /// The node has left the mesh and closed everything: the runtime may end. Comes once.
    case stopped
    /// Nothing more to do until then, or until the next fact.
    case wait(until: MeshInstant)
}

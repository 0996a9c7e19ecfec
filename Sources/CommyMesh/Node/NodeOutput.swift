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
    /// Something happened that people and the harness want to see.
    case note(NodeEvent)
    /// The node has left the mesh and closed everything: the runtime may end. Comes once.
    case stopped
    /// Nothing more to do until then, or until the next fact.
    case wait(until: MeshInstant)
}

internal import CommyBase
internal import CommyMesh
internal import CommyReactor
internal import CommyTLS

/// One connection of a node's runtime: a TLS link to a peer, or the Unix socket of a local program.
///
///     opening --handshake--> open --node or peer closes--> closing --flushed--> gone
struct Connection: ~Copyable {
    enum Phase {
        /// TLS is not done; the node does not know the connection yet.
        case opening
        case open(LinkHandle)
        /// The node wants it closed; what it has left to say is still sent.
        case closing(LinkHandle)

        var link: LinkHandle? {
            switch self {
            case .opening: nil
            case .open(let link), .closing(let link): link
            }
        }
    }

    var transport: Transport
    var phase = Phase.opening
    let origin: LinkOrigin
    /// Who must be at the other end, when the node has dialled somebody.
    let expected: NodeName?
    /// Where the connection leads; the address of a local program is nobody's.
    let remote: NetworkAddress
    /// The node has bytes that did not fit into the transport.
    var isBlocked = false
    /// Its turn was too short; it stands in `NodeRuntime.unfinished`.
    var isUnfinished = false
    /// When an opening or closing connection is given up.
    var patience: TimerHeap<EventToken>.Token?

    init(
        transport: consuming Transport, origin: LinkOrigin, expected: NodeName? = nil,
        remote: NetworkAddress
    ) {
        self.transport = transport
        self.origin = origin
        self.expected = expected
        self.remote = remote
    }
}

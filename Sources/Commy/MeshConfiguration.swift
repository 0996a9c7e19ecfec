public import CommyWire

/// How a payload's bytes are to be read.
public typealias PayloadFormat = CommyWire.PayloadFormat

/// How a process takes part in the mesh. The usual values fit a host with one node.
public struct MeshConfiguration: Sendable {
    /// The node's name. Nil: what COMMY_NODE says, else the only one that runs here.
    public var node: String?
    /// The folder with the nodes' sockets. Nil: what COMMY_RUN_DIR says, else `/run/commy` for
    /// root and `commy` in XDG_RUNTIME_DIR for others.
    public var runDirectory: String?
    /// Which program this is, for people who list the node's sessions.
    public var program: String
    /// How long a call may take when nothing else is said.
    public var callTimeout: Duration
    /// The format of typed payloads when nothing else is said.
    public var format: PayloadFormat
    /// Bytes of the largest message that is taken, request or answer.
    public var messageBytes: Int

    public init(
        node: String? = nil, runDirectory: String? = nil, program: String = "swift",
        callTimeout: Duration = .seconds(10), format: PayloadFormat = .messagePack,
        messageBytes: Int = 16 << 20
    ) {
        self.node = node
        self.runDirectory = runDirectory
        self.program = program
        self.callTimeout = callTimeout
        self.format = format
        self.messageBytes = messageBytes
    }
}

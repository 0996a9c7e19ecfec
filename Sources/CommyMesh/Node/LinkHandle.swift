public import CommyBase

/// Names one transport connection between the node and its runtime: a link to a peer, or a session
/// of a local process. `index` is small and dense, so a runtime may use it to index an array; it is
/// used again later with another generation.
public struct LinkHandle: Sendable, Hashable, CustomStringConvertible {
    public let index: UInt32
    public let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    public var description: String { "link \(index).\(generation)" }
}

/// Names one attempt to connect, from `.dial` until `linkOpened`, `linkRefused` or `dialFailed`.
public struct DialToken: Sendable, Hashable {
    public let value: UInt64
    init(value: UInt64) { self.value = value }
}

/// Who began a connection.
public enum LinkOrigin: Sendable, Hashable {
    case dialled(DialToken)
    case accepted
}

/// Who is at the other end of a link, as its certificate says; checked by TLS before the node
/// hears of the link.
public struct TLSPeer: Sendable, Equatable {
    public var mesh: MeshName
    public var node: NodeName
    /// Serial number of its certificate, in hexadecimal digits; for people.
    public var serial: String
    /// Seconds since 1970 at which the certificate ends, and the link with it; 0 when that is not
    /// known.
    public var notAfter: Int64
    /// The trust anchor that the certificate comes from; the link ends when it is trusted no more.
    /// Nil when it is not known.
    public var issuer: Fingerprint?

    public init(
        mesh: MeshName, node: NodeName, serial: String = "", notAfter: Int64 = 0,
        issuer: Fingerprint? = nil
    ) {
        self.mesh = mesh
        self.node = node
        self.serial = serial
        self.notAfter = notAfter
        self.issuer = issuer
    }
}

/// Who is at the other end of a session, as the kernel says (SO_PEERCRED).
public struct SessionCredentials: Sendable, Equatable {
    public var processID: Int32
    public var userID: UInt32
    public var groupID: UInt32

    public init(processID: Int32, userID: UInt32, groupID: UInt32) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
    }
}

/// How a transport ended, as the runtime saw it.
public enum TransportEnd: Sendable, Equatable {
    /// The peer closed in good order (end of stream; close_notify).
    case ended
    /// The peer's kernel or TLS broke it off (reset, end without close_notify, bad record).
    case reset
    /// The runtime gave it up: no progress (user time-out), or it stops.
    case abandoned
}

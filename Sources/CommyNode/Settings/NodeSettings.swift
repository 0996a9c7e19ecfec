public import CommyBase
public import CommyMesh

/// What an operator tells a daemon, from a file, from flags, or from both: flags win, and lists are
/// joined.
public struct NodeSettings: Sendable, Equatable {
    public var mesh: MeshName?
    public var name: NodeName?
    public var zone = Zone.unknown
    /// Where the node listens; port 0 lets the kernel choose.
    public var listen: [NetworkAddress] = []
    /// Where others are told to dial, when that is not where it listens.
    public var advertise: [NetworkAddress] = []
    public var join: [NetworkAddress] = []
    /// Files in PEM: the node's certificate (with those between it and a root), its key, and the
    /// roots that it trusts.
    public var certificate: String?
    public var key: String?
    public var trust: String?
    /// Where the socket for local programs lies: `NAME.sock` in it.
    public var runDirectory: String?
    /// Where the node keeps what it must know after a restart: `NAME.trust`. Beside its key when
    /// not given.
    public var stateDirectory: String?
    /// Whether what the node sees is printed, a line each.
    public var events = false
    public var limits = NodeLimits()
    /// The port that nodes use when none is given.
    public static let defaultPort: UInt16 = 7_400

    public init() {}
}

/// Why a setting cannot be used: where it stands, what is wrong, what was expected.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// `node.conf:3:9`, or the flag.
    public let place: String
    public let problem: String
    public let expected: String

    public var description: String { "\(place): \(problem); expected \(expected)" }
}

/// Who is in the emulated network and what lies between them, as the scenario file states it.
public struct Topology: Sendable, Equatable {
    public var hosts: [HostSpec] = []
    public var routers: [RouterSpec] = []
    /// In file order; the most specific rule that matches a pair wins, the later one on a tie.
    public var links: [LinkRule] = []
    /// TUN devices hand over TCP super-packets (TSO): more throughput, fewer wire-packet details.
    public var offload: Bool = false
    /// MTU of every host's interface, in bytes.
    public var mtu: Int = 1_500

    public init() {}
}

/// One emulated machine: a network namespace with its own interface and addresses.
public struct HostSpec: Sendable, Equatable {
    public var name: String
    /// The zone path, most general first: `eu/a` is `["eu", "a"]`. Empty when not given.
    public var zone: [String]

    public init(name: String, zone: [String] = []) {
        self.name = name
        self.zone = zone
    }
}

/// A node of the network that only forwards: where several paths share a link.
public struct RouterSpec: Sendable, Equatable {
    public var name: String
    public var zone: [String]

    public init(name: String, zone: [String] = []) {
        self.name = name
        self.zone = zone
    }
}

/// One line under `links:`: which pairs it is for and what their links are like.
public struct LinkRule: Sendable, Equatable {
    /// What an end of a rule matches. From general to specific: any, a zone (longer paths are more
    /// specific), one host or router.
    public enum End: Sendable, Equatable {
        case any
        case zone([String])
        case node(String)
    }
    public enum Direction: Sendable, Equatable {
        /// `between: [a, b]`: both directions alike.
        case both
        /// `from: a, to: b`: packets from the first end to the second only.
        case oneWay
    }
    public var first: End
    public var second: End
    public var direction: Direction
    public var conditions: LinkConditions
    /// True: all pairs that this rule matches share one link (one queue, one rate) per direction.
    public var shared: Bool

    public init(
        first: End, second: End, direction: Direction = .both, conditions: LinkConditions,
        shared: Bool = false
    ) {
        self.first = first
        self.second = second
        self.direction = direction
        self.conditions = conditions
        self.shared = shared
    }
}

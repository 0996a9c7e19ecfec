/// One entry under `faults:`: something that goes wrong at a stated time, and for how long.
public struct FaultSpec: Sendable, Equatable {
    /// Unique; given by `name:` or made from the action (`crash`, `crash-2`).
    public var name: String
    /// When it begins, counted from the start of the traffic phase.
    public var at: Duration
    /// Healed after this long; nil means that it stays to the end.
    public var lasts: Duration?
    public var action: Action

    public enum Action: Sendable, Equatable {
        /// SIGKILL; when it heals, the process is started again.
        case crash(ProcessTarget)
        /// SIGSTOP; when it heals, SIGCONT.
        case pause(ProcessTarget)
        /// The polite signal; when it heals, the process is started again.
        case stop(ProcessTarget)
        /// The polite signal, then at once a new start.
        case restart(ProcessTarget)
        case cut(LinkSelector)
        /// No packet passes between two different groups; hosts in no group are left alone.
        case partition([[String]])
        /// Cut and healed again and again: down for `down`, then up for `up`.
        case flap(LinkSelector, down: Duration, up: Duration)
        /// The link gets these conditions while the fault lasts, on top of its own.
        case degrade(LinkSelector, LinkChange)
    }

    public init(name: String, at: Duration, lasts: Duration?, action: Action) {
        self.name = name
        self.at = at
        self.lasts = lasts
        self.action = action
    }

    /// The word that the scenario file uses for the action.
    public var verb: String {
        switch action {
        case .crash: "crash"
        case .pause: "pause"
        case .stop: "stop"
        case .restart: "restart"
        case .cut: "cut"
        case .partition: "partition"
        case .flap: "flap"
        case .degrade: "degrade"
        }
    }
}

/// Which processes a fault hits.
public enum ProcessTarget: Sendable, Equatable {
    /// All processes of a host: `crash: web-1`.
    case host(String)
    /// One process on all its hosts: `crash: { process: nginx }`.
    case process(String)
    /// One process on one host: `crash: { process: nginx, on: web-1 }`.
    case processOnHost(process: String, host: String)
}

/// Which links a fault hits, by the hosts whose traffic crosses them.
public enum LinkSelector: Sendable, Equatable {
    /// `between: [a, b]`: both directions.
    case between(LinkRule.End, LinkRule.End)
    /// `from: a, to: b`: one direction.
    case oneWay(from: LinkRule.End, to: LinkRule.End)
    /// `host: a`: everything to and from a host.
    case host(String)
}

/// Link properties that a `degrade` fault states; nil leaves what the link has.
public struct LinkChange: Sendable, Equatable {
    public var latency: Duration?
    public var jitter: Jitter?
    public var loss: Loss?
    public var duplicate: Double?
    public var reorder: Reorder?
    public var corrupt: Double?
    public var rateBitsPerSecond: Double?
    public var queue: QueueConditions?
    public var maximumPacketBytes: Int?

    public init() {}

    /// `conditions` with every stated property replaced.
    public func applied(to conditions: LinkConditions) -> LinkConditions {
        var result = conditions
        if let latency { result.latency = latency }
        if let jitter { result.jitter = jitter }
        if let loss { result.loss = loss }
        if let duplicate { result.duplicate = duplicate }
        if let reorder { result.reorder = reorder }
        if let corrupt { result.corrupt = corrupt }
        if let rateBitsPerSecond { result.rateBitsPerSecond = rateBitsPerSecond }
        if let queue { result.queue = queue }
        if let maximumPacketBytes { result.maximumPacketBytes = maximumPacketBytes }
        return result
    }
}

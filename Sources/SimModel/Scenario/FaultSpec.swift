/// One entry under `faults:`: something that goes wrong at a stated time, and for how long.
public struct FaultSpec: Sendable, Equatable {
    /// Unique; given by `name:` or made from the action (`crash`, `crash-2`).
    public var name: String
    public var trigger: Trigger
    /// Healed after this long; nil means that it stays to the end.
    public var lasts: Duration?
    public var action: Action

    /// What makes it begin.
    public enum Trigger: Sendable, Equatable {
        /// A time, counted from the start of the traffic phase.
        case at(Duration)
        /// Things that happen.
        case when(Condition)
    }
    public enum Action: Sendable, Equatable {
        /// SIGKILL; when it heals, the process is started again.
        case crash(ProcessTarget)
        /// The host is off: its processes and its kernel's connections are gone, and nobody is
        /// told; when it heals, its processes are started again.
        case powerLoss(host: String)
        /// SIGSTOP; when it heals, SIGCONT.
        case pause(ProcessTarget)
        /// The polite signal; when it heals, the process is started again.
        case stop(ProcessTarget)
        /// The polite signal, then at once a new start.
        case restart(ProcessTarget)
        /// No packet passes; with a family only none of that.
        case cut(LinkSelector, AddressFamily? = nil)
        /// No packet passes between two different groups; hosts in no group are left alone.
        case partition([[String]])
        /// Cut and healed again and again: down for `down`, then up for `up`.
        case flap(LinkSelector, down: Duration, up: Duration)
        /// The link gets these conditions while the fault lasts, on top of its own.
        case degrade(LinkSelector, LinkChange)
        /// A slow link with a queue that is far too long: a degradation of rate and queue.
        case bufferbloat(LinkSelector, LinkChange)
        /// Packets above a size vanish without an ICMP message: a degradation of that size.
        case mtuBlackHole(LinkSelector, LinkChange)
        /// Every TCP segment is answered by a reset to both ends, and dropped.
        case reset(LinkSelector)
        /// The wall clock of the processes is wrong.
        case clock(ProcessTarget, ClockChange)
        /// The processes get only this share (0...1) of the processor time that they ask for.
        case cpu(ProcessTarget, share: Double)
        /// The processes may map at most so many bytes more than they have (RLIMIT_AS).
        case memory(ProcessTarget, headroomBytes: Int)
        /// The processes may open at most so many files more than they have (RLIMIT_NOFILE).
        case openFiles(ProcessTarget, headroom: Int)
        /// The file system that the processes of this host write to has only this much left.
        case disk(host: String, freeBytes: Int)
        /// A command on a host, and another one that takes its effect back.
        case exec(host: String, begin: ProcessSpec.Command, heal: ProcessSpec.Command?)
        /// The nodes get another identity and are told to read it.
        case certificate(hosts: [String], CertificateChange)
        /// The nodes are told to trust this, and read it.
        case trust(hosts: [String], TrustChange)
    }

    public init(name: String, trigger: Trigger, lasts: Duration?, action: Action) {
        self.name = name
        self.trigger = trigger
        self.lasts = lasts
        self.action = action
    }

    public init(name: String, at: Duration, lasts: Duration?, action: Action) {
        self.init(name: name, trigger: .at(at), lasts: lasts, action: action)
    }

    /// When it begins, counted from the start of the traffic phase; nil when that depends on what
    /// happens.
    public var at: Duration? {
        switch trigger {
        case .at(let at): at
        case .when: nil
        }
    }

    /// The word that the scenario file uses for the action.
    public var verb: String {
        switch action {
        case .crash: "crash"
        case .powerLoss: "power-loss"
        case .pause: "pause"
        case .stop: "stop"
        case .restart: "restart"
        case .cut: "cut"
        case .partition: "partition"
        case .flap: "flap"
        case .degrade: "degrade"
        case .bufferbloat: "bufferbloat"
        case .mtuBlackHole: "mtu-black-hole"
        case .reset: "reset"
        case .clock: "clock"
        case .cpu: "cpu"
        case .memory: "memory"
        case .openFiles: "open-files"
        case .disk: "full-disk"
        case .exec: "exec"
        case .certificate: "certificate"
        case .trust: "trust"
        }
    }

    /// What it hits, in the unit that its proof counts.
    public enum Object: String, Sendable, Equatable {
        case process, packet, host, command
    }

    public var object: Object {
        switch action {
        case .crash, .powerLoss, .pause, .stop, .restart, .clock, .cpu, .memory, .openFiles,
            .certificate, .trust:
            .process
        case .cut, .partition, .flap, .degrade, .bufferbloat, .mtuBlackHole, .reset: .packet
        case .disk: .host
        case .exec: .command
        }
    }
}

/// What a node's new certificate is like.
public enum CertificateChange: String, Sendable, Equatable, CaseIterable {
    /// A good one with a new key: a rotation.
    case renewed
    /// Its time is over.
    case expired
    /// Its time has not begun.
    case notYetValid = "not-yet-valid"
    /// Of an authority that nobody here trusts.
    case foreign
    /// Of the right authority, for another mesh.
    case otherMesh = "other-mesh"
    /// Of the right authority, for another node.
    case otherNode = "other-node"
}

/// Whom nodes trust from now on. A rotation is `add`, then certificates that are `renewed`, which
/// the newest authority issues, then `remove`.
public enum TrustChange: String, Sendable, Equatable, CaseIterable {
    /// A new authority beside those that are trusted; it issues from now on.
    case add
    /// All but the newest authority are no longer trusted.
    case remove
}

/// The two kinds of addresses of a host.
public enum AddressFamily: String, Sendable, Equatable, CaseIterable {
    case ipv4, ipv6
}

/// What a process's wall clock shows: the true time, plus `offset`, running fast or slow by
/// `driftPerMillion` from the fault's begin on. The monotonic clock is left alone.
public struct ClockChange: Sendable, Equatable {
    public var offset: Duration
    /// Microseconds per second; negative is slow.
    public var driftPerMillion: Double

    public init(offset: Duration, driftPerMillion: Double = 0) {
        self.offset = offset
        self.driftPerMillion = driftPerMillion
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

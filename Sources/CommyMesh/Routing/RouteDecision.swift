public import CommyBase

/// Where a call goes, or why nowhere.
public enum RouteDecision: Sendable, Equatable {
    case to(RoutePick)
    case none(RouteFailure)

    /// The chosen instance.
    public var instance: InstanceID? {
        switch self {
        case .to(let pick): pick.instance
        case .none: nil
        }
    }
}

/// A chosen instance, and how it was chosen.
public struct RoutePick: Sendable, Equatable {
    public let instance: InstanceID
    public let rule: RouteRule
    public let policy: BalancingPolicy
    /// What the policy compared it with; nil when it had no choice.
    public let runnerUp: InstanceID?
    /// Parts of the zone that this node and the instance share.
    public let sharedDepth: UInt8

    public var node: NodeID { instance.node }
}

/// The rule that decided between instances that are far and near.
public enum RouteRule: UInt8, Sendable, Equatable, CaseIterable {
    /// The caller named the instance.
    case pinned = 0
    /// It is on this node.
    case local = 1
    /// No admissible one is nearer.
    case nearest = 2
    /// It refused or lost a call a moment ago, and there is no other.
    case lastResort = 3

    /// As traces and people read it.
    public var text: String {
        switch self {
        case .pinned: "pinned"
        case .local: "local"
        case .nearest: "nearest"
        case .lastResort: "last-resort"
        }
    }
}

/// Why a call goes nowhere.
public enum RouteFailure: UInt8, Sendable, Equatable, CaseIterable {
    case noSuchService = 0
    case noSuchInstance = 1
    /// All instances finish what they have and take nothing new.
    case draining = 2
    /// None of the instances that could be called meets the requirement.
    case capabilityMismatch = 3
    /// There are instances, and none can be reached.
    case noHealthyInstance = 4
    /// Every instance that could be called was tried.
    case allTried = 5

    /// What the caller is told.
    public var code: ErrorCode {
        switch self {
        case .noSuchService: .noSuchService
        case .noSuchInstance: .noSuchInstance
        case .draining: .draining
        case .capabilityMismatch: .capabilityMismatch
        case .noHealthyInstance, .allTried: .noHealthyInstance
        }
    }
}

/// Why an instance is not chosen.
public enum RouteExclusion: Sendable, Equatable {
    case draining
    /// Its node is suspected, dead, or not confirmed by membership.
    case unavailable(Availability)
    /// The link to its node is silent or down.
    case link(LinkHealth)
    case mismatch(CapabilityMismatch)
    case tried
    case ejected(until: MeshInstant)
}

/// How a link to a node is, for routing.
public enum LinkHealth: UInt8, Sendable, Equatable, CaseIterable {
    case up = 0
    /// Nothing was heard for longer than a live peer would be quiet; it may come back.
    case silent = 1
    case down = 2
}

/// How a call to an instance ended, as far as routing cares.
public enum CallOutcome: UInt8, Sendable, Equatable, CaseIterable {
    /// It answered.
    case answered = 0
    /// It answered with an error of the application.
    case failed = 1
    /// It took no call: nobody listens, or it is overloaded or stopping.
    case refused = 2
    /// The connection or the instance was lost before the answer.
    case lost = 3
    /// The deadline came first.
    case late = 4
    /// The caller did not want the answer any more; says nothing about the instance.
    case cancelled = 5

    /// What an error that ended a call says about the instance. An error from the way there (a
    /// lost connection, say) counts against the instance too: the next call should try another.
    public init(_ code: ErrorCode) {
        switch code {
        case .connectionRefused, .peerShuttingDown, .overloaded, .noSuchInstance, .draining,
            .noSuchService, .unreachable, .noHealthyInstance:
            self = .refused
        case .connectionLost, .instanceLost: self = .lost
        case .deadlineExceeded: self = .late
        case .cancelled: self = .cancelled
        // Every other code is an answer: the instance, or the node before it, judged the request.
        case _: self = .failed
        }
    }
}

/// Who serves a service, as the node knows it at one moment.
public struct ServiceView: Sendable, Equatable {
    /// In order of their ids.
    public var instances: [ServiceInstance]
    /// The node is cut off from the mesh, or this process from its node: this is what was last
    /// known to be good.
    public var isStale: Bool

    public init(instances: [ServiceInstance], isStale: Bool) {
        self.instances = instances
        self.isStale = isStale
    }
}

/// One place where a service is served.
public struct ServiceInstance: Sendable, Equatable {
    /// Node and number; never given twice.
    public let id: String
    public let service: String
    public let zone: String
    public let labels: [String: String]
    public let weight: Int
    public let state: State

    /// Whether calls go there, as far as the node knows.
    public enum State: String, Sendable, Equatable, CaseIterable {
        case ready
        /// It finishes what it has.
        case draining
        /// Its node may be dead.
        case suspect
        /// Its node is dead or gone.
        case lost
        /// Its node is not known yet.
        case unconfirmed
    }
}

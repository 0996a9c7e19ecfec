public import CommyBase
public import CommyWire

/// Something that a node saw or decided, as the trace of a run shows it. `line` is its text form.
public enum NodeEvent: Sendable, Equatable {
    case started(node: NodeName, mesh: MeshName, life: UInt64)
    case stopping(node: NodeName)
    /// The first link with any other member of the mesh is up.
    case joined(peer: NodeName)
    case member(peer: NodeName, state: MemberState, incarnation: UInt64)
    /// Who is a member, as this node sees it. Equal hashes are equal views.
    case view(members: Int, alive: Int, hash: UInt64)
    case catalog(version: UInt64, entries: Int, hash: UInt64)
    case service(name: ServiceName, instance: InstanceID, state: ServiceState, owner: NodeName)
    case link(LinkNote)
    /// A peer was turned away, by TLS or by its greeting.
    case refused(peer: String, code: ErrorCode, detail: String)
    case route(RouteNote)
    case request(RequestNote)
    case trust(step: String, anchor: String, state: String)
    case certificate(subject: String, notAfter: Int64, serial: String)
    /// An invariant does not hold: a bug, and the harness fails the run.
    case broken(rule: String, detail: String)

    public enum ServiceState: String, Sendable, Equatable, CaseIterable {
        case up
        case draining
        case gone
    }

    /// A link has changed.
    public struct LinkNote: Sendable, Equatable {
        public enum State: String, Sendable, Equatable, CaseIterable {
            case up
            case silent
            case heard
            case down
        }
        public enum Direction: String, Sendable, Equatable, CaseIterable {
            case inward = "in"
            case outward = "out"
        }
        public var peer: NodeName
        public var state: State
        public var direction: Direction
        public var path: NetworkAddress
        /// Why it is down; nil otherwise.
        public var reason: ErrorCode?
        public var roundTrip: Duration?
    }

    /// Where a request was sent.
    public struct RouteNote: Sendable, Equatable {
        public enum Transport: String, Sendable, Equatable, CaseIterable {
            case local
            case tls
            case shm
        }
        public var call: CorrelationID
        public var service: ServiceName
        public var method: MethodName
        public var instance: InstanceID
        public var node: NodeName
        public var rule: String
        /// 1 for the first.
        public var attempt: Int
        public var transport: Transport
    }

    /// How a request of a local process ended.
    public struct RequestNote: Sendable, Equatable {
        public var call: CorrelationID
        public var service: ServiceName
        /// Nil for success.
        public var failure: ErrorCode?
        /// The node whose instance answered or failed; nil when none was chosen.
        public var node: NodeName?
        public var from: NodeName
        public var latency: Duration
    }
}

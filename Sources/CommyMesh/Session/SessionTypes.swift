public import CommyBase
public import CommyWire

/// What a session client is told when it begins.
public struct SessionConfiguration: Sendable {
    public enum Role: Sendable, Equatable {
        /// A process that calls and serves.
        case program
        /// A tool that asks; it may also give orders.
        case administrator
    }
    public var role: Role
    /// Where correlation ids come from.
    public var random: RandomKey
    public var limits: SessionLimits
    /// Which program this is, for people.
    public var build: String

    public init(
        role: Role = .program, random: RandomKey, limits: SessionLimits = SessionLimits(),
        build: String = ""
    ) {
        self.role = role
        self.random = random
        self.limits = limits
        self.build = build
    }
}

/// The limits of one session at the side of the process.
public struct SessionLimits: Sendable, Equatable {
    public var link = LinkLimits()
    /// Bytes of one message, request or answer, that this process takes in one piece. Larger ones
    /// are refused with `messageTooLarge`. At least `LinkLimits.streamWindow`.
    public var messageBytes = 16 << 20
    /// Bytes of all messages that come in: requests until they are answered, answers until they are
    /// complete. Each of the two has half of it, and fills half of that before senders get no more
    /// credit until there is room; at the end of its half the newest is reset with `overloaded`.
    /// Two of the largest messages are room for each; counts as four times `messageBytes` when it
    /// is less. A one-way message that was handed out is the process's own affair.
    public var receivedBytes = 64 << 20
    /// Calls that this process may have open or waiting. Full: `limitReached`.
    public var calls = 16_384
    /// Bytes of requests that wait for the node, because it is not attached yet or allows no more
    /// streams. Full: `limitReached`.
    public var waitingBytes = 64 << 20
    /// Control requests that this process may have open, watches that stand included. At least
    /// `NodeLimits.instancesPerSession` + `watchesPerSession`, so that a session can be taken up
    /// again at once. Full: `limitReached`.
    public var requests = 4_096
    /// Bytes of the rows of one answer. Above it the query fails with `limitReached`. At least
    /// `NodeLimits.listingBytes`.
    public var answerBytes = 64 << 20

    public init() {}

    /// Bytes for requests, and as many for answers.
    var receivedHalf: Int { max(receivedBytes / 2, 2 * messageBytes) }
}

/// Names one control request of a session client; a watch is named by the request that began it.
public struct RequestID: Sendable, Hashable, Comparable {
    public let number: UInt32
    public static func < (left: RequestID, right: RequestID) -> Bool { left.number < right.number }
}

/// Names one call that a process made.
public struct CallID: Sendable, Hashable {
    let slot: UInt32
    let serial: UInt32
}

/// Names one call that came to a process.
public struct IncomingID: Sendable, Hashable {
    let slot: UInt32
    let serial: UInt32
}

/// What a process asks of a service.
public struct CallRequest: Sendable, Equatable {
    public var service: ServiceName
    public var method: MethodName
    /// This instance and no other; nil for any.
    public var instance: InstanceID?
    /// How long the caller waits; nil for as long as it takes.
    public var timeout: Duration?
    public var priority: StreamPriority
    public var format: PayloadFormat
    /// Doing it twice is like doing it once.
    public var isIdempotent: Bool
    /// Nil draws one.
    public var correlation: CorrelationID?
    public var trace: TraceContext?
    public var traceState: TraceState
    public var metadata: Metadata

    public init(
        service: ServiceName, method: MethodName = .none, instance: InstanceID? = nil,
        timeout: Duration? = nil, priority: StreamPriority = .normal,
        format: PayloadFormat = .opaque, isIdempotent: Bool = false,
        correlation: CorrelationID? = nil, trace: TraceContext? = nil,
        traceState: TraceState = .empty, metadata: Metadata = .empty
    ) {
        self.service = service
        self.method = method
        self.instance = instance
        self.timeout = timeout
        self.priority = priority
        self.format = format
        self.isIdempotent = isIdempotent
        self.correlation = correlation
        self.trace = trace
        self.traceState = traceState
        self.metadata = metadata
    }
}

/// What a service answered.
public struct Answer: Sendable, Equatable {
    /// What the service says went wrong; nil for success. The request was delivered.
    public var failure: CommyError?
    public var format: PayloadFormat
    public var metadata: Metadata
    public var body: [UInt8]

    public init(
        failure: CommyError? = nil, format: PayloadFormat = .opaque, metadata: Metadata = .empty,
        body: [UInt8] = []
    ) {
        self.failure = failure
        self.format = format
        self.metadata = metadata
        self.body = body
    }
}

/// A request that came to this process, whole.
public struct IncomingRequest: Sendable, Equatable {
    public let id: IncomingID
    /// What the caller said; `open.instance` is the instance that is meant.
    public let open: OpenFrame
    public let body: [UInt8]
    /// When the caller stops waiting; `.never` when it does not.
    public let deadline: MeshInstant
    /// Whether anybody waits for `answer`: a one-way message may be taken without.
    public let wantsAnswer: Bool
}

/// What a session client has to tell or wants done.
public enum SessionOutput: Sendable, Equatable {
    /// There are bytes to send: `withOutgoing`, `consumed`.
    case transmit
    /// Send what is still to send, close the connection, then say `transportClosed`.
    case close
    /// The node has greeted: everything that waited is on its way.
    case attached(node: NodeName, mesh: MeshName)
    /// The session is over. Every call and request that was open has failed before this.
    case detached(CommyError)
    case registered(RequestID, InstanceID)
    case done(RequestID)
    case failed(RequestID, CommyError)
    /// All rows of a query.
    case rows(RequestID, [String])
    case event(RequestID, [WatchEvent])
    /// The service has answered, perhaps that it failed.
    case answered(CallID, Answer)
    /// A one-way message is on its way, or was taken if that was asked for.
    case sent(CallID)
    /// The call came to nothing. `delivered` says whether the service may have seen it.
    case callFailed(CallID, CommyError, delivered: ErrorCode.Delivery)
    case request(IncomingRequest)
    /// Nobody waits for the answer to this any more; `answer` and `fail` do nothing from now on.
    case requestCancelled(IncomingID, ErrorCode)
    /// The node takes no new calls: it stops. The session goes on until its calls have ended.
    case draining
    case wait(until: MeshInstant)
}

public import CommyWire

/// Short named texts beside a payload.
public typealias Metadata = CommyWire.Metadata
/// Where a request stands in a distributed trace: W3C `traceparent`.
public typealias TraceContext = CommyWire.TraceContext
/// What tracing systems add to a request: W3C `tracestate`.
public typealias TraceState = CommyWire.TraceState
/// Names one request on every node that it passes.
public typealias CorrelationID = CommyWire.CorrelationID

/// What a caller asks beyond the request itself.
public struct CallOptions: Sendable {
    /// How long the caller waits for the whole answer. Nil: the configuration's `callTimeout`.
    /// Inside a handler, never longer than the handler's own caller waits.
    public var timeout: Duration?
    /// Doing it twice is like doing it once: the mesh may try a second instance when the first was
    /// lost with the request.
    public var isIdempotent: Bool
    /// 0 goes before 7 where both wait for one link.
    public var priority: Int
    /// The format of a typed request. Nil: the configuration's.
    public var format: PayloadFormat?
    /// Texts that travel beside the request.
    public var metadata: Metadata
    /// What an instance must be like to be called.
    public var require: CallRequirement
    /// The trace that the call belongs to, sent from the caller's span. Nil: inside a handler the
    /// one of the request that is handled, else none.
    public var trace: TraceContext?
    /// Goes with `trace`, and without one is not sent.
    public var traceState: TraceState
    /// Names the request in the events of every node that it passes. Nil: one is drawn.
    public var correlation: CorrelationID?

    public init(
        timeout: Duration? = nil, isIdempotent: Bool = false, priority: Int = 4,
        format: PayloadFormat? = nil, metadata: Metadata = .empty,
        require: CallRequirement = CallRequirement(), trace: TraceContext? = nil,
        traceState: TraceState = .empty, correlation: CorrelationID? = nil
    ) {
        self.timeout = timeout
        self.isIdempotent = isIdempotent
        self.priority = priority
        self.format = format
        self.metadata = metadata
        self.require = require
        self.trace = trace
        self.traceState = traceState
        self.correlation = correlation
    }
}

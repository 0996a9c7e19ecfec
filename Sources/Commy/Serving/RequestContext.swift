internal import CommyBase
internal import CommyLinux
internal import CommyMesh
public import CommyWire

/// What a handler knows of a request beside its payload.
public struct RequestContext: Sendable {
    public let service: String
    /// Empty when the caller named none.
    public let method: String
    public let metadata: Metadata
    public let format: PayloadFormat
    /// The same on every node that the request has passed, and in their events.
    public let correlation: CorrelationID
    /// W3C trace context, when the caller gave one; calls made inside the handler carry it on.
    public let trace: TraceContext?
    public let traceState: TraceState
    /// 1 for the first time that the mesh has tried an instance with this request.
    public let attempt: Int
    /// Whether somebody waits for an answer: not for a one-way message without acknowledgement.
    public let isAnswered: Bool
    private let deadline: MeshInstant
    private let clock: MonotonicClock

    init(_ request: IncomingRequest, clock: MonotonicClock) {
        service = request.open.service.text
        method = request.open.method.text
        metadata = request.open.metadata
        format = request.open.format
        correlation = request.open.correlation
        trace = request.open.trace
        traceState = request.open.traceState
        attempt = Int(request.open.attempt) + 1
        isAnswered = request.wantsAnswer
        deadline = request.deadline
        self.clock = clock
    }

    /// How long the caller still waits; nil when it waits for as long as it takes.
    public var timeLeft: Duration? {
        deadline == .never ? nil : max(.zero, deadline - clock.now)
    }

    /// The request that this task works on; its deadline and its trace bind the calls made here.
    @TaskLocal static var current: RequestContext?
}

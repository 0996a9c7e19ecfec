public import CommyBase

/// OPEN: begins a stream, which is a request or a one-way message.
///
/// The numbers that a relay changes on the way (deadline, attempt, hops) stand at fixed offsets at
/// the begin, so that it can copy the payload and overwrite them; see `OpenLayout`.
public struct OpenFrame: FramePayload {
    public static let kind = FrameKind.open
    /// Bytes in front of the first text.
    public static let fixedByteCount = 68

    public var service: ServiceName
    public var method: MethodName
    /// The only instance that will do, or nil for any of the service.
    public var instance: InstanceID?
    /// What is left until the deadline; nil for none, at least a nanosecond otherwise. A span and
    /// not an instant, because clocks of two hosts differ; every hop takes off what it spent.
    public var remaining: Duration?
    public var correlation: CorrelationID
    public var trace: TraceContext?
    public var traceState: TraceState
    public var priority: StreamPriority
    public var format: PayloadFormat
    public var options: OpenOptions
    /// 0 for the first attempt.
    public var attempt: UInt8
    /// How many nodes have passed it on.
    public var hops: UInt8
    public var metadata: Metadata

    public init(
        service: ServiceName, method: MethodName = .none, instance: InstanceID? = nil,
        remaining: Duration? = nil, correlation: CorrelationID, trace: TraceContext? = nil,
        traceState: TraceState = .empty, priority: StreamPriority = .normal,
        format: PayloadFormat = .opaque, options: OpenOptions = [], attempt: UInt8 = 0,
        hops: UInt8 = 0, metadata: Metadata = .empty
    ) {
        self.service = service
        self.method = method
        self.instance = instance
        self.remaining = remaining
        self.correlation = correlation
        self.trace = trace
        self.traceState = traceState
        self.priority = priority
        self.format = format
        self.options = options
        self.attempt = attempt
        self.hops = hops
        self.metadata = metadata
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader(at: Self.fixedByteCount)
        let fixed = try OpenLayout.Fixed(decoding: payload)
        remaining = fixed.remaining
        correlation = fixed.correlation
        trace = fixed.trace
        priority = fixed.priority
        format = fixed.format
        attempt = fixed.attempt
        hops = fixed.hops
        options = fixed.options
        instance = fixed.instance
        let name = try reader.text(limit: NameRule.byteLimit, "service", payload)
        guard let service = ServiceName(name) else { throw .invalid("service") }
        self.service = service
        let text = try reader.text(limit: WireLimits.methodName, "method", payload)
        guard let method = MethodName(text) else { throw .invalid("method") }
        self.method = method
        traceState = try TraceState(reading: &reader, payload)
        metadata = try Metadata(reading: &reader, payload)
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u64(remaining.map { UInt64(max(1, $0.nanoseconds)) } ?? 0)
        writer.u64(correlation.high)
        writer.u64(correlation.low)
        writer.u64(trace?.traceHigh ?? 0)
        writer.u64(trace?.traceLow ?? 0)
        writer.u64(trace?.parent ?? 0)
        writer.u8(trace?.flags.rawValue ?? 0)
        writer.u8(priority.rawValue)
        writer.u8(format.rawValue)
        writer.u8(attempt)
        writer.u8(hops)
        writer.u8(options.rawValue)
        writer.u16(0)
        writer.u64(instance?.node.value ?? 0)
        writer.u32(instance?.number ?? 0)
        writer.text(service.text)
        writer.text(method.text)
        writer.text(traceState.text)
        metadata.encode(into: &writer)
    }
}

/// What the caller asks of a stream beyond its payload.
public struct OpenOptions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Doing it twice is like doing it once, so it may be tried again after `maybe`.
    public static let idempotent = OpenOptions(rawValue: 1)
    /// No answer is wanted: the receiver sends neither HEAD nor DATA.
    public static let oneWay = OpenOptions(rawValue: 2)
    /// With `oneWay`: END says that the handler has taken the message. Without it, the stream is
    /// over for the sender when its own half has ended; only a RESET may still come.
    public static let acknowledge = OpenOptions(rawValue: 4)

    public static let all: OpenOptions = [.idempotent, .oneWay, .acknowledge]
}

/// How urgent a stream is against others on the same link; 0 goes first. Frames of the link itself
/// go before every stream.
public struct StreamPriority: Sendable, Hashable, Comparable {
    public let rawValue: UInt8

    /// Nil above 7.
    @inlinable
    public init?(rawValue: UInt8) {
        guard rawValue <= 7 else { return nil }
        self.rawValue = rawValue
    }

    private init(level: UInt8) { rawValue = level }

    public static let highest = StreamPriority(level: 0)
    public static let normal = StreamPriority(level: 4)
    public static let lowest = StreamPriority(level: 7)

    public static func < (left: StreamPriority, right: StreamPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The name of one thing that a service does: at most 255 visible ASCII characters. Empty for a
/// service that does only one.
public struct MethodName: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    public static let none = MethodName(unchecked: "")

    /// Nil when the text breaks the rule.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.count <= WireLimits.methodName,
            bytes.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    public var description: String { text }
}

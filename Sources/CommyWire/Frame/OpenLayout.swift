public import CommyBase

/// Where the parts of an OPEN lie in its payload, found without making a text or a list: what a
/// relay needs to look up a route and to pass the frame on.
///
///      0 remaining ns   8 correlation   24 trace id   40 parent id   48 trace flags
///     49 priority      50 format        51 attempt    52 hops        53 options   54 reserved
///     56 node          64 number        68 service, method, tracestate, metadata
public struct OpenLayout: Sendable, Equatable {
    public static let remainingOffset = 0
    public static let attemptOffset = 51
    public static let hopsOffset = 52
    public static let instanceOffset = 56

    /// The numbers at the begin.
    public let fixed: Fixed
    /// Offsets of the service's name; its bytes follow `NameRule`.
    public let service: Range<Int>
    /// Offsets of the method's name; its bytes follow `MethodName`.
    public let method: Range<Int>
    /// Offsets of the count of metadata entries and of all that follows it.
    public let metadata: Range<Int>

    /// Accepts exactly what `OpenFrame` accepts: whoever passes a frame on answers for it, so that
    /// the fault of one peer never ends the connection of another.
    @inlinable
    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        fixed = try Fixed(decoding: payload)
        var reader = ByteReader(at: OpenFrame.fixedByteCount)
        let nameCount = try reader.count(limit: NameRule.byteLimit, "service", payload)
        service = try reader.range(nameCount, payload)
        guard try Self.isName(service, payload) else { throw .invalid("service") }
        let methodCount = try reader.count(limit: WireLimits.methodName, "method", payload)
        method = try reader.range(methodCount, payload)
        guard try Self.isVisible(method, payload) else { throw .invalid("method") }
        // Mostly both are empty; reading them for nothing else than to check them is rare enough.
        if try reader.peek(payload) == 0 {
            _ = try reader.u8(payload)
        } else {
            try Self.checkTraceState(&reader, payload)
        }
        metadata = reader.offset..<payload.byteCount
        if try reader.peek(payload) == 0, metadata.count == 1 { return }
        try Self.checkMetadata(&reader, payload)
        try reader.expectEnd(payload)
    }

    @usableFromInline
    internal static func checkTraceState(
        _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(WireError) {
        _ = try TraceState(reading: &reader, payload)
    }

    @usableFromInline
    internal static func checkMetadata(
        _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(WireError) {
        _ = try Metadata(reading: &reader, payload)
    }

    /// `NameRule` over bytes that are still in the frame.
    @inlinable
    internal static func isName(
        _ range: Range<Int>, _ payload: borrowing RawSpan
    ) throws(WireError) -> Bool {
        var reader = ByteReader(at: range.lowerBound)
        var isFirst = true
        while reader.offset < range.upperBound {
            let byte = try reader.u8(payload)
            let isLetterOrDigit = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
            let isInner = byte == 0x2d || byte == 0x2e || byte == 0x5f
            guard isLetterOrDigit || (isInner && !isFirst) else { return false }
            isFirst = false
        }
        return !isFirst
    }

    @inlinable
    internal static func isVisible(
        _ range: Range<Int>, _ payload: borrowing RawSpan
    ) throws(WireError) -> Bool {
        var reader = ByteReader(at: range.lowerBound)
        while reader.offset < range.upperBound {
            let byte = try reader.u8(payload)
            guard byte >= 0x21, byte <= 0x7e else { return false }
        }
        return true
    }
}

extension OpenLayout {
    /// The numbers of an OPEN.
    public struct Fixed: Sendable, Equatable {
        /// Nanoseconds until the deadline, 0 for none; at most `Int64.max`.
        public let remainingNanoseconds: UInt64
        public let correlation: CorrelationID
        public let trace: TraceContext?
        public let priority: StreamPriority
        public let format: PayloadFormat
        public let attempt: UInt8
        public let hops: UInt8
        public let options: OpenOptions
        public let instance: InstanceID?

        public var remaining: Duration? {
            remainingNanoseconds == 0 ? nil : .nanoseconds(Int64(remainingNanoseconds))
        }

        @inlinable
        public init(decoding payload: borrowing RawSpan) throws(WireError) {
            var reader = ByteReader()
            remainingNanoseconds = try reader.u64(payload)
            guard remainingNanoseconds <= UInt64(Int64.max) else { throw .invalid("remaining") }
            let high = try reader.u64(payload)
            correlation = CorrelationID(high: high, low: try reader.u64(payload))
            let traceHigh = try reader.u64(payload)
            let traceLow = try reader.u64(payload)
            let parent = try reader.u64(payload)
            let flags = TraceContext.Flags(rawValue: try reader.u8(payload))
            if traceHigh | traceLow | parent == 0 && flags.rawValue == 0 {
                trace = nil
            } else {
                guard
                    let context = TraceContext(
                        traceHigh: traceHigh, traceLow: traceLow, parent: parent, flags: flags)
                else { throw .invalid("trace context") }
                trace = context
            }
            guard let priority = StreamPriority(rawValue: try reader.u8(payload)) else {
                throw .invalid("priority")
            }
            self.priority = priority
            format = PayloadFormat(rawValue: try reader.u8(payload))
            attempt = try reader.u8(payload)
            hops = try reader.u8(payload)
            options = OpenOptions(rawValue: try reader.u8(payload))
            guard OpenOptions.all.isSuperset(of: options) else { throw .invalid("options") }
            guard try reader.u16(payload) == 0 else { throw .invalid("reserved") }
            let node = try reader.u64(payload)
            let number = try reader.u32(payload)
            instance =
                node == 0 && number == 0
                ? nil : InstanceID(node: NodeID(value: node), number: number)
        }
    }
}

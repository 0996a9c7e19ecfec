/// Where a request stands in a distributed trace: W3C Trace Context, header `traceparent`.
///
/// Invariant: neither the trace's number nor the parent's is zero (section 3.2.2).
public struct TraceContext: Sendable, Hashable, CustomStringConvertible {
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8

        @inlinable
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The caller may have recorded the trace.
        public static let sampled = Flags(rawValue: 1)
        /// The trace's number is random (level 2, section 3.2.2.5.2).
        public static let random = Flags(rawValue: 2)
    }
    public let traceHigh: UInt64
    public let traceLow: UInt64
    /// The span that the request was sent from.
    public let parent: UInt64
    public let flags: Flags

    /// Nil when a number that must not be zero is.
    @inlinable
    public init?(traceHigh: UInt64, traceLow: UInt64, parent: UInt64, flags: Flags = []) {
        guard traceHigh | traceLow != 0, parent != 0 else { return nil }
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.parent = parent
        self.flags = flags
    }

    /// Reads `traceparent`. A version above 00 may have more behind the flags, which is ignored
    /// (section 3.2.3); version ff is no version.
    public init?(traceparent text: String) {
        let bytes = text.utf8
        guard bytes.count >= Self.byteCount else { return nil }
        let parts = bytes.prefix(Self.byteCount).split(
            separator: 0x2d, omittingEmptySubsequences: false)
        guard parts.count == 4, parts.map(\.count) == [2, 32, 16, 2],
            let version = LowerHex.value(parts[0]), version != 0xff,
            let (high, low) = LowerHex.pair(parts[1]), let parent = LowerHex.value(parts[2]),
            let flags = LowerHex.value(parts[3])
        else { return nil }
        if bytes.count > Self.byteCount {
            let next = bytes[bytes.index(bytes.startIndex, offsetBy: Self.byteCount)]
            guard version > 0, next == 0x2d else { return nil }
        }
        // Of a later version only the bits that this one knows may be used (section 3.2.4).
        let known = version == 0 ? flags : flags & 0x03
        self.init(
            traceHigh: high, traceLow: low, parent: parent,
            flags: Flags(rawValue: UInt8(known)))
    }

    private static let byteCount = 55

    /// `traceparent` in version 00.
    public var description: String {
        "00-\(LowerHex.text(traceHigh))\(LowerHex.text(traceLow))-\(LowerHex.text(parent))-"
            + LowerHex.text(UInt64(flags.rawValue), digits: 2)
    }

    /// The same trace, sent from another span.
    public func child(of span: UInt64) -> TraceContext? {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, parent: span, flags: flags)
    }
}

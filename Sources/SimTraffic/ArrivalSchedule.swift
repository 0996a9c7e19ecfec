public import CommyBase

/// Says when each request of one open-loop source is due.
///
/// Request k is due at `start + k / rate`, rounded down to a nanosecond and computed afresh for
/// each k in 128-bit integers, so nothing drifts however long the run is.
public struct ArrivalSchedule: Sendable, Equatable {
    public let start: MeshInstant
    /// The first instant that no request may be due at.
    public let end: MeshInstant
    /// Requests per million seconds: a rate in requests per second with six decimal places.
    public let requestsPerMegasecond: UInt64
    /// The number of the next request, from 0.
    public private(set) var ordinal: UInt64 = 0
    /// When the next request is due; nil when there is none. Kept, as a loop asks often.
    public private(set) var nextDue: MeshInstant?

    public init(start: MeshInstant, end: MeshInstant, requestsPerMegasecond: UInt64) {
        precondition(requestsPerMegasecond > 0, "a source has a rate")
        self.start = start
        self.end = end
        self.requestsPerMegasecond = requestsPerMegasecond
        nextDue = due(ordinal: 0)
    }

    /// When request `ordinal` is due; nil when that is not before the end.
    public func due(ordinal: UInt64) -> MeshInstant? {
        let offset = UInt128(ordinal) * 1_000_000_000_000_000 / UInt128(requestsPerMegasecond)
        guard let span = Int64(exactly: offset) else { return nil }
        let (instant, overflow) = start.nanoseconds.addingReportingOverflow(span)
        guard !overflow, instant < end.nanoseconds else { return nil }
        return MeshInstant(nanoseconds: instant)
    }

    /// The next request was taken.
    public mutating func advance() {
        ordinal += 1
        nextDue = due(ordinal: ordinal)
    }

    /// Reads a rate such as `200` or `0.5` (six decimals at most); nil when it is none or zero.
    public static func requestsPerMegasecond(_ text: String) -> UInt64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = digits(first), whole <= Limits.maximumRate else {
            return nil
        }
        var rate = whole * 1_000_000
        if parts.count == 2 {
            guard parts[1].utf8.count <= 6, let fraction = digits(parts[1]) else { return nil }
            rate += (parts[1].utf8.count..<6).reduce(fraction) { value, _ in value * 10 }
        }
        return rate > 0 ? rate : nil
    }

    private static func digits(_ text: Substring) -> UInt64? {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt64(text)
    }
}

public import CommyBase

/// Says when each request of one open-loop source is due.
///
/// A spacing gives request k an epoch in a process of rate 1: k itself (constant), the sum of k
/// exponential draws (Poisson), or k rounded down to a whole burst. The rate then maps the epoch to
/// time: `epoch / rate`, or the inverse of the integral of a rate that changes linearly from start
/// to end (time rescaling: Cinlar 1975). With a constant rate and whole epochs everything is
/// computed afresh for each k in 128-bit integers, so nothing drifts however long the run is.
public struct ArrivalSchedule: Sendable, Equatable {
    public enum Spacing: Sendable, Equatable {
        case constant
        /// Independent arrivals; the draws come from this stream.
        case poisson(RandomKey)
        /// So many at once; at least 1.
        case burst(UInt64)
    }

    public let start: MeshInstant
    /// The first instant that no request may be due at.
    public let end: MeshInstant
    /// Requests per million seconds: a rate in requests per second with six decimal places.
    public let requestsPerMegasecond: UInt64
    /// The rate at the end of a ramp; nil when the rate does not change.
    public let finalRequestsPerMegasecond: UInt64?
    public let spacing: Spacing
    /// The number of the next request, from 0.
    public private(set) var ordinal: UInt64 = 0
    /// When the next request is due; nil when there is none. Kept, as a loop asks often.
    public private(set) var nextDue: MeshInstant?
    /// The Poisson process so far: the epoch of the next request.
    private var epoch = 0.0

    public init(
        start: MeshInstant, end: MeshInstant, requestsPerMegasecond: UInt64,
        finalRequestsPerMegasecond: UInt64? = nil, spacing: Spacing = .constant
    ) {
        precondition(
            max(requestsPerMegasecond, finalRequestsPerMegasecond ?? 0) > 0, "a source has a rate")
        self.start = start
        self.end = end
        self.requestsPerMegasecond = requestsPerMegasecond
        self.finalRequestsPerMegasecond = finalRequestsPerMegasecond
        self.spacing = spacing
        if case .poisson(let key) = spacing { epoch = Self.gap(key, 0) }
        nextDue = due()
    }

    /// The next request was taken.
    public mutating func advance() {
        ordinal += 1
        if case .poisson(let key) = spacing { epoch += Self.gap(key, ordinal) }
        nextDue = due()
    }

    /// When the next request is due; nil when that is not before the end.
    private func due() -> MeshInstant? {
        guard let offset, let span = Int64(exactly: offset) else { return nil }
        let (instant, overflow) = start.nanoseconds.addingReportingOverflow(span)
        guard !overflow, instant < end.nanoseconds else { return nil }
        return MeshInstant(nanoseconds: instant)
    }

    /// Nanoseconds from the start to the next request.
    private var offset: UInt128? {
        switch spacing {
        case .constant: offset(ofWhole: ordinal)
        case .burst(let size): offset(ofWhole: ordinal / size * size)
        case .poisson: offset(of: epoch)
        }
    }

    private func offset(ofWhole epoch: UInt64) -> UInt128? {
        guard finalRequestsPerMegasecond == nil else { return offset(of: Double(epoch)) }
        return UInt128(epoch) * 1_000_000_000_000_000 / UInt128(requestsPerMegasecond)
    }

    /// Solves `r0 t + (r1 - r0) t^2 / 2T = epoch` for t; nil when the ramp never gets there.
    private func offset(of epoch: Double) -> UInt128? {
        let rate = Double(requestsPerMegasecond) / 1e6
        let final = Double(finalRequestsPerMegasecond ?? requestsPerMegasecond) / 1e6
        let length = Double(end.nanoseconds - start.nanoseconds) / 1e9
        let growth = (final - rate) / length
        let discriminant = rate * rate + 2 * growth * epoch
        guard discriminant >= 0 else { return nil }
        // The form that does not cancel: 2 c / (b + root).
        let divisor = rate + ElementaryFunctions.squareRoot(discriminant)
        guard divisor > 0 else { return epoch == 0 ? 0 : nil }
        let seconds = 2 * epoch / divisor
        guard seconds < 9e9 else { return nil }
        return UInt128(seconds * 1e9)
    }

    /// The exponential draw before request `ordinal`, of mean 1.
    private static func gap(_ key: RandomKey, _ ordinal: UInt64) -> Double {
        -ElementaryFunctions.ln(1 - key.unitDraw(ordinal: ordinal))
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

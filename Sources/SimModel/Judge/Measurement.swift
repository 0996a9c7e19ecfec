internal import CommyBase

/// What a claim measures in a set of requests, and whether that satisfies it.
///
/// It is taken twice for a claim that fails: of all requests, and of those that the machine did not disturb.
struct Measurement: Sendable {
    /// nil: there was nothing to measure; `observed` says what was missing.
    let holds: Bool?
    let observed: String

    /// The requests of the window, in the order of their schedule.
    init(_ claim: ExpectationSpec.Claim, _ requests: [Observations.Request], faultBegin: Int64?) {
        switch claim {
        case .success(let comparison, let bound):
            self = Self.success(requests, comparison, bound)
        case .latency(let quantile, let comparison, let bound):
            self = Self.latency(requests, quantile, comparison, bound)
        case .share(let backend, let comparison, let bound):
            self = Self.share(requests, backend, comparison, bound)
        case .recovers(let within):
            self = Self.recovery(requests, within, faultBegin: faultBegin ?? 0)
        }
    }

    private init(holds: Bool?, observed: String) {
        self.holds = holds
        self.observed = observed
    }

    private static func success(
        _ requests: [Observations.Request], _ comparison: ExpectationSpec.Comparison,
        _ bound: Double
    ) -> Measurement {
        guard !requests.isEmpty else { return nothing("no request in the window") }
        let good = requests.count { $0.result == .ok }
        let share = Double(good) / Double(requests.count)
        return Measurement(
            holds: comparison.holds(share, bound),
            observed: "\(Figures.percent(share)) (\(good) of \(requests.count))")
    }

    private static func latency(
        _ requests: [Observations.Request], _ quantile: Double,
        _ comparison: ExpectationSpec.Comparison, _ bound: Duration
    ) -> Measurement {
        let sorted = requests.filter { $0.result == .ok }.map(\.latency).sorted()
        guard let value = Figures.quantile(quantile, of: sorted) else {
            return nothing("no successful request in the window")
        }
        return Measurement(
            holds: comparison.holds(Double(value), Double(bound.nanoseconds)),
            observed: "\(Figures.time(value)) (of \(sorted.count) requests)")
    }

    private static func share(
        _ requests: [Observations.Request], _ backend: String,
        _ comparison: ExpectationSpec.Comparison, _ bound: Double
    ) -> Measurement {
        let good = requests.filter { $0.result == .ok }
        guard !good.isEmpty else { return nothing("no successful request in the window") }
        let there = good.count { $0.backend == backend }
        let share = Double(there) / Double(good.count)
        return Measurement(
            holds: comparison.holds(share, bound),
            observed: "\(Figures.percent(share)) (\(there) of \(good.count))")
    }

    /// The time from the fault's begin to the first request of the unbroken run of successes.
    private static func recovery(
        _ requests: [Observations.Request], _ within: Duration, faultBegin: Int64
    ) -> Measurement {
        guard !requests.isEmpty else { return nothing("no request after the fault") }
        guard let lastBad = requests.lastIndex(where: { $0.result != .ok }) else {
            return Measurement(holds: true, observed: "0s (no request failed)")
        }
        guard lastBad + 1 < requests.count else {
            return Measurement(holds: false, observed: "never: the last request failed too")
        }
        let time = requests[lastBad + 1].scheduled - faultBegin
        return Measurement(holds: time <= within.nanoseconds, observed: Figures.time(time))
    }

    private static func nothing(_ what: String) -> Measurement {
        Measurement(holds: nil, observed: what)
    }
}

extension ExpectationSpec.Comparison {
    func holds(_ value: Double, _ bound: Double) -> Bool {
        switch self {
        case .atLeast: value >= bound
        case .atMost: value <= bound
        case .more: value > bound
        case .less: value < bound
        case .equal: value == bound
        }
    }
}

/// How figures are written in verdicts and reports.
public enum Figures {
    /// The nearest-rank quantile (Hyndman and Fan's first definition) of sorted values.
    public static func quantile(_ quantile: Double, of sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        let exact = quantile * Double(sorted.count)
        var rank = Int(exact)
        if Double(rank) < exact { rank += 1 }
        return sorted[max(1, min(rank, sorted.count)) - 1]
    }

    /// A span in milliseconds with two decimals, or in its natural unit when it is long.
    public static func time(_ nanoseconds: Int64) -> String {
        guard abs(nanoseconds) < 10_000_000_000 else {
            return Duration.nanoseconds(nanoseconds / 10_000_000 * 10_000_000).shortText
        }
        return "\(decimal(Double(nanoseconds) / 1e6, digits: 2))ms"
    }

    /// A share as a percentage with at most two decimals, never rounded up to 100 %.
    public static func percent(_ share: Double) -> String {
        let hundredths = Int(share * 10_000)
        return "\(decimal(Double(hundredths) / 100, digits: 2))%"
    }

    /// An instant relative to the traffic's start: `t+4.213s`.
    public static func instant(_ nanoseconds: Int64) -> String {
        let sign = nanoseconds < 0 ? "-" : "+"
        return "t\(sign)\(decimal(Double(abs(nanoseconds)) / 1e9, digits: 3))s"
    }

    /// A number with so many decimals, trailing zeros included. Pure code has no `String(format:)`.
    public static func decimal(_ value: Double, digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        // Half up, away from zero; the values here are far from the limits of Int.
        let scaled = Int(abs(value) * Double(scale) + 0.5)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale + scale).dropFirst()
        return "\(sign)\(scaled / scale).\(fraction)"
    }
}

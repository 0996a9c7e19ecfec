internal import Histogram

/// Latencies of successful requests in an HDR histogram: three significant digits, whatever their
/// range.
struct LatencyDistribution: Sendable {
    /// One step of the percentile distribution.
    struct Row: Sendable, Equatable {
        /// 0...100.
        var percentile: Double
        var nanoseconds: Int64
        /// Latencies up to this one.
        var count: UInt64
    }

    let count: UInt64
    let mean: Double
    let standardDeviation: Double
    let rows: [Row]
    private let histogram: Histogram<UInt64>

    /// nil without latencies.
    init?(_ latencies: [Int64]) {
        guard let highest = latencies.max() else { return nil }
        var histogram = Histogram<UInt64>(
            highestTrackableValue: UInt64(max(2, highest)), numberOfSignificantValueDigits: .three)
        for latency in latencies { histogram.record(UInt64(max(0, latency))) }
        count = histogram.totalCount
        mean = histogram.mean
        standardDeviation = histogram.stdDeviation
        rows = histogram.percentiles(ticksPerHalfDistance: Self.ticksPerHalfDistance).map {
            Row(
                percentile: min(100, $0.percentileLevelIteratedTo),
                nanoseconds: Int64(clamping: min($0.value, UInt64(highest))),
                count: $0.totalCountToThisValue)
        }
        self.histogram = histogram
    }

    /// The value that this percentage of all latencies does not exceed.
    func value(atPercentile percentile: Double) -> Int64 {
        Int64(clamping: min(histogram.valueAtPercentile(percentile), histogram.max))
    }

    /// Rows between one half distance to 100% and the next: HdrHistogram's own default.
    private static let ticksPerHalfDistance = 5
}

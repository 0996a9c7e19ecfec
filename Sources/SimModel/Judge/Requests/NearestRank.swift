/// Exact quantiles: the smallest sample that at least the asked share of all samples does not
/// exceed.
///
/// This is the nearest-rank definition: rank `ceil(q n)`, counted from 1, and the least sample for
/// q = 0. A quantile is always a value that was measured; nothing is interpolated or put into
/// buckets.
public enum NearestRank {
    /// The quantile (0...1) of samples in ascending order; nil without samples.
    public static func value(_ quantile: Double, of sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        precondition(quantile >= 0 && quantile <= 1, "a quantile is a share")
        // The product may miss a whole number by a rounding error: 0.999 * 1000 must be rank 999.
        let exact = quantile * Double(sorted.count)
        let slack = exact - JudgeLimits.tolerance * Double(sorted.count)
        var rank = Int(max(0, slack))
        if Double(rank) < slack { rank += 1 }
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}

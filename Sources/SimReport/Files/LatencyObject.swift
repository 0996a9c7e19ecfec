internal import SimModel

/// The list of `latency.json`: latencies of each traffic source, exact and as HDR histograms.
struct LatencyObject: Encodable {
    let traffic: [Source]

    /// One traffic source.
    struct Source: Encodable {
        let traffic: String
        let sent: Int
        let ok: Int
        let throughputPerSecond: Double?
        let latencyMilliseconds: [String: Double]
        let histogram: Distribution?
        let seconds: [Second]
    }

    /// An HDR histogram with three significant digits.
    struct Distribution: Encodable {
        let significantDigits = 3
        let count: UInt64
        let meanMilliseconds: Double
        let standardDeviationMilliseconds: Double
        let percentiles: [Step]
    }

    /// One step of a percentile distribution: this many latencies are at most this long.
    struct Step: Encodable {
        let percentile: Double
        let valueMilliseconds: Double
        let totalCount: UInt64
    }

    /// One second of a traffic source.
    struct Second: Encodable {
        let second: Int64
        let sent: Int
        let ok: Int
        let p50Milliseconds: Double?
        let p99Milliseconds: Double?
    }

    init(_ report: RunReport) {
        traffic = report.traffic.map(Source.init)
    }

    /// The file is a list.
    func encode(to encoder: any Encoder) throws { try traffic.encode(to: encoder) }
}

extension LatencyObject.Source {
    enum CodingKeys: String, CodingKey {
        case traffic, sent, ok, histogram, seconds
        case throughputPerSecond = "throughput_per_s"
        case latencyMilliseconds = "latency_ms"
    }

    /// The exact quantiles that are written, by the nearest rank.
    private static let quantiles: [(String, Double)] = [
        ("p0", 0), ("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999),
        ("p100", 1),
    ]

    init(_ figures: TrafficFigures) {
        traffic = figures.name
        sent = figures.sent
        ok = figures.ok
        throughputPerSecond = figures.throughput
        var exact: [String: Double] = [:]
        for (name, quantile) in Self.quantiles {
            exact[name] = figures.latency(quantile).map(LatencyObject.milliseconds)
        }
        latencyMilliseconds = exact
        histogram = LatencyDistribution(figures.latencies).map(LatencyObject.Distribution.init)
        seconds = Self.seconds(of: figures)
    }

    private static func seconds(of figures: TrafficFigures) -> [LatencyObject.Second] {
        var rows: [LatencyObject.Second] = []
        var samples = figures.samples[...]
        while let first = samples.first {
            let second = first.at / 1_000_000_000
            let row = samples.prefix { $0.at / 1_000_000_000 == second }
            samples = samples.dropFirst(row.count)
            let sorted = row.filter(\.isOK).map(\.latency).sorted()
            rows.append(
                LatencyObject.Second(
                    second: second, sent: row.count, ok: sorted.count,
                    p50Milliseconds: NearestRank.value(0.5, of: sorted)
                        .map(LatencyObject.milliseconds),
                    p99Milliseconds: NearestRank.value(0.99, of: sorted)
                        .map(LatencyObject.milliseconds)))
        }
        return rows
    }
}

extension LatencyObject.Distribution {
    enum CodingKeys: String, CodingKey {
        case count, percentiles
        case significantDigits = "significant_digits"
        case meanMilliseconds = "mean_ms"
        case standardDeviationMilliseconds = "standard_deviation_ms"
    }

    init(_ distribution: LatencyDistribution) {
        count = distribution.count
        meanMilliseconds = distribution.mean / 1e6
        standardDeviationMilliseconds = distribution.standardDeviation / 1e6
        percentiles = distribution.rows.map { row in
            LatencyObject.Step(
                percentile: row.percentile,
                valueMilliseconds: LatencyObject.milliseconds(row.nanoseconds),
                totalCount: row.count)
        }
    }
}

extension LatencyObject.Step {
    enum CodingKeys: String, CodingKey {
        case percentile
        case valueMilliseconds = "value_ms"
        case totalCount = "total_count"
    }
}

extension LatencyObject.Second {
    enum CodingKeys: String, CodingKey {
        case second, sent, ok
        case p50Milliseconds = "p50_ms"
        case p99Milliseconds = "p99_ms"
    }
}

extension LatencyObject {
    static func milliseconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e6 }
}

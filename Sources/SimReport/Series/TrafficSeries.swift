internal import SimModel

/// A traffic source over time: one value a bucket, by the instant at which requests were due.
struct TrafficSeries: Sendable {
    let grid: TimeGrid
    private(set) var ok: [Int]
    private(set) var failed: [Int]
    /// Latencies of successful requests in nanoseconds; nil where there was none.
    private(set) var p50: [Int64?]
    private(set) var p99: [Int64?]
    private(set) var maximum: [Int64?]

    init(_ traffic: TrafficFigures, on grid: TimeGrid) {
        self.grid = grid
        ok = Array(repeating: 0, count: grid.count)
        failed = ok
        p50 = Array(repeating: nil, count: grid.count)
        p99 = p50
        maximum = p50
        var bucket = 0
        var latencies: [Int64] = []
        for sample in traffic.samples {
            let next = grid.bucket(of: sample.at)
            if next != bucket {
                close(bucket, &latencies)
                bucket = next
            }
            if sample.isOK {
                ok[bucket] += 1
                latencies.append(sample.latency)
            } else {
                failed[bucket] += 1
            }
        }
        close(bucket, &latencies)
    }

    private mutating func close(_ bucket: Int, _ latencies: inout [Int64]) {
        latencies.sort()
        p50[bucket] = NearestRank.value(0.5, of: latencies)
        p99[bucket] = NearestRank.value(0.99, of: latencies)
        maximum[bucket] = latencies.last
        latencies.removeAll(keepingCapacity: true)
    }
}

internal import CommyBase

/// Round-trip times of one measurement, exact.
struct LatencySample {
    private var nanoseconds: [Int64] = []

    mutating func add(_ span: Duration) { nanoseconds.append(span.nanoseconds) }

    /// In microseconds: the smallest that `share` of all do not exceed (nearest rank).
    func percentile(_ share: Double) -> Double {
        let sorted = nanoseconds.sorted()
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1_000
    }

    /// One request after the other, for so long.
    static func closedLoop<Tripper: RoundTripper & ~Copyable>(
        _ tripper: inout Tripper, payload: [UInt8], lasting span: Duration
    ) throws -> LatencySample {
        var sample = LatencySample()
        let end = tripper.now + span
        while true {
            let start = tripper.now
            guard start < end else { return sample }
            try tripper.ask(payload)
            try awaitAnswers(1, tripper: &tripper)
            sample.add(tripper.now - start)
        }
    }

    /// At fixed instants, whether or not earlier requests were answered. Latency counts from the
    /// instant at which a request was due (coordinated omission); answers come in order.
    static func paced<Tripper: RoundTripper & ~Copyable>(
        _ tripper: inout Tripper, payload: [UInt8], interval: Duration, count: Int
    ) throws -> LatencySample {
        var sample = LatencySample()
        let start = tripper.now + interval
        var asked = 0
        var answered = 0
        let patience = start + interval * count + Self.patience
        while answered < count {
            let now = tripper.now
            guard now < patience else {
                throw MeshBenchError("\(count - answered) of \(count) requests had no answer")
            }
            let due = start + interval * asked
            if asked < count, due <= now {
                try tripper.ask(payload)
                asked += 1
                continue
            }
            let came = try tripper.answers(until: asked < count ? due : patience)
            let end = tripper.now
            for _ in 0..<came {
                sample.add(end - (start + interval * answered))
                answered += 1
            }
        }
        return sample
    }

    /// Longer than anything here takes; without it a lost answer would hang the benchmark.
    private static let patience = Duration.seconds(10)

    private static func awaitAnswers<Tripper: RoundTripper & ~Copyable>(
        _ count: Int, tripper: inout Tripper
    ) throws {
        let limit = tripper.now + patience
        var left = count
        while left > 0 {
            left -= try tripper.answers(until: limit)
            guard left > 0, tripper.now >= limit else { continue }
            throw MeshBenchError("a request had no answer within 10 s")
        }
    }
}

/// Why a measurement could not be made.
struct MeshBenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

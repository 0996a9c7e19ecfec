/// What the machine did to the measurements, and how requests look without it.
///
/// Used only for expectations that failed: when one would have held without what the machine did,
/// nobody knows, and the verdict is inconclusive.
struct Disturbance: Sendable, Equatable {
    struct Stall: Sendable, Equatable {
        var end: Int64
        var length: Int64
    }

    /// A way to look at the requests with the machine's share taken out.
    enum View: Sendable, Equatable, CaseIterable {
        /// Failures that the machine explains are left out, and latencies are shorter by the time
        /// that stalls and the generator took.
        case forgiving
        /// Every request that the machine has touched is left out.
        case excluding
    }

    private(set) var stalls: [Stall] = []
    /// The link with the worst p99 of lateness, and that p99.
    private(set) var latestLink: String?
    private(set) var worstLateness: Int64 = 0

    mutating func stalled(end: Int64, length: Int64) {
        stalls.append(Stall(end: end, length: length))
    }

    mutating func linkEnded(_ totals: LinkTotals) {
        guard totals.latenessP99Nanoseconds > worstLateness else { return }
        worstLateness = totals.latenessP99Nanoseconds
        latestLink = totals.link
    }

    /// The stalls with all that they may have touched.
    var widenedStalls: SpanSet {
        SpanSet(
            stalls.map { stall in
                let tail = min(
                    JudgeLimits.stallTail + JudgeLimits.stallTailFactor * stall.length,
                    JudgeLimits.stallTailMost)
                return (stall.end - stall.length - JudgeLimits.stallLead)..<(stall.end + tail)
            })
    }

    /// True when the fabric was later than a tolerable share of this bound.
    func isLate(forBound nanoseconds: Int64) -> Bool {
        Double(worstLateness) > JudgeLimits.latenessShare * Double(nanoseconds)
    }
}

/// The requests of one window beside what the machine did to them.
struct DisturbedRequests {
    let samples: [RequestSample]
    let widened: SpanSet
    let timeout: Int64

    /// The generator's worst delay at sending one of them.
    var sendDelay: Int64 { samples.reduce(0) { max($0, Int64($1.sendDelay)) } }

    /// True when stalls cover enough of the request's time to explain how it ended.
    func isExplained(_ sample: RequestSample) -> Bool {
        let overlap = widened.overlap(from: sample.scheduled, to: sample.decided)
        guard overlap > 0 else { return false }
        return Double(overlap) >= JudgeLimits.explainingShare * Double(sample.latency)
    }

    /// True when the generator was so late that a timeout may be its own.
    func wasSentLate(_ sample: RequestSample) -> Bool {
        Double(sample.sendDelay) > JudgeLimits.sendDelayShare * Double(timeout)
    }

    /// True when a request failed that was sent so late.
    var generatorWasLate: Bool {
        samples.contains { $0.result == .timeout && wasSentLate($0) }
    }

    /// Requests that were never sent.
    var overloads: Int { samples.count { $0.result == .overload } }

    /// Requests that a stall may have touched.
    var explained: Int { samples.count { isExplained($0) } }

    func seen(_ view: Disturbance.View) -> [RequestSample] {
        samples.compactMap { sample in
            guard sample.result != .overload else { return nil }
            switch view {
            case .excluding:
                return isExplained(sample) ? nil : sample
            case .forgiving:
                if sample.isSuccess { return shortened(sample) }
                if sample.result == .timeout, wasSentLate(sample) { return nil }
                return isExplained(sample) ? nil : sample
            }
        }
    }

    private func shortened(_ sample: RequestSample) -> RequestSample {
        var shorter = sample
        let stalled = widened.overlap(from: sample.scheduled, to: sample.decided)
        shorter.latency = max(0, sample.latency - stalled - Int64(sample.sendDelay))
        return shorter
    }
}

internal import CommyBase

/// Claims that count requests: their rate, what became of datagrams, and what they are like.
extension ClaimJudge {
    func throughput(
        _ samples: [RequestSample], _ comparison: ExpectationSpec.Comparison, _ rate: Double,
        forgiven: Int
    ) -> ClaimOutcome {
        guard let seconds = windowSeconds else { return noTime }
        let good = samples.count(where: \.isSuccess) + forgiven
        let seen = Double(good) / seconds
        return ClaimOutcome(
            comparison.holds(seen, rate),
            observed: "\(FigureText.rate(seen)) (\(FigureText.count(good)) in "
                + "\(FigureText.span(nanoseconds: Int64(seconds * 1e9))))")
    }

    func goodput(
        _ samples: [RequestSample], _ comparison: ExpectationSpec.Comparison, _ rate: Double,
        forgiven: Int
    ) -> ClaimOutcome {
        guard let seconds = windowSeconds else { return noTime }
        let good = samples.filter(\.isSuccess)
        let bytes = good.reduce(0.0) { $0 + Double($1.bytes) }
        guard bytes > 0 else {
            return .vacuous("no answer had a body: there are no bytes to count")
        }
        let share = Double(good.count + forgiven) / Double(good.count)
        let seen = bytes * 8 * share / seconds
        return ClaimOutcome(
            comparison.holds(seen, rate),
            observed: "\(FigureText.bitRate(seen)) (\(FigureText.size(Int64(bytes))))")
    }

    func datagrams(
        _ samples: [RequestSample], _ fate: ExpectationSpec.DatagramFate,
        _ comparison: ExpectationSpec.Comparison, _ amount: ExpectationSpec.Amount
    ) -> ClaimOutcome {
        let hits = samples.reduce(0) { $0 + $1.count(of: fate) }
        let observed = Self.share(hits, of: samples.count)
        switch amount {
        case .count(let bound):
            return ClaimOutcome(comparison.holds(Int64(hits), Int64(bound)), observed: observed)
        case .share(let bound):
            let seen = Double(hits) / Double(samples.count)
            return ClaimOutcome(comparison.holds(seen, bound), observed: observed)
        }
    }

    func eventually(
        _ samples: [RequestSample], _ pattern: RequestPattern, _ within: Int64
    ) -> ClaimOutcome {
        guard let origin = window.spans.spans.first?.lowerBound else {
            return .vacuous("its window is empty: there is nothing to look at")
        }
        let begin = max(origin, story.start)
        guard let hit = firstDecided(samples, pattern) else {
            let last = samples.last?.decided ?? begin
            guard last - begin >= within else {
                return .vacuous("not seen, and the traffic ended before the time was over")
            }
            return .fails(
                observed: "none of \(FigureText.count(samples.count, "request")) is so")
        }
        let after = hit.decided - begin
        return ClaimOutcome(
            after <= within, observed: "after \(FigureText.span(nanoseconds: after))")
    }

    /// The match that was decided first; a later request may overtake an earlier one.
    func firstDecided(_ samples: [RequestSample], _ pattern: RequestPattern) -> RequestSample? {
        samples.lazy.filter { matches($0, pattern) }.min { $0.decided < $1.decided }
    }

    func always(_ samples: [RequestSample], _ pattern: RequestPattern) -> ClaimOutcome {
        let bad = samples.count { !matches($0, pattern) }
        guard bad > 0 else {
            return .holds(observed: "all \(FigureText.count(samples.count, "request"))")
        }
        return .fails(
            observed: "not so: \(Self.share(bad, of: samples.count))")
    }

    func never(_ samples: [RequestSample], _ pattern: RequestPattern) -> ClaimOutcome {
        let hits = samples.count { matches($0, pattern) }
        return ClaimOutcome(
            hits == 0,
            observed: hits == 0
                ? "none of \(FigureText.count(samples.count, "request"))"
                : Self.share(hits, of: samples.count))
    }

    func sometimes(_ samples: [RequestSample], _ pattern: RequestPattern) -> ClaimOutcome {
        let hits = samples.count { matches($0, pattern) }
        return ClaimOutcome(hits > 0, observed: Self.share(hits, of: samples.count))
    }

    func matches(_ sample: RequestSample, _ pattern: RequestPattern) -> Bool {
        if let code = pattern.code, sample.code != Int32(clamping: code) { return false }
        if let status = pattern.status, sample.status != Int32(clamping: status) { return false }
        if let backend = pattern.backend {
            guard log.isAnswered(sample, by: backend) else { return false }
        }
        switch pattern.result {
        case nil: return true
        case .ok: return sample.isSuccess
        case .failed: return !sample.isSuccess
        case .exactly(let result): return sample.result == result
        }
    }

    private var windowSeconds: Double? {
        let spans = window.spans.clamped(to: running).spans
        let length = spans.reduce(Int64(0)) { $0 + (countedEnd(of: $1) - $1.lowerBound) }
        return length > 0 ? Double(length) / 1e9 : nil
    }

    /// Where a span really ends: requests that are under way when it does are left out, and so is
    /// their time.
    private func countedEnd(of span: Range<Int64>) -> Int64 {
        guard window.endsWithDecision else { return span.upperBound }
        return log.firstUndecided(in: span) ?? span.upperBound
    }

    private var noTime: ClaimOutcome {
        .vacuous("no time of \(log.name) lies in its window")
    }
}

extension RequestSample {
    /// How often this fate has befallen the datagram or its answer.
    func count(of fate: ExpectationSpec.DatagramFate) -> Int {
        switch fate {
        case .lost:
            switch result {
            case .timeout: 1
            // A caller that was told an error knows what became of its request.
            case .refused, .reset, .unreachable: code > 0 ? 0 : 1
            case .ok, .serverError, .wrongAnswer, .malformed, .overload: 0
            }
        case .duplicated: Int(repeats)
        case .misordered: isMisordered ? 1 : 0
        }
    }

    func has(_ fate: ExpectationSpec.DatagramFate) -> Bool { count(of: fate) > 0 }
}

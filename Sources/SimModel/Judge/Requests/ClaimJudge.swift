internal import CommyBase

/// Judges one expectation from the requests in its window.
struct ClaimJudge {
    let spec: ExpectationSpec
    let log: RequestLog
    let window: Window
    let story: RunStory
    /// The begin of the fault that a recovery counts from.
    let faultBegan: Int64?
    /// When the traffic that it speaks of was sent.
    let running: Range<Int64>

    /// What the claim comes to on these requests. `allowance` is time that the machine took from
    /// the system while it recovered; `forgiven` requests are left out although they were due.
    func outcome(
        of samples: [RequestSample], allowance: Int64 = 0, forgiven: Int = 0
    ) -> ClaimOutcome {
        guard !samples.isEmpty else {
            return .vacuous("no request of \(log.name) was scheduled \(story.words(window))")
        }
        switch spec.claim {
        case .success(let comparison, let share):
            return success(samples, comparison, share)
        case .latency(let quantile, let comparison, let bound):
            return latency(samples, quantile, comparison, bound.nanoseconds)
        case .share(let backend, let comparison, let share):
            return route(samples, backend, comparison, share)
        case .recovers(let within):
            return recovery(samples, within.nanoseconds + allowance)
        case .throughput(let comparison, let rate):
            return throughput(samples, comparison, rate, forgiven: forgiven)
        case .goodput(let comparison, let rate):
            return goodput(samples, comparison, rate, forgiven: forgiven)
        case .datagrams(let fate, let comparison, let amount):
            return datagrams(samples, fate, comparison, amount)
        case .eventually(.request(let pattern), let within):
            return eventually(samples, pattern, within.nanoseconds + allowance)
        case .always(.request(let pattern)):
            return always(samples, pattern)
        case .never(.request(let pattern)):
            return never(samples, pattern)
        case .sometimes(.request(let pattern)):
            return sometimes(samples, pattern)
        case .resource, .exit, .restarts, .transport, .converges, .members, .eventually, .always,
            .never, .sometimes:
            preconditionFailure("not a claim on requests")
        }
    }

    private func success(
        _ samples: [RequestSample], _ comparison: ExpectationSpec.Comparison, _ share: Double
    ) -> ClaimOutcome {
        let good = samples.count(where: \.isSuccess)
        let seen = Double(good) / Double(samples.count)
        return ClaimOutcome(
            comparison.holds(seen, share), observed: Self.share(good, of: samples.count))
    }

    private func latency(
        _ samples: [RequestSample], _ quantile: Double, _ comparison: ExpectationSpec.Comparison,
        _ bound: Int64
    ) -> ClaimOutcome {
        let latencies = samples.filter(\.isSuccess).map(\.latency).sorted()
        guard let seen = NearestRank.value(quantile, of: latencies) else {
            return .vacuous("\(nothingSucceeded(samples)): there is no latency to measure")
        }
        return ClaimOutcome(
            comparison.holds(seen, bound),
            observed:
                "\(FigureText.quantileName(quantile)) \(FigureText.span(nanoseconds: seen)) of "
                + FigureText.count(latencies.count, "answer"))
    }

    private func route(
        _ samples: [RequestSample], _ backend: String, _ comparison: ExpectationSpec.Comparison,
        _ share: Double
    ) -> ClaimOutcome {
        let answers = samples.filter(\.isSuccess)
        guard !answers.isEmpty else {
            return .vacuous("\(nothingSucceeded(samples)): there is no route to see")
        }
        guard answers.contains(where: { $0.backend >= 0 }) else {
            return .vacuous(
                "none of \(FigureText.count(answers.count, "answer")) names its backend")
        }
        let numbers = log.numbers(ofBackend: backend)
        let hits = answers.count { numbers.contains($0.backend) }
        let seen = Double(hits) / Double(answers.count)
        return ClaimOutcome(
            comparison.holds(seen, share), observed: Self.share(hits, of: answers.count))
    }

    /// From the begin of the fault to the first request after which none fails.
    private func recovery(_ samples: [RequestSample], _ within: Int64) -> ClaimOutcome {
        guard let last = samples.lastIndex(where: { !$0.isSuccess }) else {
            return .holds(
                observed: "nothing failed (\(FigureText.count(samples.count, "request")))")
        }
        guard last + 1 < samples.count, let faultBegan else {
            let seen = story.time(samples[last].scheduled)
            return .fails(observed: "not recovered: the last request, at \(seen), failed too")
        }
        let seen = samples[last + 1].scheduled - faultBegan
        return ClaimOutcome(
            seen <= within, observed: "after \(FigureText.span(nanoseconds: seen))")
    }

    private func nothingSucceeded(_ samples: [RequestSample]) -> String {
        "none of \(FigureText.count(samples.count, "request")) in the window succeeded"
    }

    static func share(_ count: Int, of total: Int) -> String {
        "\(FigureText.percent(count, of: total)) (\(count) of \(total))"
    }
}

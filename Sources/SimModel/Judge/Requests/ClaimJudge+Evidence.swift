internal import CommyBase

/// The lines beside a verdict that show why.
extension ClaimJudge {
    func evidence(_ samples: [RequestSample], _ outcome: ClaimOutcome) -> [String] {
        guard !samples.isEmpty else { return [] }
        switch spec.claim {
        case .success: return [tally(samples)] + failures(samples)
        case .latency: return latencies(samples)
        case .recovers: return recoveryStory(samples)
        case .share(let backend, let comparison, _):
            let lines = [tally(samples), backendCounts(samples)]
            guard comparison.isUpperBound, !outcome.holds else { return lines }
            return lines + answers(of: backend, samples)
        case .throughput, .goodput: return [tally(samples)]
        case .datagrams(let fate, _, _):
            return [tally(samples)]
                + samples.lazy.filter { $0.has(fate) }.prefix(JudgeLimits.namedRequests).map(line)
        case .always(.request(let pattern)):
            return [tally(samples)] + named(samples) { !matches($0, pattern) }
        case .never(.request(let pattern)), .sometimes(.request(let pattern)),
            .eventually(.request(let pattern), _):
            return [tally(samples)] + named(samples) { matches($0, pattern) }
        case .resource, .exit, .restarts, .transport, .converges, .members, .eventually, .always,
            .never, .sometimes:
            return []
        }
    }

    /// `2,357 ok, 40 refused, 3 timeout`.
    private func tally(_ samples: [RequestSample]) -> String {
        let parts = RequestOutcome.Result.allCases.compactMap { result -> String? in
            let count = samples.count { $0.result == result }
            return count == 0 ? nil : "\(FigureText.count(count)) \(result.rawValue)"
        }
        return parts.joined(separator: ", ")
    }

    private func named(_ samples: [RequestSample], _ isMeant: (RequestSample) -> Bool) -> [String] {
        samples.lazy.filter(isMeant).prefix(JudgeLimits.namedRequests).map(line)
    }

    private func failures(_ samples: [RequestSample]) -> [String] {
        let failed = samples.filter { !$0.isSuccess }
        guard let first = failed.first, let last = failed.last else { return [] }
        var lines = failed.prefix(JudgeLimits.namedRequests).map(line)
        if failed.count > JudgeLimits.namedRequests {
            lines.append(
                "\(FigureText.count(failed.count)) failed in all, from "
                    + "\(story.time(first.scheduled)) to \(story.time(last.scheduled))")
        }
        return lines
    }

    private func latencies(_ samples: [RequestSample]) -> [String] {
        let good = samples.filter(\.isSuccess)
        guard !good.isEmpty else { return [tally(samples)] + failures(samples) }
        let sorted = good.map(\.latency).sorted()
        let figures = [0.5, 0.9, 0.99, 1].compactMap { quantile in
            NearestRank.value(quantile, of: sorted).map {
                "\(FigureText.quantileName(quantile)) \(FigureText.span(nanoseconds: $0))"
            }
        }
        var lines = [figures.joined(separator: "  ")]
        if good.count < samples.count { lines.append(tally(samples)) }
        return lines + worst(good).map { "worst: " + line($0) }
    }

    /// The slowest few, slowest first; one pass, because there may be hundreds of thousands.
    private func worst(_ good: [RequestSample]) -> [RequestSample] {
        var worst: [RequestSample] = []
        for sample in good {
            let isFull = worst.count == JudgeLimits.namedRequests
            if isFull, sample.latency <= worst[worst.count - 1].latency { continue }
            let place = worst.firstIndex { $0.latency < sample.latency } ?? worst.count
            worst.insert(sample, at: place)
            if isFull { worst.removeLast() }
        }
        return worst
    }

    private func recoveryStory(_ samples: [RequestSample]) -> [String] {
        guard let last = samples.lastIndex(where: { !$0.isSuccess }) else {
            return [tally(samples)]
        }
        let failed = samples.count { !$0.isSuccess }
        let good = samples[(last + 1)...].prefix(JudgeLimits.namedRequests)
        return ["\(FigureText.count(failed)) failed; the last: " + line(samples[last])]
            + good.map { "good again: " + line($0) }
    }

    /// `web-1 399 (50%), web-3 399 (50%)`, the most frequent first.
    private func backendCounts(_ samples: [RequestSample]) -> String {
        var counts = [Int](repeating: 0, count: log.backends.count)
        var unnamed = 0
        for sample in samples where sample.isSuccess {
            if sample.backend < 0 { unnamed += 1 } else { counts[Int(sample.backend)] += 1 }
        }
        var named = zip(log.backends, counts).filter { $0.1 > 0 }
        named.sort { ($1.1, $0.0) < ($0.1, $1.0) }
        let rest = named.dropFirst(JudgeLimits.namedBackends).reduce(0) { $0 + $1.1 }
        let total = counts.reduce(unnamed, +)
        var parts = named.prefix(JudgeLimits.namedBackends).map { name, count in
            "\(name) \(FigureText.count(count)) (\(FigureText.percent(count, of: total)))"
        }
        if rest > 0 { parts.append("others \(FigureText.count(rest))") }
        if unnamed > 0 { parts.append("unnamed \(FigureText.count(unnamed))") }
        return "answered by " + (parts.isEmpty ? "nobody" : parts.joined(separator: ", "))
    }

    private func answers(of backend: String, _ samples: [RequestSample]) -> [String] {
        let numbers = log.numbers(ofBackend: backend)
        return samples.lazy.filter { $0.isSuccess && numbers.contains($0.backend) }
            .prefix(JudgeLimits.namedRequests).map(line)
    }

    /// `#801 refused after 1.2ms, due t+4.005s (crash + 5ms)`.
    private func line(_ sample: RequestSample) -> String {
        var text = "#\(sample.ordinal) \(sample.result.rawValue)"
        if sample.repeats > 0 { text += ", answered \(sample.repeats + 1) times," }
        if sample.isMisordered { text += " out of order" }
        if sample.result == .serverError, sample.status > 0 { text += " \(sample.status)" }
        if sample.code > 0 { text += " (\(ErrorCode(rawValue: UInt16(clamping: sample.code))))" }
        if sample.backend >= 0 { text += " from \(log.backends[Int(sample.backend)])" }
        return text + " after \(FigureText.span(nanoseconds: sample.latency)), due "
            + story.time(sample.scheduled, near: window.fault)
    }
}

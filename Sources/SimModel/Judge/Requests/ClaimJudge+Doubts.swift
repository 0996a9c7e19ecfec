internal import CommyBase

/// Decides whether a failure may be the machine's.
extension ClaimJudge {
    /// Why a failed claim is inconclusive, one line a reason; empty when the failure is certain.
    func doubts(
        _ samples: [RequestSample], _ disturbance: Disturbance, timeout: Int64
    ) -> [String] {
        let disturbed = DisturbedRequests(
            samples: samples, widened: disturbance.widenedStalls, timeout: timeout)
        var doubts: [String] = []
        if let bound = spec.claim.timeBound, disturbance.isLate(forBound: bound) {
            doubts.append(
                "the fabric was late: p99 "
                    + FigureText.span(nanoseconds: disturbance.worstLateness)
                    + " on \(disturbance.latestLink ?? "a link"), more than "
                    + "\(FigureText.percent(JudgeLimits.latenessShare)) of the bound")
        }
        if let better = betterOutcome(disturbed, samples) {
            doubts += causes(disturbed, disturbance) + ["without that: \(better)"]
        }
        return doubts
    }

    /// What would have been seen without the machine's doing, when that would have been good enough
    /// (or leaves nothing to judge by); nil when the claim fails all the same.
    private func betterOutcome(
        _ disturbed: DisturbedRequests, _ samples: [RequestSample]
    ) -> String? {
        let allowance = stalledWhileRecovering(disturbed, samples)
        for view in Disturbance.View.allCases {
            let seen = disturbed.seen(view)
            guard seen != samples || allowance > 0 else { continue }
            guard !seen.isEmpty else { return "no request is left to judge by" }
            let outcome = outcome(
                of: seen, allowance: view == .forgiving ? allowance : 0,
                forgiven: samples.count - seen.count)
            if outcome.holds { return outcome.text }
        }
        return nil
    }

    /// How long the machine stood still between the fault and the recovery.
    private func stalledWhileRecovering(
        _ disturbed: DisturbedRequests, _ samples: [RequestSample]
    ) -> Int64 {
        if case .eventually(.request(let pattern), _) = spec.claim {
            guard let origin = window.spans.spans.first?.lowerBound,
                let hit = firstDecided(samples, pattern)
            else { return 0 }
            return disturbed.widened.overlap(from: max(origin, story.start), to: hit.decided)
        }
        guard case .recovers = spec.claim, let faultBegan,
            let last = samples.lastIndex(where: { !$0.isSuccess }), last + 1 < samples.count
        else { return 0 }
        return disturbed.widened.overlap(from: faultBegan, to: samples[last + 1].scheduled)
    }

    private func causes(_ disturbed: DisturbedRequests, _ disturbance: Disturbance) -> [String] {
        var causes: [String] = []
        let touched = stallsInWindow(disturbed, disturbance)
        // Only what can have played a part is named: a stall that touched no request has not.
        let explained = disturbed.explained
        let stallsCount = explained > 0 || stalledWhileRecovering(disturbed, disturbed.samples) > 0
        if stallsCount, let longest = touched.max(by: { $0.length < $1.length }) {
            // Several threads may have seen the same stall.
            let sum = SpanSet(touched.map { $0.end - $0.length..<$0.end }).length
            causes.append(
                "the machine stalled \(touched.count == 1 ? "once" : "\(touched.count) times"): "
                    + "\(FigureText.span(nanoseconds: sum)) in all, the longest "
                    + "\(FigureText.span(nanoseconds: longest.length)) until "
                    + "\(story.time(longest.end)); "
                    + "\(FigureText.count(explained, "request")) touched"
            )
        }
        let overloads = disturbed.overloads
        if overloads > 0 {
            causes.append(
                "\(FigureText.count(overloads, "request")) not sent: the generator was at its limit"
            )
        }
        if disturbed.sendDelay > 0, disturbed.generatorWasLate || isLatency {
            causes.append(
                "the generator sent up to \(FigureText.span(nanoseconds: disturbed.sendDelay)) late"
            )
        }
        return causes
    }

    private var isLatency: Bool {
        if case .latency = spec.claim { true } else { false }
    }

    /// The stalls between the first request's begin and the last one's end.
    private func stallsInWindow(
        _ disturbed: DisturbedRequests, _ disturbance: Disturbance
    ) -> [Disturbance.Stall] {
        guard let first = disturbed.samples.first?.scheduled,
            let last = disturbed.samples.map(\.decided).max()
        else { return [] }
        return disturbance.stalls.filter { stall in
            stall.end >= first - JudgeLimits.stallTail && stall.end - stall.length <= last
        }
    }
}

internal import CommyBase

/// Judges one expectation on events: what must happen, always be so, never be so.
struct EventClaimJudge {
    let watch: EventWatch
    let window: Window
    let story: RunStory
    /// When the run was over: nothing after it can be seen.
    let runEnd: Int64

    func outcome(of claim: ExpectationSpec.Claim, allowance: Int64 = 0) -> ClaimOutcome {
        guard !window.spans.isEmpty else {
            return .vacuous("its window is empty: there is nothing to look at")
        }
        guard watch.signsOfLife > 0 else {
            return .vacuous("nothing was there to look at: no \(watch.matcher.pattern.source)")
        }
        switch claim {
        case .eventually(_, let within):
            return eventually(within: within.nanoseconds + allowance)
        case .never:
            let hits = inWindow(watch.matches)
            return hits.isEmpty
                ? .holds(observed: "never seen\(looked)")
                : .fails(observed: "seen \(times(hits.count)), first \(place(hits[0]))")
        case .sometimes:
            let hits = inWindow(watch.matches)
            return hits.isEmpty
                ? .fails(observed: "never seen\(looked)")
                : .holds(observed: "seen \(times(hits.count)), first \(place(hits[0]))")
        case .always:
            return always()
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .converges,
            .members, .datagrams, .resource, .exit, .restarts:
            preconditionFailure("not a claim on events")
        }
    }

    private func eventually(within: Int64) -> ClaimOutcome {
        guard let origin = window.spans.spans.first?.lowerBound else {
            return .vacuous("its window is empty: there is nothing to look at")
        }
        let begin = origin == .min ? story.start : origin
        let deadline = begin.addingReportingOverflow(within).partialValue
        if let hit = inWindow(watch.matches).first {
            let after = FigureText.span(nanoseconds: hit.at - begin)
            return ClaimOutcome(hit.at <= deadline, observed: "after \(after)")
        }
        if deadline > runEnd {
            let left = FigureText.span(nanoseconds: deadline - runEnd)
            return .vacuous("not seen, and the run ended \(left) before the time was over")
        }
        return .fails(observed: "not seen\(looked)")
    }

    private func always() -> ClaimOutcome {
        let good = inWindow(watch.matches)
        let bad = inWindow(watch.others)
        guard !good.isEmpty || !bad.isEmpty else {
            return .vacuous("no \(watch.matcher.pattern.source) in its window")
        }
        guard let first = bad.first else {
            return .holds(observed: "all \(FigureText.count(good.count)) are so")
        }
        return .fails(
            observed: "\(FigureText.count(bad.count)) of "
                + "\(FigureText.count(good.count + bad.count)) are not, first \(place(first))")
    }

    /// Why a failure may be the machine's; empty when it is certain.
    func doubts(_ claim: ExpectationSpec.Claim, _ disturbance: Disturbance) -> [String] {
        let widened = disturbance.widenedStalls
        switch claim {
        case .eventually(_, let within):
            if disturbance.isLate(forBound: within.nanoseconds) {
                return [
                    "the fabric was late: p99 "
                        + FigureText.span(nanoseconds: disturbance.worstLateness)
                ]
            }
            let begin = window.spans.spans.first.map { max($0.lowerBound, story.start) }
            let end = inWindow(watch.matches).first?.at ?? runEnd
            guard let begin, begin < end else { return [] }
            let stalled = widened.overlap(from: begin, to: end)
            guard stalled > 0, outcome(of: claim, allowance: stalled).holds else { return [] }
            return [
                "the machine stalled for \(FigureText.span(nanoseconds: stalled)) meanwhile"
            ]
        case .never:
            return allExplained(inWindow(watch.matches), widened)
        case .always:
            return allExplained(inWindow(watch.others), widened)
        case .sometimes, .success, .latency, .throughput, .goodput, .recovers, .share, .transport,
            .converges, .members, .datagrams, .resource, .exit, .restarts:
            return []
        }
    }

    /// What happens while the machine stands still, or right after, may be its own doing.
    private func allExplained(_ hits: [EventWatch.Sighting], _ widened: SpanSet) -> [String] {
        guard !hits.isEmpty, hits.allSatisfy({ widened.contains($0.at) }) else { return [] }
        return ["all of it happened while the machine stalled, or right after"]
    }

    func evidence(_ claim: ExpectationSpec.Claim) -> [String] {
        let shown: [EventWatch.Sighting]
        switch claim {
        case .always: shown = inWindow(watch.others)
        case .eventually:
            let inside = inWindow(watch.matches)
            shown = inside.isEmpty ? watch.matches : inside
        case .never, .sometimes, .success, .latency, .throughput, .goodput, .recovers, .share,
            .transport, .converges, .members, .datagrams, .resource, .exit, .restarts:
            shown = inWindow(watch.matches)
        }
        return shown.prefix(JudgeLimits.namedRequests).map { sighting in
            story.time(sighting.at, near: window.fault) + (sighting.text.map { " \($0)" } ?? "")
        }
    }

    private func inWindow(_ sightings: [EventWatch.Sighting]) -> [EventWatch.Sighting] {
        sightings.filter { window.spans.contains($0.at) }
    }

    private func place(_ sighting: EventWatch.Sighting) -> String {
        "at \(story.time(sighting.at, near: window.fault))"
    }

    /// ` (looked at 120 lines)`.
    private var looked: String {
        let count = inWindow(watch.matches).count + inWindow(watch.others).count
        switch watch.matcher.pattern {
        case .log: return " (\(FigureText.count(count, "line")) in the window)"
        case .report(let report):
            return " (\(FigureText.count(count)) of kind \(report.kind) in the window)"
        case .ready, .exits, .faultBegins, .faultHeals, .request: return ""
        }
    }

    private func times(_ count: Int) -> String {
        count == 1 ? "once" : "\(FigureText.count(count)) times"
    }
}

extension EventPattern {
    /// What it looks at, for the sentence "no ... was there".
    var source: String {
        switch self {
        case .log(_, let process?, let host?): "output of \(process)@\(host)"
        case .log(_, let process?, nil): "output of \(process)"
        case .log(_, nil, let host?): "output on \(host)"
        case .log(_, nil, nil): "output of any process"
        case .ready(let process, _), .exits(let process, _): "start of \(process)"
        case .faultBegins(let fault), .faultHeals(let fault): "fault \(fault)"
        case .request(let request): "request of \(request.traffic)"
        case .report(let report): "report of \(report.source)"
        }
    }
}

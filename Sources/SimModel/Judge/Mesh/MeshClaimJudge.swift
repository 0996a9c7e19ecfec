internal import CommyBase

/// Judges one expectation on the nodes of a mesh: whether they agree, what they say of each other,
/// how they reach each other.
struct MeshClaimJudge {
    let record: MeshRecord
    let window: Window
    let story: RunStory
    /// The judged time ends with the traffic: nodes leave after it.
    let trafficEnd: Int64
    /// Spans in which processes stand still, by label.
    let pauses: [String: SpanSet]

    func outcome(of claim: ExpectationSpec.Claim, allowance: Int64 = 0) -> ClaimOutcome {
        guard let span else {
            return .vacuous("its window is empty: there is nothing to look at")
        }
        switch claim {
        case .converges(let within):
            return converges(in: span, within: within.nanoseconds + allowance)
        case .members(let wanted, let within, let host):
            return members(wanted, by: host, in: span, within: within?.nanoseconds, allowance)
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .datagrams,
            .resource, .exit, .restarts, .eventually, .always, .never, .sometimes:
            preconditionFailure("not a claim on the mesh")
        }
    }

    /// The judged time; several spans are judged from the first one's begin to its end.
    var span: Range<Int64>? {
        let running = story.start..<max(story.start, trafficEnd)
        return window.spans.clamped(to: running).spans.first
    }

    private func moments(in span: Range<Int64>) -> MeshMoments {
        MeshMoments(record, in: span, pauses: pauses)
    }

    private func converges(in span: Range<Int64>, within: Int64) -> ClaimOutcome {
        let moments = moments(in: span)
        let last = moments.lastVoices
        guard last.count > 1 else {
            return .vacuous(
                "fewer than two nodes lived at its end: there is nobody to agree with")
        }
        if span.upperBound - span.lowerBound < within {
            let left = FigureText.span(nanoseconds: within - (span.upperBound - span.lowerBound))
            return .vacuous("its window ended \(left) before the time for agreement was over")
        }
        let (since, why) = moments.settled(Self.disagreement)
        guard let since else { return .fails(observed: "not at the end: \(why ?? "")") }
        let after = since - span.lowerBound
        let text = "\(last.count) nodes agree after \(FigureText.span(nanoseconds: after))"
        return ClaimOutcome(
            after <= within, observed: text + (after <= within ? "" : ", until then: \(why ?? "")"))
    }

    /// Two nodes that do not say the same; nil when all do.
    static func disagreement(_ voices: [MeshMoments.Voice]) -> String? {
        if let silent = voices.first(where: { $0.view == nil }) {
            return "\(silent.name) has told no view"
        }
        guard let first = voices.first else { return nil }
        for other in voices.dropFirst() {
            if other.view != first.view {
                return "\(first.name) and \(other.name) have different views"
            }
            if other.catalog != first.catalog {
                return "\(first.name) and \(other.name) have different catalogs"
            }
        }
        return nil
    }

    private func members(
        _ wanted: MembersClaim, by host: String?, in span: Range<Int64>, within: Int64?,
        _ allowance: Int64
    ) -> ClaimOutcome {
        let moments = moments(in: span)
        let asked = moments.first { voices in
            voices.contains { host == nil || $0.host == host } ? "asked" : nil
        }
        guard asked != nil else {
            return .vacuous("no node \(host.map { "on \($0) " } ?? "")lived in its window")
        }
        let objection = { (voices: [MeshMoments.Voice]) in
            Self.objection(to: wanted, voices.filter { host == nil || $0.host == host })
        }
        guard let within else {
            guard let wrong = moments.first(objection) else {
                return .holds(observed: "all the time")
            }
            let place = story.time(wrong.at, near: window.fault)
            return .fails(observed: "\(wrong.why) at \(place)")
        }
        if span.upperBound - span.lowerBound < within {
            let left = FigureText.span(nanoseconds: within - (span.upperBound - span.lowerBound))
            return .vacuous("its window ended \(left) before the time to be told was over")
        }
        let (since, why) = moments.settled(objection)
        guard let since else { return .fails(observed: "not at the end: \(why ?? "")") }
        let after = since - span.lowerBound
        let holds = after <= within + allowance
        return ClaimOutcome(
            holds,
            observed: "after \(FigureText.span(nanoseconds: after))"
                + (holds ? "" : ", until then: \(why ?? "")"))
    }

    /// What one of the nodes says that is not wanted; nil when all say what is.
    private static func objection(
        to wanted: MembersClaim, _ voices: [MeshMoments.Voice]
    ) -> String? {
        for voice in voices {
            switch wanted {
            case .alive(let comparison, let count):
                let seen = voice.alive
                guard seen.map({ comparison.holds(Int64($0), Int64(count)) }) != true else {
                    continue
                }
                let number = seen.map { "\($0) alive" } ?? "nothing"
                return "\(voice.name) told \(number)"
            case .states(let all):
                for one in all where one.node != voice.name {
                    let seen = voice.state(of: one.node)
                    guard !one.states.contains(seen) else { continue }
                    return "to \(voice.name), \(one.node) was \(seen.rawValue)"
                }
            }
        }
        return nil
    }

    /// Why a failure may be the machine's; empty when it is certain.
    func doubts(_ claim: ExpectationSpec.Claim, _ disturbance: Disturbance) -> [String] {
        guard let span else { return [] }
        if let bound = claim.timeBound, disturbance.isLate(forBound: bound) {
            return [
                "the fabric was late: p99 "
                    + FigureText.span(nanoseconds: disturbance.worstLateness)
            ]
        }
        let stalled = disturbance.widenedStalls.overlap(
            from: span.lowerBound, to: span.upperBound)
        guard stalled > 0 else { return [] }
        if claim.timeBound != nil, !outcome(of: claim, allowance: stalled).holds { return [] }
        return ["the machine stalled for \(FigureText.span(nanoseconds: stalled)) meanwhile"]
    }
}

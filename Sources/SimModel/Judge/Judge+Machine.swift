internal import CommyBase

/// What makes a machine too slow for any verdict, whichever requests it has touched.
///
/// `ClaimJudge.doubts` asks of single requests whether a stall explains them. A machine that stands
/// still again and again, or whose harness comes late itself, leaves nothing to be asked: backlogs
/// outlast the stalls, and windows lie elsewhere than the scenario meant.
extension Judge {
    /// The entries with every failure turned into `inconclusive` that the machine may have caused
    /// by being late with a fault; which faults those are decides nothing, since windows and
    /// effects of all hang together.
    func doubted(_ judged: [Judged], _ hearing: Hearing) -> [Judged] {
        let late = lateFaults(hearing)
        return judged.map { $0.verdict == .fail ? doubted($0, late) : $0 }
    }

    private func doubted(_ entry: Judged, _ doubts: [String]) -> Judged {
        guard !doubts.isEmpty else { return entry }
        var softened = entry
        softened.verdict = .inconclusive
        softened.evidence = doubts + entry.evidence
        return softened
    }

    /// Why nothing that takes time can be judged in these spans; empty when it can.
    func slowness(_ spans: SpanSet, _ hearing: Hearing) -> [String] {
        let running = hearing.story.start..<max(hearing.story.start, hearing.trafficEnd)
        let looked = spans.clamped(to: running)
        guard looked.length > 0 else { return [] }
        let stalls = SpanSet(disturbance.stalls.map { $0.end - $0.length..<$0.end })
        let stalled = looked.spans.reduce(Int64(0)) {
            $0 + stalls.overlap(from: $1.lowerBound, to: $1.upperBound)
        }
        let share = Double(stalled) / Double(looked.length)
        guard share > JudgeLimits.stalledShare else { return [] }
        return [
            "the machine stood still for \(FigureText.span(nanoseconds: stalled)) of "
                + FigureText.span(nanoseconds: looked.length)
        ]
    }

    /// The same for the whole of the traffic.
    func slowness(_ hearing: Hearing) -> [String] {
        let end = max(hearing.story.start, hearing.trafficEnd)
        return slowness(SpanSet([hearing.story.start..<end]), hearing)
    }

    /// Faults that the harness itself began or healed too late.
    private func lateFaults(_ hearing: Hearing) -> [String] {
        faults.flatMap { fault -> [String] in
            guard let at = fault.spec.at, let began = fault.began else { return [] }
            let due = hearing.story.start + at.nanoseconds
            var delays = [("began", began - due)]
            if let lasts = fault.spec.lasts, let closed = fault.closed, !fault.endsByCommand {
                // One that the end of the run has closed is not late.
                delays.append(("healed", closed - (due + lasts.nanoseconds)))
            }
            return delays.filter { $0.1 > JudgeLimits.faultDelay }.prefix(1).map { what, delay in
                "fault \(fault.spec.name) \(what) \(FigureText.span(nanoseconds: delay)) late"
            }
        }
    }
}

extension FaultRecord {
    /// True when a command of the scenario's heals it, which takes the time that it takes.
    fileprivate var endsByCommand: Bool {
        switch spec.action {
        case .exec: true
        case .crash, .powerLoss, .pause, .stop, .restart, .cut, .partition, .flap, .degrade,
            .bufferbloat, .mtuBlackHole, .reset, .clock, .cpu, .memory, .openFiles, .disk,
            .certificate, .trust:
            false
        }
    }
}

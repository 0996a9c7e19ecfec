internal import CommyBase

extension Judge {
    /// The verdict on one expectation. The logs are in order.
    func judge(_ spec: ExpectationSpec, _ logs: [RequestLog], _ story: RunStory) -> Judged {
        guard let traffic = spec.traffic, let log = logs.first(where: { $0.name == traffic })
        else {
            return judged(spec, .error, "it speaks of no traffic", [])
        }
        let window: RequestWindow
        var faultBegan: Int64?
        do throws(RequestWindow.MissingFault) {
            window = try self.window(of: spec)
            faultBegan = faults.first { $0.spec.name == window.fault }?.began
        } catch {
            return judged(
                spec, .error, "the fault \(error.name) never began: its window is not known", [])
        }
        let claim = ClaimJudge(
            spec: spec, log: log, window: window, story: story, faultBegan: faultBegan)
        let samples = log.samples(in: window)
        let outcome = claim.outcome(of: samples)
        let evidence = claim.evidence(samples, outcome)
        guard !outcome.holds else { return judged(spec, .pass, outcome.text, evidence) }
        let doubts =
            samples.isEmpty
            ? [] : claim.doubts(samples, disturbance, timeout: timeout(of: traffic))
        let verdict: Verdict = doubts.isEmpty ? .fail : .inconclusive
        return judged(spec, verdict, outcome.text, doubts + evidence)
    }

    private func window(of spec: ExpectationSpec) throws(RequestWindow.MissingFault)
        -> RequestWindow
    {
        if case .recovers = spec.claim, case .after(.fault(let fault), _) = spec.scope {
            return try RequestWindow(recoveryFrom: fault, faults: faults)
        }
        return try RequestWindow(of: spec.scope, faults: faults)
    }

    private func timeout(of traffic: String) -> Int64 {
        let spec = scenario.traffic.first { $0.name == traffic }
        return spec?.timeout.nanoseconds ?? .max
    }

    private func judged(
        _ spec: ExpectationSpec, _ verdict: Verdict, _ observed: String, _ evidence: [String]
    ) -> Judged {
        Judged(
            expectation: spec.text, line: spec.line, verdict: verdict, observed: observed,
            wanted: spec.claim.wanted, evidence: evidence)
    }
}

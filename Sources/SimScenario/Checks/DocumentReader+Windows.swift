import CommyBase
import SimModel

/// Expectations that nothing in a run could ever break.
extension DocumentReader {
    /// Reports an expectation whose window is empty, whatever happens in the run.
    func checkWindow(of expectation: ExpectationSpec, _ fields: Fields) {
        guard names.phasesAreKnown, names.faultsAreKnown else { return }
        if case .recovers(let within) = expectation.claim,
            case .after(.fault(let name), _) = expectation.scope
        {
            checkRecovery(within, of: name, expectation, fields)
            return
        }
        let traffic = self.traffic(of: expectation)
        let begin = traffic?.start ?? .zero
        let end = traffic.map { $0.end ?? scenario.duration } ?? scenario.duration
        guard begin < end else { return }
        checkMeshDeadline(of: expectation, fields)
        if case .eventually(_, let within) = expectation.claim {
            checkDeadline(within, of: expectation, fields)
            return
        }
        guard
            var window = ExpectationWindow(
                of: expectation.scope, running: begin..<end, in: scenario)
        else { return }
        let place = Shapes.scopes.first { fields.has($0) } ?? claimKey(fields)
        guard let traffic else {
            if window.spans.isEmpty {
                fields.report(
                    "this window is empty", value: place, expected: cure(of: expectation.scope))
            }
            return
        }
        let all = window
        window = window.withoutWarmUp(expectation.scope, in: scenario)
        if window.spans.isEmpty {
            fields.report(
                "no request of '\(traffic.name)' can fall into this window", value: place,
                expected: all.spans.isEmpty
                    ? cure(of: expectation.scope)
                    : "requests outside of the phase 'warm-up', whose requests count only where a "
                        + "window names it")
        } else if traffic.arrival.expectedCount(seconds: window.length.seconds) < 1 {
            fields.report(
                "this window of \(window.length.shortText) is shorter than the time between two "
                    + "requests of '\(traffic.name)'", value: place,
                expected: "a longer window or a higher rate")
        }
    }

    private func claimKey(_ fields: Fields) -> String {
        fields.has("traffic")
            ? "traffic" : Shapes.claims.first { fields.has($0) } ?? "traffic"
    }

    /// The traffic whose requests are looked at, also through a pattern.
    private func traffic(of expectation: ExpectationSpec) -> TrafficSpec? {
        var name = expectation.traffic
        switch expectation.claim {
        case .eventually(.request(let pattern), _), .always(.request(let pattern)),
            .never(.request(let pattern)), .sometimes(.request(let pattern)):
            name = pattern.traffic
        case .success, .latency, .throughput, .goodput, .recovers, .share, .transport, .converges,
            .members, .datagrams, .resource, .exit, .restarts, .eventually, .always, .never,
            .sometimes:
            break
        }
        return scenario.traffic.first { $0.name == name }
    }

    private func cure(of scope: ExpectationSpec.Scope) -> String {
        switch scope {
        case .wholeRun:
            return "traffic with a time to run"
        case .noFault:
            return "time without a fault: shorter faults, a smaller grace or a longer duration"
        case .during(.phase, _):
            return "a grace shorter than the phase, and something to look at while it lasts"
        case .during(.fault(let name), _):
            if case .restart = scenario.faults.first(where: { $0.name == name })?.action {
                return "after: \(name), since a restart is over at once"
            }
            return "a grace shorter than the fault, and something to look at while it lasts"
        case .after(.fault, _):
            return "time after the fault: a shorter fault or grace, or a longer duration"
        case .after(.phase, _):
            return "time after the phase: another phase after it, or a smaller grace"
        case .before(.fault):
            return "something to look at before the fault begins"
        case .before(.phase):
            return "something to look at before the phase begins"
        }
    }

    private func checkDeadline(
        _ within: Duration, of expectation: ExpectationSpec, _ fields: Fields
    ) {
        // With 'after' a fault, the time counts from the fault's begin.
        let begin: Duration
        switch expectation.scope {
        case .after(.fault(let name), let grace):
            guard let at = scenario.faults.first(where: { $0.name == name })?.at else { return }
            begin = at + grace
        case .wholeRun, .noFault, .during, .after(.phase, _), .before:
            let window = ExpectationWindow(
                of: expectation.scope, running: .zero..<scenario.duration, in: scenario)
            guard let window else { return }
            guard let first = window.spans.first else {
                fields.report(
                    "this window is empty",
                    value: Shapes.scopes.first { fields.has($0) } ?? "within",
                    expected: cure(of: expectation.scope))
                return
            }
            begin = first.lowerBound
        }
        guard begin + within > scenario.duration else { return }
        fields.report(
            "it is due at \((begin + within).shortText), and the run ends at "
                + scenario.duration.shortText, value: "within",
            expected: begin < scenario.duration
                ? "at most \((scenario.duration - begin).shortText)" : "a longer duration")
    }

    private func checkRecovery(
        _ within: Duration, of name: String, _ expectation: ExpectationSpec, _ fields: Fields
    ) {
        guard let at = scenario.faults.first(where: { $0.name == name })?.at,
            let traffic = scenario.traffic.first(where: { $0.name == expectation.traffic })
        else { return }
        let trafficEnd = traffic.end ?? scenario.duration
        guard traffic.start < trafficEnd else { return }
        let begin = at + within
        let next = scenario.faults.compactMap(\.at).filter { $0 > at }.min()
        let end = min(trafficEnd, next ?? trafficEnd)
        guard max(begin, traffic.start) >= end else { return }
        let isCutShort = next == end && end < trafficEnd
        let cause =
            isCutShort
            ? "the next fault begins at \(end.shortText)"
            : "the traffic ends at \(end.shortText)"
        fields.report(
            "recovery is due at \(begin.shortText), and \(cause): nothing is left to judge",
            value: "recovers", expected: "a shorter time, or more time after the fault")
    }
}

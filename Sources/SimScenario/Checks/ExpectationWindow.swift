import CommyBase
import SimModel

/// When the requests were scheduled that an expectation counts, as far as the file tells: used to
/// refuse expectations that no request could ever break.
struct ExpectationWindow: Equatable {
    /// Separate spans in order, from the start of the traffic phase.
    var spans: [Range<Duration>]

    var length: Duration {
        spans.reduce(.zero) { $0 + ($1.upperBound - $1.lowerBound) }
    }

    /// The window of a scope, within the time that the traffic runs. Nil when the fault is not
    /// known (it had an error of its own).
    init?(
        of scope: ExpectationSpec.Scope, traffic: Range<Duration>, faults: [FaultSpec],
        duration: Duration
    ) {
        func fault(_ name: String) -> FaultSpec? { faults.first { $0.name == name } }
        let wanted: [Range<Duration>]
        switch scope {
        case .wholeRun:
            wanted = [traffic]
        case .noFault(let grace):
            var left = [traffic]
            for fault in faults {
                let end = Self.end(of: fault, duration: duration) + grace
                left = left.flatMap { Self.span($0, without: (fault.at ?? .zero), end) }
            }
            wanted = left
        case .during(let period, let grace):
            guard let fault = fault(period.name) else { return nil }
            let end = Self.end(of: fault, duration: duration)
            wanted = Self.span((fault.at ?? .zero) + grace, end)
        case .after(let period, let grace):
            guard let fault = fault(period.name) else { return nil }
            let begin = (fault.at ?? .zero) + (fault.lasts ?? .zero) + grace
            wanted = Self.span(begin, duration)
        case .before(let period):
            guard let fault = fault(period.name) else { return nil }
            wanted = Self.span(.zero, (fault.at ?? .zero))
        }
        spans = wanted.map { $0.clamped(to: traffic) }.filter { !$0.isEmpty }
    }

    /// A restart is over at once; a fault without `for` stays to the end.
    private static func end(of fault: FaultSpec, duration: Duration) -> Duration {
        if case .restart = fault.action { return (fault.at ?? .zero) }
        return fault.lasts.map { (fault.at ?? .zero) + $0 } ?? duration
    }

    private static func span(_ begin: Duration, _ end: Duration) -> [Range<Duration>] {
        begin < end ? [begin..<end] : []
    }

    private static func span(
        _ span: Range<Duration>, without begin: Duration, _ end: Duration
    ) -> [Range<Duration>] {
        Self.span(span.lowerBound, min(span.upperBound, begin))
            + Self.span(max(span.lowerBound, end), span.upperBound)
    }
}

extension DocumentReader {
    /// Reports an expectation whose window is empty, whatever happens in the run.
    func checkWindow(of expectation: ExpectationSpec, traffic: TrafficSpec, _ fields: Fields) {
        let end = traffic.end ?? scenario.duration
        guard traffic.start < end else { return }
        let running = traffic.start..<end
        let isJudgeable = scenario.faults.count == names.faults.count
        guard isJudgeable else { return }
        if case .recovers(let within) = expectation.claim,
            case .after(.fault(let name), _) = expectation.scope
        {
            checkRecovery(within, of: name, running: running, fields)
            return
        }
        let window = ExpectationWindow(
            of: expectation.scope, traffic: running, faults: scenario.faults,
            duration: scenario.duration)
        guard let window else { return }
        let place = Shapes.scopes.first { fields.has($0) } ?? "traffic"
        if window.spans.isEmpty {
            fields.report(
                "no request of '\(traffic.name)' can fall into this window", value: place,
                expected: cure(of: expectation.scope))
        } else if traffic.arrival.expectedCount(seconds: window.length.seconds) < 1 {
            fields.report(
                "this window of \(window.length.shortText) is shorter than the time between two "
                    + "requests of '\(traffic.name)'", value: place,
                expected: "a longer window or a higher rate")
        }
    }

    private func cure(of scope: ExpectationSpec.Scope) -> String {
        switch scope {
        case .wholeRun:
            return "traffic with a time to run"
        case .noFault:
            return "time without a fault: shorter faults, a smaller grace or a longer duration"
        case .during(let period, _):
            let fault = scenario.faults.first { $0.name == period.name }
            if case .restart = fault?.action {
                return "after: \(period.name), since a restart is over at once"
            }
            return "a grace shorter than the fault, and traffic while it lasts"
        case .after:
            return "time after the fault: a shorter fault or grace, or a longer duration"
        case .before:
            return "traffic before the fault begins"
        }
    }

    private func checkRecovery(
        _ within: Duration, of name: String, running: Range<Duration>, _ fields: Fields
    ) {
        guard let fault = scenario.faults.first(where: { $0.name == name }) else { return }
        let begin = (fault.at ?? .zero) + within
        let next = scenario.faults.compactMap(\.at).filter { $0 > (fault.at ?? .zero) }.min()
        let end = min(running.upperBound, next ?? running.upperBound)
        guard max(begin, running.lowerBound) >= end else { return }
        let isCutShort = next == end && end < running.upperBound
        let cause =
            isCutShort
            ? "the next fault begins at \(end.shortText)"
            : "the traffic ends at \(end.shortText)"
        fields.report(
            "recovery is due at \(begin.shortText), and \(cause): nothing is left to judge",
            value: "recovers", expected: "a shorter time, or more time after the fault")
    }
}

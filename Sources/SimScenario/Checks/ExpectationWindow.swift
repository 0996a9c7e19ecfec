import CommyBase
import SimModel

/// The instants that an expectation looks at, as far as the file tells: used to refuse
/// expectations that nothing in a run could ever break.
struct ExpectationWindow: Equatable {
    /// Separate spans in order, from the start of the traffic phase.
    var spans: [Range<Duration>]

    var length: Duration {
        spans.reduce(.zero) { $0 + ($1.upperBound - $1.lowerBound) }
    }

    /// The window of a scope, within the time `running` in which there is something to look at. Nil
    /// when the fault is not known, or when it begins is not.
    init?(of scope: ExpectationSpec.Scope, running: Range<Duration>, in scenario: Scenario) {
        let wanted: [Range<Duration>]
        switch scope {
        case .wholeRun:
            wanted = [running]
        case .noFault(let grace):
            var left = [running]
            for fault in scenario.faults {
                // One that begins by what happens may begin as late as never.
                guard let span = Self.span(of: fault, in: scenario) else { continue }
                left = left.flatMap {
                    Self.span($0, without: span.lowerBound, span.upperBound + grace)
                }
            }
            wanted = left
        case .during(let period, let grace):
            guard let span = Self.span(of: period, in: scenario) else { return nil }
            wanted = Self.span(span.lowerBound + grace, span.upperBound)
        case .after(let period, let grace):
            guard let span = Self.span(of: period, in: scenario) else { return nil }
            let isStaying = Self.stays(period, in: scenario)
            let begin = isStaying ? span.lowerBound : span.upperBound
            wanted = Self.span(begin + grace, scenario.duration)
        case .before(let period):
            guard let span = Self.span(of: period, in: scenario) else { return nil }
            wanted = Self.span(.zero, span.lowerBound)
        }
        spans = wanted.map { $0.clamped(to: running) }.filter { !$0.isEmpty }
    }

    /// Without the phase that does not count unless a scope names it.
    func withoutWarmUp(_ scope: ExpectationSpec.Scope, in scenario: Scenario) -> ExpectationWindow {
        guard let phase = scenario.phase(Scenario.warmUpPhase), !Self.names(phase, scope) else {
            return self
        }
        var result = self
        result.spans = spans.flatMap { Self.span($0, without: phase.begin, phase.end) }
        return result
    }

    private static func names(_ phase: Phase, _ scope: ExpectationSpec.Scope) -> Bool {
        switch scope {
        case .wholeRun, .noFault: false
        case .during(let period, _), .after(let period, _), .before(let period):
            period == .phase(phase.name)
        }
    }

    private static func span(
        of period: ExpectationSpec.Period, in scenario: Scenario
    ) -> Range<Duration>? {
        switch period {
        case .phase(let name):
            scenario.phase(name).map { $0.begin..<$0.end }
        case .fault(let name):
            scenario.faults.first { $0.name == name }.flatMap { span(of: $0, in: scenario) }
        }
    }

    /// A restart is over at once; a fault without `for` stays to the end.
    private static func span(of fault: FaultSpec, in scenario: Scenario) -> Range<Duration>? {
        guard let at = fault.at, at <= scenario.duration else { return nil }
        if case .restart = fault.action { return at..<at }
        return at..<(fault.lasts.map { at + $0 } ?? scenario.duration)
    }

    /// Whether it never heals, so that "after" counts from its begin.
    private static func stays(_ period: ExpectationSpec.Period, in scenario: Scenario) -> Bool {
        guard case .fault(let name) = period else { return false }
        return scenario.faults.first { $0.name == name }?.lasts == nil
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

internal import CommyBase

/// The part of a run that an expectation looks at, as spans of the run's clock.
///
/// Requests count by their scheduled instants, other events by when they happened. The spans come
/// from what the run recorded: a fault that began late moves its windows with it.
struct Window: Sendable, Equatable {
    var spans: SpanSet
    /// The fault that times in the evidence refer to first.
    var fault: String?
    /// True when a request must also be decided before its span ends: one that is under way when a
    /// fault begins is hit by it, and says nothing of the time before.
    var endsWithDecision: Bool

    /// A fault that the window depends on never began.
    struct MissingFault: Error, Equatable {
        var name: String
    }

    /// Faults and phases of one run, from which windows are made.
    struct Calendar: Sendable {
        var start: Int64
        var faults: [FaultRecord]
        var phases: [Phase]

        fileprivate func span(of phase: String) -> Range<Int64> {
            guard let found = phases.first(where: { $0.name == phase }) else { return 0..<0 }
            return start + found.begin.nanoseconds..<start + found.end.nanoseconds
        }
    }

    /// `fromBegin`: `after` counts from the begin of a fault, not from its end.
    init(
        of scope: ExpectationSpec.Scope, _ calendar: Calendar, fromBegin: Bool = false
    ) throws(MissingFault) {
        switch scope {
        case .wholeRun:
            self.init(.always, nil)
        case .noFault(let grace):
            var busy: [Range<Int64>] = []
            for fault in calendar.faults where fault.missed == nil {
                guard let began = fault.began, let end = fault.end else {
                    throw MissingFault(name: fault.spec.name)
                }
                busy.append(began..<Self.sum(end, grace))
            }
            self.init(SpanSet(busy).complement, nil, endsWithDecision: true)
        case .during(.fault(let name), let grace):
            let fault = try Self.find(name, calendar.faults)
            self.init(Self.span(Self.sum(fault.began, grace), fault.end), name)
        case .after(.fault(let name), let grace):
            let fault = try Self.find(name, calendar.faults)
            let origin = fromBegin ? fault.began : fault.aftermath
            self.init(Self.span(Self.sum(origin, grace), .max), name)
        case .before(.fault(let name)):
            let fault = try Self.find(name, calendar.faults)
            self.init(Self.span(.min, fault.began), name, endsWithDecision: true)
        case .during(.phase(let name), let grace):
            let phase = calendar.span(of: name)
            let begin: Int64 = Self.sum(phase.lowerBound, grace)
            self.init(Self.span(begin, phase.upperBound), nil)
        case .after(.phase(let name), let grace):
            let begin: Int64 = Self.sum(calendar.span(of: name).upperBound, grace)
            self.init(Self.span(begin, .max), nil)
        case .before(.phase(let name)):
            self.init(Self.span(.min, calendar.span(of: name).lowerBound), nil)
        }
        if !scope.names(phase: Scenario.warmUpPhase) {
            spans = spans.without(calendar.span(of: Scenario.warmUpPhase))
        }
    }

    /// From the begin of a fault to the begin of the next one: where recovery is looked for. Faults
    /// that are scheduled for the same instant begin together; none of them ends the other's
    /// window.
    init(recoveryFrom name: String, faults: [FaultRecord]) throws(MissingFault) {
        let fault = try Self.find(name, faults)
        let next = faults.filter { $0.follows(fault) }.compactMap(\.began).min()
        self.init(Self.span(fault.began, next ?? .max), name)
    }

    private init(_ spans: SpanSet, _ fault: String?, endsWithDecision: Bool = false) {
        self.spans = spans
        self.fault = fault
        self.endsWithDecision = endsWithDecision
    }

    private static func find(_ name: String, _ faults: [FaultRecord]) throws(MissingFault)
        -> FaultRecord
    {
        guard let fault = faults.first(where: { $0.spec.name == name }), fault.began != nil else {
            throw MissingFault(name: name)
        }
        return fault
    }

    private static func span(_ begin: Int64?, _ end: Int64?) -> SpanSet {
        guard let begin, let end, begin < end else { return SpanSet([]) }
        return SpanSet([begin..<end])
    }

    /// Saturates: "never" plus a grace is never.
    private static func sum(_ instant: Int64, _ grace: Duration) -> Int64 {
        let (sum, overflows) = instant.addingReportingOverflow(grace.nanoseconds)
        return overflows ? .max : sum
    }

    private static func sum(_ instant: Int64?, _ grace: Duration) -> Int64? {
        instant.map { sum($0, grace) }
    }
}

extension ExpectationSpec.Scope {
    fileprivate func names(phase: String) -> Bool {
        switch self {
        case .wholeRun, .noFault: false
        case .during(let period, _), .after(let period, _), .before(let period):
            period == .phase(phase)
        }
    }
}

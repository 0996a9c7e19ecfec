internal import CommyBase

/// The requests that an expectation counts, as spans of their scheduled instants.
///
/// The spans come from what the run recorded: a fault that began late moves its windows with it.
struct RequestWindow: Sendable, Equatable {
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

    init(
        of scope: ExpectationSpec.Scope, faults: [FaultRecord]
    ) throws(MissingFault) {
        switch scope {
        case .wholeRun:
            self.init(.always, nil)
        case .noFault(let grace):
            var busy: [Range<Int64>] = []
            for fault in faults {
                guard let began = fault.began, let end = fault.end else {
                    throw MissingFault(name: fault.spec.name)
                }
                busy.append(began..<Self.sum(end, grace))
            }
            self.init(SpanSet(busy).complement, nil, endsWithDecision: true)
        case .during(let period, let grace):
            let name = period.name
            let fault = try Self.find(name, faults)
            self.init(Self.span(Self.sum(fault.began, grace), fault.end), name)
        case .after(let period, let grace):
            let name = period.name
            let fault = try Self.find(name, faults)
            self.init(Self.span(Self.sum(fault.aftermath, grace), .max), name)
        case .before(let period):
            let name = period.name
            let fault = try Self.find(name, faults)
            self.init(Self.span(.min, fault.began), name, endsWithDecision: true)
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

internal import CommyBase

/// Which requests an expectation counts, made from its scope and the faults that were seen.
struct Window: Sendable {
    /// Times in which a request may be scheduled: from the first (inclusive) to the second (exclusive).
    private(set) var spans: [(from: Int64, to: Int64)]
    /// True: a request must also be decided before its span ends, so that a fault that begins while it is
    /// under way does not count as the quiet time before.
    private let mustBeDecided: Bool

    private init(_ spans: [(Int64, Int64)], mustBeDecided: Bool) {
        self.spans = spans.filter { $0.0 < $0.1 }.map { (from: $0.0, to: $0.1) }
        self.mustBeDecided = mustBeDecided
    }

    /// One span, given by its ends.
    init(from: Int64, to: Int64) {
        self.init([(from, to)], mustBeDecided: false)
    }

    /// nil when the scope names a fault that never began.
    init?(_ scope: ExpectationSpec.Scope, _ faults: [Observations.Fault]) {
        let named = { (name: String) in faults.first { $0.name == name } }
        switch scope {
        case .wholeRun:
            self.init([(.min, .max)], mustBeDecided: false)
        case .noFault(let grace):
            self.init(Self.quiet(faults, grace.nanoseconds), mustBeDecided: true)
        case .during(let name, let grace):
            guard let fault = named(name) else { return nil }
            self.init(
                [(fault.begin + grace.nanoseconds, fault.end ?? .max)], mustBeDecided: false)
        case .after(let name, let grace):
            guard let fault = named(name) else { return nil }
            self.init(
                [((fault.end ?? fault.begin) + grace.nanoseconds, .max)], mustBeDecided: false)
        case .before(let name):
            guard let fault = named(name) else { return nil }
            self.init([(.min, fault.begin)], mustBeDecided: true)
        }
    }

    func contains(_ request: Observations.Request) -> Bool {
        spans.contains { span in
            request.scheduled >= span.from && request.scheduled < span.to
                && (!mustBeDecided || request.decided < span.to)
        }
    }

    /// The times in which no fault was active.
    private static func quiet(_ faults: [Observations.Fault], _ grace: Int64) -> [(Int64, Int64)] {
        var spans: [(Int64, Int64)] = []
        var from = Int64.min
        for fault in faults.sorted(by: { $0.begin < $1.begin }) {
            if from < fault.begin { spans.append((from, fault.begin)) }
            from = max(from, fault.end.map { $0 + grace } ?? .max)
        }
        spans.append((from, .max))
        return spans
    }
}

/// What the judge says about a run.
public struct Judgement: Sendable, Equatable {
    /// The worst of all: error, then fail, then inconclusive, then pass.
    public var verdict: Verdict
    /// Why it is not a pass, in one line; nil for a pass.
    public var reason: String?
    /// One for each expectation, in file order; then one with line 0 for each thing that every run
    /// must have and this one lacks (a fault that took hold, traffic that was sent, processes that
    /// stayed alive).
    public var judged: [Judged]

    public init(verdict: Verdict, reason: String?, judged: [Judged]) {
        self.verdict = verdict
        self.reason = reason
        self.judged = judged
    }

    /// The judgement that follows from the single verdicts.
    init(of judged: [Judged]) {
        self.judged = judged
        verdict = judged.map(\.verdict).max { $0.weight < $1.weight } ?? .pass
        let decisive = judged.filter { [verdict] in $0.verdict == verdict }
        switch verdict {
        case .pass: reason = nil
        case .fail, .error: reason = Self.summary(decisive, "failed")
        case .inconclusive:
            reason = Self.summary(decisive, "could not be told from a slow machine")
        }
    }

    private static func summary(_ decisive: [Judged], _ what: String) -> String? {
        guard let first = decisive.first else { return nil }
        let detail = "\(first.expectation): \(first.observed)"
        guard decisive.count > 1 else { return detail }
        return "\(decisive.count) checks \(what), first \(detail)"
    }
}

extension Verdict {
    /// The order in which verdicts win over each other.
    var weight: Int {
        switch self {
        case .pass: 0
        case .inconclusive: 1
        case .fail: 2
        case .error: 3
        }
    }
}

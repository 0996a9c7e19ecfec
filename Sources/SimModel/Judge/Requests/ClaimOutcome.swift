internal import CommyBase

/// What a claim comes to on a list of requests.
enum ClaimOutcome: Sendable, Equatable {
    /// `observed` is what was seen, with its unit.
    case holds(observed: String)
    case fails(observed: String)
    /// The requests say nothing about the claim; the text says why.
    case vacuous(String)

    var holds: Bool {
        switch self {
        case .holds: true
        case .fails, .vacuous: false
        }
    }

    var isVacuous: Bool {
        switch self {
        case .vacuous: true
        case .holds, .fails: false
        }
    }

    var text: String {
        switch self {
        case .holds(let observed), .fails(let observed): observed
        case .vacuous(let why): why
        }
    }

    init(_ holds: Bool, observed: String) {
        self = holds ? .holds(observed: observed) : .fails(observed: observed)
    }
}

extension ExpectationSpec.Comparison {
    /// Compares two shares; those closer than the tolerance are equal.
    func holds(_ seen: Double, _ wanted: Double) -> Bool {
        let difference = seen - wanted
        let isEqual = difference.magnitude <= JudgeLimits.tolerance
        switch self {
        case .atLeast: return isEqual || difference > 0
        case .atMost: return isEqual || difference < 0
        case .more: return !isEqual && difference > 0
        case .less: return !isEqual && difference < 0
        case .equal: return isEqual
        }
    }

    /// Compares two spans exactly.
    func holds(_ seen: Int64, _ wanted: Int64) -> Bool {
        switch self {
        case .atLeast: seen >= wanted
        case .atMost: seen <= wanted
        case .more: seen > wanted
        case .less: seen < wanted
        case .equal: seen == wanted
        }
    }

    /// True when more time or a higher share can break it.
    var isUpperBound: Bool {
        switch self {
        case .atMost, .less, .equal: true
        case .atLeast, .more: false
        }
    }
}

extension ExpectationSpec.Claim {
    /// What was wanted, as the report says it.
    var wanted: String {
        switch self {
        case .success(let comparison, let share), .share(_, let comparison, let share),
            .transport(_, let comparison, let share):
            "\(comparison.rawValue) \(FigureText.percent(share))"
        case .latency(_, let comparison, let bound):
            "\(comparison.rawValue) \(bound.shortText)"
        case .recovers(let within), .converges(let within): "within \(within.shortText)"
        case .members(let members, let within, _):
            members.words + (within.map { " within \($0.shortText)" } ?? "")
        case .throughput(let comparison, let rate):
            "\(comparison.rawValue) \(FigureText.rate(rate))"
        case .goodput(let comparison, let rate):
            "\(comparison.rawValue) \(FigureText.bitRate(rate))"
        case .datagrams(_, let comparison, .count(let count)):
            "\(comparison.rawValue) \(count)"
        case .datagrams(_, let comparison, .share(let share)):
            "\(comparison.rawValue) \(FigureText.percent(share))"
        case .resource(let resource, let comparison, let bound):
            "\(comparison.rawValue) \(resource.figure(bound))"
        case .exit(let state): state.words
        case .restarts(let comparison, let count): "\(comparison.rawValue) \(count)"
        case .eventually(let pattern, let within): "\(pattern.words) within \(within.shortText)"
        case .always(let pattern): "always \(pattern.words)"
        case .never(let pattern): "never \(pattern.words)"
        case .sometimes(let pattern): "at least once \(pattern.words)"
        }
    }

    /// The time that the claim allows, when being late can break it.
    var timeBound: Int64? {
        switch self {
        case .success, .share, .transport, .throughput, .goodput, .datagrams, .resource, .exit,
            .restarts, .always, .never, .sometimes:
            nil
        case .members(_, let within, _): within?.nanoseconds
        case .latency(_, let comparison, let bound):
            comparison.isUpperBound ? bound.nanoseconds : nil
        case .recovers(let within), .converges(let within), .eventually(_, let within):
            within.nanoseconds
        }
    }
}

internal import CommyBase

/// How one of several equally near instances is chosen.
public enum BalancingPolicy: UInt8, Sendable, Equatable, CaseIterable {
    /// The better of two that are drawn by weight, by open calls for their weight and then by
    /// round trip (Mitzenmacher, "The Power of Two Choices", 2001).
    case twoChoices = 0
    /// One after the other, whatever its weight, unless that is 0.
    case roundRobin = 1

    public var text: String {
        switch self {
        case .twoChoices: "two-choices"
        case .roundRobin: "round-robin"
        }
    }
}

/// The state of a policy for one tier of one service. A closed set of values: a pick is a jump, not
/// a call through a table, and an explanation works on a copy.
///
/// A policy gets the candidates as they are now and chooses among those that the filter admits. One
/// that keeps a table of its own (a ring, for example) builds it anew when the tier's `revision`
/// is not the one that it was built for.
enum Balancer: Sendable, Equatable {
    case twoChoices(TwoChoices)
    case roundRobin(RoundRobin)

    init(_ policy: BalancingPolicy) {
        switch policy {
        case .twoChoices: self = .twoChoices(TwoChoices())
        case .roundRobin: self = .roundRobin(RoundRobin())
        }
    }

    var policy: BalancingPolicy {
        switch self {
        case .twoChoices: .twoChoices
        case .roundRobin: .roundRobin
        }
    }

    mutating func choose(
        in tier: Int, of table: borrowing RouteTable, _ filter: borrowing RouteFilter,
        random: inout RandomStream
    ) -> Choice? {
        switch self {
        case .twoChoices(let policy):
            return policy.choose(in: tier, of: table, filter, random: &random)
        case .roundRobin(var policy):
            defer { self = .roundRobin(policy) }
            return policy.choose(in: tier, of: table, filter)
        }
    }

    /// Rows of the table.
    struct Choice: Sendable, Equatable {
        var row: Int
        /// What it was compared with; nil when there was nothing else.
        var runnerUp: Int?
    }
}

/// Two instances drawn by weight, and the better of them.
struct TwoChoices: Sendable, Equatable {
    func choose(
        in tier: Int, of table: borrowing RouteTable, _ filter: borrowing RouteFilter,
        random: inout RandomStream
    ) -> Balancer.Choice? {
        guard let first = draw(in: tier, except: nil, of: table, filter, random: &random) else {
            return nil
        }
        let row = table.row(first, in: tier)
        guard let second = draw(in: tier, except: first, of: table, filter, random: &random) else {
            return Balancer.Choice(row: row, runnerUp: nil)
        }
        let other = table.row(second, in: tier)
        return table.isBetter(other, than: row, filter.limits)
            ? Balancer.Choice(row: other, runnerUp: row)
            : Balancer.Choice(row: row, runnerUp: other)
    }

    /// A place in the tier, each admissible one with a chance in proportion to its weight: draws
    /// until one is admitted, and after some misses goes through the tier once. A miss is one that
    /// the filter refuses or that is `taken`, so a pick is O(1) unless most of the weight is there.
    private func draw(
        in tier: Int, except taken: Int?, of table: borrowing RouteTable,
        _ filter: borrowing RouteFilter, random: inout RandomStream
    ) -> Int? {
        let count = table.candidateCount(in: tier)
        guard count > (taken == nil ? 0 : 1) else { return nil }
        for _ in 0..<filter.limits.draws {
            let place = table.drawPlace(in: tier, &random)
            if place != taken, filter.admits(table.row(place, in: tier), of: table) {
                return place
            }
        }
        var admitted = 0
        for place in 0..<count
        where place != taken && filter.admits(table.row(place, in: tier), of: table) {
            admitted += Int(table.rows[table.row(place, in: tier)].weight)
        }
        guard admitted > 0 else { return nil }
        var skip = random.below(admitted)
        for place in 0..<count
        where place != taken && filter.admits(table.row(place, in: tier), of: table) {
            skip -= Int(table.rows[table.row(place, in: tier)].weight)
            if skip < 0 { return place }
        }
        preconditionFailure("counted and not found")
    }
}

/// One instance after the other. When instances come and go, some get two turns or none in that
/// round.
struct RoundRobin: Sendable, Equatable {
    private var next = 0

    mutating func choose(
        in tier: Int, of table: borrowing RouteTable, _ filter: borrowing RouteFilter
    ) -> Balancer.Choice? {
        let count = table.candidateCount(in: tier)
        for step in 0..<count {
            let place = (next + step) % count
            let row = table.row(place, in: tier)
            guard filter.admits(row, of: table) else { continue }
            next = (place + 1) % count
            // Places before this one were looked at already.
            let rest = count - step - 1
            return Balancer.Choice(
                row: row, runnerUp: firstAdmitted(after: place, rest, in: tier, table, filter))
        }
        return nil
    }

    private func firstAdmitted(
        after place: Int, _ rest: Int, in tier: Int, _ table: borrowing RouteTable,
        _ filter: borrowing RouteFilter
    ) -> Int? {
        let count = table.candidateCount(in: tier)
        for step in 0..<rest {
            let row = table.row((place + 1 + step) % count, in: tier)
            if filter.admits(row, of: table) { return row }
        }
        return nil
    }
}

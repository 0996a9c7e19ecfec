internal import CommyBase

/// Decides which candidates one call may go to.
struct RouteFilter: Sendable {
    let query: RouteQuery
    let now: MeshInstant
    let limits: RouterLimits
    /// Allows instances that refused or lost a call a moment ago.
    var allowsEjected = false
    private let hasRequirement: Bool

    init(_ query: RouteQuery, at now: MeshInstant, _ limits: RouterLimits) {
        self.query = query
        self.now = now
        self.limits = limits
        hasRequirement = !query.requirement.isEmpty
    }

    /// Whether a candidate may be chosen; asked of candidates only.
    func admits(_ row: Int, of table: borrowing RouteTable) -> Bool {
        if table.rows[row].ejectedUntil > now, !allowsEjected { return false }
        if query.tried.count > 0, query.tried.contains(table.rows[row].instance) { return false }
        return !hasRequirement || mismatch(row, of: table) == nil
    }

    /// The first reason against an instance, whether it is a candidate or not.
    func exclusion(_ row: Int, of table: borrowing RouteTable) -> RouteExclusion? {
        switch table.rows[row].availability {
        case .ready: break
        case .draining: return .draining
        case .suspect, .lost, .unconfirmed: return .unavailable(table.rows[row].availability)
        }
        let link = table.nodes[table.rows[row].node].link
        if link != .up { return .link(link) }
        // Who names the instance does not ask for its share.
        if table.rows[row].weight == 0, query.instance == nil { return .weightless }
        if let mismatch = mismatch(row, of: table) { return .mismatch(mismatch) }
        if query.tried.contains(table.rows[row].instance) { return .tried }
        let ejectedUntil = table.rows[row].ejectedUntil
        return ejectedUntil > now && !allowsEjected ? .ejected(until: ejectedUntil) : nil
    }

    private func mismatch(_ row: Int, of table: borrowing RouteTable) -> CapabilityMismatch? {
        guard let offer = table.offers[row] else {
            preconditionFailure("a row in use has an offer")
        }
        return query.requirement.mismatch(with: offer)
    }
}

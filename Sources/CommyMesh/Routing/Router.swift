public import CommyBase

/// Chooses the instance that a call goes to.
///
/// The order of the rules: an instance that the caller names; an instance on this node; else the
/// nearest by zone; among equally near ones the policy. Never: an instance that drains, whose node
/// is suspected or dead, whose link is silent or down, that has the weight 0 and is not named, that
/// lacks what the call requires, or that the call was sent to already. An instance that refused or
/// lost a call a moment ago is avoided, and taken only when there is no other: it may be back, and
/// refusing for sure helps nobody.
///
/// Facts come from the catalog (`apply`), from links (`linkChanged`, `roundTripMeasured`) and from
/// calls (`callStarted`, `callEnded`). A pick allocates nothing once the tables are there.
public struct Router: Sendable {
    var table: RouteTable
    /// One for each tier.
    var balancers: [Balancer] = []
    let policy: BalancingPolicy
    let limits: RouterLimits

    public init(
        self node: NodeID, zone: Zone, policy: BalancingPolicy = .twoChoices,
        limits: RouterLimits = .standard
    ) {
        table = RouteTable(node: node, zone: zone)
        self.policy = policy
        self.limits = limits
    }

    public mutating func apply(_ change: CatalogChange) {
        switch change {
        case .present(let instance):
            guard let service = table.set(instance) else { return }
            for rank in 0..<RouteTable.ranks {
                let tier = table.tier(rank, of: service)
                if tier == balancers.count { balancers.append(Balancer(policy)) }
                balancers[tier] = Balancer(policy)
            }
        case .absent(let instance, _): table.remove(instance)
        }
    }

    /// The link with a node changed; what was measured of an earlier one is kept.
    public mutating func linkChanged(_ node: NodeID, _ health: LinkHealth) {
        table.setLink(node, health)
    }

    /// The round trip of the link that calls to a node take was measured; `smoothed` is the link's
    /// estimate from all its measurements. Nothing happens for a node without instances and link.
    public mutating func roundTripMeasured(_ node: NodeID, _ smoothed: Duration) {
        table.measured(node, smoothed, limits)
    }

    /// A call was sent to the instance. `callEnded` must follow, once.
    public mutating func callStarted(_ instance: InstanceID) {
        // Benign race: the instance went away between the pick and now.
        guard let row = table.row(of: instance) else { return }
        table.update(row) { $0.openCalls += 1 }
    }

    /// A call that was sent to the instance is over. `latency` counts from `callStarted`.
    public mutating func callEnded(
        _ instance: InstanceID, _ outcome: CallOutcome, latency: Duration, at now: MeshInstant
    ) {
        // Benign race: the instance went away while the call was open; its counts went with it.
        guard let row = table.row(of: instance) else { return }
        let ejection = limits.ejection
        table.update(row) { row in
            row.openCalls = max(row.openCalls - 1, 0)
            switch outcome {
            case .answered:
                row.ejectedUntil = MeshInstant(nanoseconds: .min)
                // In whole nanoseconds: `Duration` divides by way of 128 bits.
                let change = row.latency.map { (latency.nanoseconds - $0.nanoseconds) / 8 }
                row.latency = row.latency.map { $0 + .nanoseconds(change ?? 0) } ?? latency
            case .refused, .lost: row.ejectedUntil = now + ejection
            case .failed, .late, .cancelled: break
            }
        }
    }

    /// Chooses. `random` is a stream of the node's own for routing; the same facts and the same
    /// state of the stream give the same decision.
    public mutating func pick(
        _ query: RouteQuery, at now: MeshInstant, random: inout RandomStream
    ) -> RouteDecision {
        var filter = RouteFilter(query, at: now, limits)
        if let instance = query.instance { return pinned(instance, &filter) }
        guard let service = table.service(query.service) else { return .none(.noSuchService) }
        if let pick = nearest(service, filter, &random) { return .to(pick) }
        filter.allowsEjected = true
        if let pick = nearest(service, filter, &random) { return .to(pick) }
        return .none(failure(of: service, filter))
    }

    private mutating func nearest(
        _ service: Int, _ filter: borrowing RouteFilter, _ random: inout RandomStream
    ) -> RoutePick? {
        for rank in 0..<RouteTable.ranks {
            let tier = table.tier(rank, of: service)
            guard table.candidateCount(in: tier) > 0 else { continue }
            table.prepare(tier)
            guard
                let choice = balancers[tier].choose(
                    in: tier, of: table, filter, random: &random)
            else { continue }
            let rule: RouteRule =
                filter.allowsEjected ? .lastResort : rank == 0 ? .local : .nearest
            return RoutePick(
                instance: table.rows[choice.row].instance, rule: rule, policy: policy,
                runnerUp: choice.runnerUp.map { table.rows[$0].instance },
                sharedDepth: table.rows[choice.row].sharedDepth)
        }
        return nil
    }

    /// A named instance is used even a moment after a failure: there is no other.
    private func pinned(_ instance: InstanceID, _ filter: inout RouteFilter) -> RouteDecision {
        filter.allowsEjected = true
        guard let row = table.row(of: instance),
            table.services[table.rows[row].service].name == filter.query.service
        else { return .none(.noSuchInstance) }
        switch filter.exclusion(row, of: table) {
        case nil:
            return .to(
                RoutePick(
                    instance: instance, rule: .pinned, policy: policy, runnerUp: nil,
                    sharedDepth: table.rows[row].sharedDepth))
        case .draining: return .none(.draining)
        case .mismatch: return .none(.capabilityMismatch)
        case .tried: return .none(.allTried)
        case .unavailable, .link, .ejected: return .none(.noHealthyInstance)
        case .weightless: preconditionFailure("a named instance needs no weight")
        }
    }

    /// The most telling reason: what the caller can change comes before what it must wait for.
    private func failure(of service: Int, _ filter: borrowing RouteFilter) -> RouteFailure {
        var failure = RouteFailure.draining
        for row in table.services[service].rows {
            switch filter.exclusion(row, of: table) {
            case .tried: return .allTried
            case .ejected, nil: preconditionFailure("an admissible instance was not chosen")
            case .mismatch: failure = .capabilityMismatch
            case .weightless:
                if failure != .capabilityMismatch { failure = .allWeightless }
            case .unavailable, .link:
                if failure == .draining { failure = .noHealthyInstance }
            case .draining: continue
            }
        }
        return failure
    }

    /// Checks what must hold; called by tests after each step.
    public func checkInvariants() {
        table.checkInvariants()
        precondition(balancers.count == table.tiers.count)
        precondition(balancers.allSatisfy { $0.policy == policy })
    }
}

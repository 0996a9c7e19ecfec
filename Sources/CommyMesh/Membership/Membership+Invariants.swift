internal import CommyBase

extension Membership {
    /// The rule that does not hold, with what was found; nil when all is well. O(n log n).
    public func checkInvariants() -> String? {
        table.checkInvariants() ?? brokenRuleAboutSelf ?? brokenRuleOfMembers
            ?? brokenRuleOfWork
    }

    private var brokenRuleAboutSelf: String? {
        guard let own = table[selfID] else { return "a node knows itself" }
        let expected: MemberState = phase == .left ? .left : .alive
        guard own.agreed == expected, !own.isDoubted else {
            return "a node never declares itself \(own.agreed)"
        }
        guard own.link == .none, own.claim == nil else { return "a node has no link to itself" }
        return nil
    }

    private var brokenRuleOfMembers: String? {
        for member in table.rows {
            guard member.id == member.record.id else { return "a record belongs to its member" }
            guard member.suspectors.isEmpty == (member.agreed != .suspect) else {
                return "exactly the suspect have suspectors: \(member.id)"
            }
            guard member.suspectors.count <= MemberUpdate.suspectorLimit,
                zip(member.suspectors, member.suspectors.dropFirst()).allSatisfy({ $0 < $1 })
            else { return "suspectors ascend and are few: \(member.id)" }
            if let claim = member.claim {
                guard member.agreed == .alive, claim.version > member.version,
                    probes.contains(where: { $0.target == member.id })
                else { return "a claim against a living member is being checked: \(member.id)" }
            }
        }
        guard table.liveCount <= limits.memberLimit,
            table.tombstones.count <= limits.tombstoneLimit + 1
        else { return "the table is within its limits" }
        return nil
    }

    private var brokenRuleOfWork: String? {
        guard phase == .member else {
            return probes.isEmpty && duties.isEmpty && suspicions.isEmpty && rumours.isEmpty
                ? nil : "who has left does nothing"
        }
        let others = table.rows.filter { $0.isLive && $0.id != selfID }.map(\.id)
        guard probeOrder.order.sorted() == others, gossipOrder.order.sorted() == others else {
            return "the orders hold the living"
        }
        let suspects = table.rows.filter { $0.agreed == .suspect }.map(\.id)
        guard suspicions.map(\.target).sorted() == suspects else {
            return "each suspect has one suspicion"
        }
        let targets = probes.map(\.target).sorted()
        guard zip(targets, targets.dropFirst()).allSatisfy({ $0 < $1 }),
            targets.allSatisfy(others.contains)
        else { return "one probe a living member" }
        guard duties.count <= limits.dutyLimit else { return "duties are within their limit" }
        let news = rumours.rumours.map(\.id)
        guard news.allSatisfy({ table.index(of: $0) != nil }) else {
            return "news is of known members"
        }
        guard others.isEmpty || nextRoundAt != .never else { return "the rounds go on" }
        return nil
    }
}

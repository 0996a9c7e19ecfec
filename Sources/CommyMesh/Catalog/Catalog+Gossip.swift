public import CommyBase

extension Catalog {
    /// A peer said something; `peer` is who the link's certificate says it is.
    public mutating func received(
        _ message: CatalogMessage, from peer: NodeID, at now: MeshInstant
    ) {
        move(to: now)
        precondition(peer != node)
        switch message {
        case .delta(let delta): deltaReceived(delta, from: peer)
        case .pull(let claims): pullReceived(claims, from: peer)
        case .summary(let hash):
            if hash != viewHash { sendDigests(to: peer) }
        case .digest(let digest): digestReceived(digest, from: peer)
        }
        announceWatches()
    }

    private mutating func deltaReceived(_ delta: CatalogDelta, from peer: NodeID) {
        if delta.owner == node {
            contradict(delta.version)
            return
        }
        guard isAcceptable(delta.owner, from: peer) else { return }
        if members[delta.owner] == nil,
            !members.noteStranger(delta.owner, limit: limits.strangers, at: now)
        {
            counters.refusedOwners += 1
            return
        }
        var changes: [OwnerLedger.Change] = []
        let absorption = replicas.absorb(delta, changes: &changes, at: now)
        apply(changes, of: delta.owner)
        switch absorption {
        case .known: break
        case .absorbed(let refused):
            counters.refusedRecords += refused
            pulls.answered(delta.owner)
            if delta.hasMore { pull(delta.owner, from: peer) }
        case .gap: pull(delta.owner, from: peer)
        case .outdated:
            guard let ledger = replicas[delta.owner] else { return }
            emit(.send(.digest(CatalogDigest(extent: .hint, claims: [ledger.claim])), to: peer))
        case nil: counters.refusedOwners += 1
        }
    }

    /// Only the owner is believed where it can be asked; nobody is believed about the dead.
    private mutating func isAcceptable(_ owner: NodeID, from peer: NodeID) -> Bool {
        if peer != owner, members.isLinked(owner) {
            counters.hearsay += 1
            return false
        }
        if members[owner] != nil, !members.isLiving(owner) {
            counters.afterDeath += 1
            return false
        }
        return true
    }

    private mutating func pullReceived(_ claims: [CatalogClaim], from peer: NodeID) {
        var budget = limits.answerBytes
        for claim in claims where budget > 0 {
            if claim.owner == node { contradict(claim.version) }
            answer(claim, to: peer, budget: &budget)
        }
    }

    /// Sends what the claimant lacks of one owner.
    private mutating func answer(
        _ claim: CatalogClaim, to peer: NodeID, budget: inout Int
    ) {
        let ledger: OwnerLedger
        if claim.owner == node {
            ledger = own
        } else if let replica = replicas[claim.owner], members.isLiving(claim.owner) {
            ledger = replica
        } else {
            return
        }
        guard claim.version < ledger.version else { return }
        let isSameEra = claim.version.isSameEra(as: ledger.version)
        let deltas = ledger.answer(
            since: isSameEra ? claim.version.counter : 0, messageBytes: limits.messageBytes,
            budget: &budget)
        for delta in deltas { emit(.send(.delta(delta), to: peer)) }
    }

    private mutating func digestReceived(_ digest: CatalogDigest, from peer: NodeID) {
        var hints: [CatalogClaim] = []
        var budget = limits.answerBytes
        for claim in digest.claims {
            if claim.owner == node {
                contradict(claim.version)
                answer(claim, to: peer, budget: &budget)
            } else if members[claim.owner] == nil || members.isLiving(claim.owner) {
                if compare(claim, from: peer) == .theirsIsOlder, let mine = replicas[claim.owner] {
                    hints.append(mine.claim)
                }
            }
        }
        guard case .complete(let range) = digest.extent else { return }
        hints += claims(in: range, without: digest.claims, budget: &budget, for: peer)
        hints.sort { $0.owner < $1.owner }
        sendHints(hints, to: peer)
    }

    /// In as many messages as they need.
    private mutating func sendHints(_ claims: [CatalogClaim], to peer: NodeID) {
        var rest = claims[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(limits.claimsPerMessage))
            emit(.send(.digest(CatalogDigest(extent: .hint, claims: part)), to: peer))
            rest = rest.dropFirst(part.count)
        }
    }

    private enum Comparison {
        case equal
        case theirsIsOlder
        case asked
    }

    /// Asks for what the peer, or the owner itself, knows better.
    private mutating func compare(_ claim: CatalogClaim, from peer: NodeID) -> Comparison {
        let mine = replicas[claim.owner]?.claim
        let version = mine?.version ?? .nothing
        if claim.version > version {
            pull(claim.owner, from: peer)
            return .asked
        }
        if claim.version < version { return .theirsIsOlder }
        guard let mine, mine.hash != claim.hash, mine.hash != 0, claim.hash != 0 else {
            return .equal
        }
        // One version with two contents: somebody repeated what the owner did not say. The owner is
        // right; without it the smaller hash yields, so that both end with one content.
        guard members.isLinked(claim.owner) || peer == claim.owner || mine.hash < claim.hash else {
            return .theirsIsOlder
        }
        replicas.doubt(claim.owner)
        pull(claim.owner, from: peer)
        return .asked
    }

    /// Owners that the peer does not know; what it lacks of this node's own is sent at once.
    private mutating func claims(
        in range: ClosedRange<NodeID>, without known: [CatalogClaim], budget: inout Int,
        for peer: NodeID
    ) -> [CatalogClaim] {
        var missing: [CatalogClaim] = []
        var place = 0
        for claim in allClaims where range.contains(claim.owner) {
            while place < known.count, known[place].owner < claim.owner { place += 1 }
            if place < known.count, known[place].owner == claim.owner { continue }
            if claim.owner == node {
                let nothing = CatalogClaim(owner: node, version: .nothing, hash: 0)
                answer(nothing, to: peer, budget: &budget)
            } else if claim.owner != peer {
                missing.append(claim)
            }
        }
        return missing
    }

    /// Asks the owner where it is linked, else the peer that knows more.
    mutating func pull(_ owner: NodeID, from peer: NodeID) {
        guard pulls.ask(owner, at: now) else { return }
        counters.pulls += 1
        let claim = replicas[owner]?.claim ?? CatalogClaim(owner: owner, version: .nothing, hash: 0)
        emit(.send(.pull([claim]), to: members.isLinked(owner) ? owner : peer))
    }

    /// Somebody believes what this node did not say in this life, or more than it said: it speaks
    /// anew, above that.
    private mutating func contradict(_ claim: CatalogVersion) {
        guard
            claim > own.version
                || (claim.generation == own.version.generation
                    && claim.life != own.version.life)
        else { return }
        // A claim at the limit cannot be contradicted; no honest node gets there.
        guard claim.generation < OfferLimits.generation else { return }
        own.refute(max(claim.generation, own.version.generation))
        counters.refutations += 1
        queue.forgetTold()
        queue.changed(at: now)
        emit(.refuted(own.version))
    }

    /// Tells all peers what changed after `base`. More than one message holds is left to be asked
    /// for: a receiver sees the gap.
    mutating func tell(since base: UInt64) {
        guard !members.linked.isEmpty else { return }
        var budget = 1
        let deltas = own.answer(
            since: base, messageBytes: limits.messageBytes, budget: &budget)
        for delta in deltas { emit(.broadcast(.delta(delta))) }
    }

    mutating func compareWithSomebody() {
        let peers = members.linked.filter { members.isLiving($0) }
        guard !peers.isEmpty else { return }
        let index = Int(draws.next() % UInt64(peers.count))
        emit(.send(.summary(viewHash: viewHash), to: peers[index]))
    }

    private mutating func sendDigests(to peer: NodeID) {
        let claims = allClaims
        let perMessage = limits.claimsPerMessage
        var first = NodeID(value: 0)
        var start = 0
        repeat {
            let end = min(start + perMessage, claims.count)
            let isLast = end == claims.count
            let last = isLast ? NodeID(value: .max) : claims[end - 1].owner
            let digest = CatalogDigest(
                extent: .complete(first...last), claims: Array(claims[start..<end]))
            emit(.send(.digest(digest), to: peer))
            start = end
            first = NodeID(value: last.value &+ 1)
        } while start < claims.count
    }

    /// What this node knows of all who live, itself included, rising by owner.
    var allClaims: [CatalogClaim] {
        var claims = replicas.ledgers.filter { members.isLiving($0.owner) }.map(\.claim)
        if own.version.counter > 0 {
            let place = claims.firstIndex { $0.owner > node } ?? claims.count
            claims.insert(own.claim, at: place)
        }
        return claims
    }
}

internal import CommyBase

/// What the catalog remembers of membership: who lives, in which life, and who is linked.
struct CatalogMembers: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let id: NodeID
        var state: MemberState
        var life: UInt64
        /// When it died or left; `.never` while it lives.
        var endedAt: MeshInstant
    }
    /// Rising by id.
    private(set) var members: [Member] = []
    /// Peers with a link that carries messages, rising.
    private(set) var linked: [NodeID] = []
    /// Owners of entries that membership does not know, and when they were first heard of.
    private(set) var strangers: [(id: NodeID, since: MeshInstant)] = []

    subscript(id: NodeID) -> Member? {
        let index = lowerBound(of: id)
        return index < members.count && members[index].id == id ? members[index] : nil
    }

    func isLinked(_ id: NodeID) -> Bool {
        let index = Self.lowerBound(of: id, in: linked)
        return index < linked.count && linked[index] == id
    }

    /// Owners whose entries are told to others: those that live, as far as is known.
    func isLiving(_ id: NodeID) -> Bool {
        switch self[id]?.state {
        case .alive, .suspect: true
        case .dead, .left, nil: false
        }
    }

    /// Whether an instance of this owner, whose entries are from this life, can be called.
    func availability(owner: NodeID, life: UInt64, state: EntryState) -> Availability {
        guard let member = self[owner] else { return .unconfirmed }
        switch member.state {
        case .dead, .left: return .lost
        case .alive, .suspect:
            guard member.life == life else { return .unconfirmed }
            if member.state == .suspect { return .suspect }
            switch state {
            case .up: return .ready
            case .draining: return .draining
            }
        }
    }

    /// Gives what was known before.
    mutating func set(
        _ id: NodeID, _ state: MemberState, life: UInt64, at now: MeshInstant
    ) -> Member? {
        strangers.removeAll { $0.id == id }
        let isOver = state == .dead || state == .left
        var member = Member(id: id, state: state, life: life, endedAt: isOver ? now : .never)
        let index = lowerBound(of: id)
        guard index < members.count, members[index].id == id else {
            members.insert(member, at: index)
            return nil
        }
        let before = members[index]
        if isOver, before.endedAt != .never { member.endedAt = before.endedAt }
        members[index] = member
        return before
    }

    mutating func forget(_ id: NodeID) {
        members.removeAll { $0.id == id }
    }

    mutating func link(_ id: NodeID) {
        let index = Self.lowerBound(of: id, in: linked)
        guard index == linked.count || linked[index] != id else { return }
        linked.insert(id, at: index)
    }

    mutating func unlink(_ id: NodeID) { linked.removeAll { $0 == id } }

    /// False when there are too many already.
    mutating func noteStranger(_ id: NodeID, limit: Int, at now: MeshInstant) -> Bool {
        if strangers.contains(where: { $0.id == id }) { return true }
        guard strangers.count < limit else { return false }
        strangers.append((id, now))
        return true
    }

    mutating func forgetStranger(_ id: NodeID) { strangers.removeAll { $0.id == id } }

    /// Death is counted from now on: what happened while this node was cut off proves nothing.
    mutating func restartEnds(at now: MeshInstant) {
        for index in members.indices where members[index].endedAt != .never {
            members[index].endedAt = now
        }
    }

    private func lowerBound(of id: NodeID) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func lowerBound(of id: NodeID, in list: [NodeID]) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func == (left: CatalogMembers, right: CatalogMembers) -> Bool {
        left.members == right.members && left.linked == right.linked
            && left.strangers.elementsEqual(right.strangers, by: ==)
    }

    func checkInvariants() {
        precondition(zip(members, members.dropFirst()).allSatisfy { $0.id < $1.id })
        precondition(zip(linked, linked.dropFirst()).allSatisfy { $0 < $1 })
        precondition(strangers.allSatisfy { self[$0.id] == nil })
    }
}

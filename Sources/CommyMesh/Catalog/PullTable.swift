internal import CommyBase

/// Remembers which owners were asked for, so that one gap is asked for once and not at each message
/// that shows it. A question that is not answered may be repeated after its timeout.
struct PullTable: Sendable, Equatable {
    private struct Pull: Sendable, Equatable {
        let owner: NodeID
        var expires: MeshInstant
    }
    /// Rising by owner, at most `limit`.
    private var pulls: [Pull] = []
    private let limit: Int
    private let timeout: Duration

    init(limit: Int, timeout: Duration) {
        self.limit = limit
        self.timeout = timeout
    }

    /// True when the question should be sent now.
    mutating func ask(_ owner: NodeID, at now: MeshInstant) -> Bool {
        let index = lowerBound(of: owner)
        if index < pulls.count, pulls[index].owner == owner {
            guard pulls[index].expires <= now else { return false }
            pulls[index].expires = now + timeout
            return true
        }
        if pulls.count == limit { pulls.removeAll { $0.expires <= now } }
        // Full of open questions: the next comparison finds the gap again.
        guard pulls.count < limit else { return false }
        pulls.insert(Pull(owner: owner, expires: now + timeout), at: lowerBound(of: owner))
        return true
    }

    mutating func answered(_ owner: NodeID) {
        let index = lowerBound(of: owner)
        if index < pulls.count, pulls[index].owner == owner { pulls.remove(at: index) }
    }

    private func lowerBound(of owner: NodeID) -> Int {
        var low = 0
        var high = pulls.count
        while low < high {
            let middle = (low + high) / 2
            if pulls[middle].owner < owner { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func checkInvariants() {
        precondition(pulls.count <= limit)
        precondition(zip(pulls, pulls.dropFirst()).allSatisfy { $0.owner < $1.owner })
    }
}

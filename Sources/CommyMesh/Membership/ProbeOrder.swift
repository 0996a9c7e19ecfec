internal import CommyBase

/// Goes round the members in a random order that is shuffled anew after each round, so that the
/// time between two visits of one member is bounded by two rounds (SWIM, section 4.3).
struct ProbeOrder: Sendable {
    private(set) var order: [NodeID] = []
    private var position = 0
    private var random: RandomStream

    init(key: RandomKey) { random = RandomStream(key: key) }

    /// A new member comes at a random place of the running round.
    mutating func insert(_ id: NodeID) {
        let place = random.below(order.count + 1)
        order.insert(id, at: place)
        if place < position { position += 1 }
    }

    mutating func remove(_ id: NodeID) {
        guard let place = order.firstIndex(of: id) else { return }
        order.remove(at: place)
        if place < position { position -= 1 }
    }

    /// The next member that is eligible; nil when a whole round has none.
    mutating func next(where isEligible: (NodeID) -> Bool) -> NodeID? {
        for _ in 0..<order.count {
            if position >= order.count { startRound() }
            let id = order[position]
            position += 1
            if isEligible(id) { return id }
        }
        return nil
    }

    private mutating func startRound() {
        position = 0
        random.permute(&order)
    }
}

extension RandomStream {
    /// A number in 0..<limit. (Lemire's multiplication without the rejection: the bias is below
    /// limit / 2^64.)
    mutating func below(_ limit: Int) -> Int {
        precondition(limit > 0)
        return Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// Fisher and Yates, written out because the standard library does not promise its order.
    mutating func permute<Element>(_ list: inout [Element]) {
        guard list.count > 1 else { return }
        for last in stride(from: list.count - 1, to: 0, by: -1) {
            list.swapAt(last, below(last + 1))
        }
    }
}

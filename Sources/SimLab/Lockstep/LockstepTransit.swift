internal import CommyBase
internal import SimModel

/// What the packet mover keeps beside each packet under a virtual clock.
struct LockstepTransit {
    var hold = SegmentHold()
    let trace: LockstepTrace
    /// By handle: what the model was told.
    private var facts: [PacketFacts?] = []
    /// Hosts whose kernels were given something since they were last read, in ascending order.
    private(set) var stirred: [Bool]
    private var reached: [Bool]

    init(trace: LockstepTrace, hostCount: Int) {
        self.trace = trace
        stirred = Array(repeating: false, count: hostCount)
        reached = stirred
    }

    mutating func note(_ packet: PacketFacts) {
        while facts.count <= Int(packet.handle) { facts.append(nil) }
        facts[Int(packet.handle)] = packet
    }

    func facts(of handle: UInt32) -> PacketFacts {
        guard Int(handle) < facts.count, let known = facts[Int(handle)] else {
            preconditionFailure("every packet under way was noted")
        }
        return known
    }

    mutating func stir(_ host: Int) { stirred[host] = true }
    /// Hosts that were given a packet since the last call.
    mutating func takeReached() -> [Int] {
        guard reached.contains(true) else { return [] }
        defer { for host in reached.indices { reached[host] = false } }
        return reached.indices.filter { reached[$0] }
    }

    /// A host's kernel was given a packet.
    mutating func reach(_ host: Int) {
        stirred[host] = true
        reached[host] = true
    }

    mutating func calm(_ host: Int) { stirred[host] = false }
}

internal import CommyBase
internal import SimModel

/// What the packet mover keeps beside each packet under a virtual clock.
struct LockstepTransit {
    var hold = SegmentHold()
    let trace: LockstepTrace
    /// By handle: what the model was told.
    private var facts: [PacketFacts?] = []
    /// By handle: which of its host's starts has sent it.
    private var bootOfHandle: [UInt32] = []
    /// By host: how often it has lost its power.
    private var boots: [UInt32]
    /// Hosts whose kernels were given something since they were last read, in ascending order.
    private(set) var stirred: [Bool]
    private var reached: [Bool]

    init(trace: LockstepTrace, hostCount: Int) {
        self.trace = trace
        stirred = Array(repeating: false, count: hostCount)
        reached = stirred
        boots = Array(repeating: 0, count: hostCount)
    }

    /// A host has lost its power: whatever its kernel had not brought over is forgotten.
    mutating func darken(_ host: Int) { boots[host] += 1 }

    /// True when the kernel that has sent a segment would still send it again.
    func isRemembered(_ handle: UInt32) -> Bool {
        bootOfHandle[Int(handle)] == boots[Int(facts(of: handle).source.value)]
    }

    mutating func note(_ packet: PacketFacts) {
        while facts.count <= Int(packet.handle) {
            facts.append(nil)
            bootOfHandle.append(0)
        }
        facts[Int(packet.handle)] = packet
        bootOfHandle[Int(packet.handle)] = boots[Int(packet.source.value)]
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

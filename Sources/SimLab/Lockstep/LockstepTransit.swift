internal import CommyBase
internal import SimModel

/// What the packet mover keeps beside each packet under a virtual clock.
struct LockstepTransit {
    var hold = SegmentHold()
    let trace: LockstepTrace
    /// By handle: what the model was told.
    private var facts: [PacketFacts?] = []
    /// By host: it may have sent something since the network has last settled, because a program
    /// has run there or because it was given a packet.
    private var isStirred: [Bool]
    /// True when one of them is.
    private(set) var isAnyStirred = false
    /// Hosts that were given a packet since the last call of `takeReached`.
    private var reached: [Bool]
    private var isAnyReached = false
    /// By host: it has no power.
    var isOff: [Bool]
    /// The host that is being read.
    private var source = 0
    /// The first host that has sent something without a reason.
    private var unsolicited: Int?
    /// Packets that hosts have sent, without those that were swallowed.
    private(set) var packetCount: UInt64 = 0

    init(trace: LockstepTrace, hostCount: Int) {
        self.trace = trace
        isStirred = Array(repeating: false, count: hostCount)
        reached = isStirred
        isOff = isStirred
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

    mutating func stir(_ host: Int) {
        isStirred[host] = true
        isAnyStirred = true
    }

    mutating func stirAll() {
        for host in isStirred.indices { isStirred[host] = true }
        isAnyStirred = true
    }

    /// Every device is empty: who sends from now on was stirred from now on.
    mutating func calm() {
        guard isAnyStirred else { return }
        for host in isStirred.indices { isStirred[host] = false }
        isAnyStirred = false
    }

    /// A host's kernel was given a packet.
    mutating func reach(_ host: Int) {
        stir(host)
        reached[host] = true
        isAnyReached = true
    }

    /// Hosts that were given a packet since the last call, in their order.
    mutating func takeReached(_ body: (Int) -> Void) {
        guard isAnyReached else { return }
        isAnyReached = false
        for host in reached.indices where reached[host] {
            reached[host] = false
            body(host)
        }
    }

    /// A host is about to be read.
    mutating func beganReading(_ host: Int) { source = host }

    /// A packet of the host that is being read, and no repetition.
    mutating func countPacket() {
        packetCount += 1
        if !isStirred[source] { unsolicited = unsolicited ?? source }
    }

    mutating func takeUnsolicited() -> Int? { unsolicited.take() }
}

public import CommyBase
internal import CommyWire

/// One participant of a mesh: membership, catalog, router, links, sessions and calls put together,
/// without any I/O. A daemon, a node inside a process, and a simulator run the same code.
///
/// **The drain rule**: after each input call `nextOutput()` until it says `.wait(until:)`; only
/// then
/// the next input. Call `advance(to:)` at that time at the latest. Time never goes backwards.
///
/// Every connection is untrusted: what a peer or process sends can end its own connection and
/// nothing else. Everything that can grow has a limit in `NodeLimits`, `LinkLimits` or the limits
/// of the parts.
public struct Node: ~Copyable, Sendable {
    /// A process that serves an instance of this node.
    struct LocalInstance: Sendable {
        var link: Int
        let service: ServiceName
        var isDraining = false
    }
    enum Stopping: Sendable, Equatable {
        case no
        /// Takes nothing new, waits for calls.
        case draining(until: MeshInstant)
        /// Has said farewell, waits for the connections to close.
        case leaving(until: MeshInstant)
        case stopped
    }

    public let configuration: NodeConfiguration
    public let id: NodeID
    let limits: NodeLimits
    var now: MeshInstant
    var stopping: Stopping = .no

    public internal(set) var membership: Membership
    public internal(set) var catalog: Catalog
    public internal(set) var router: Router
    public internal(set) var trust: TrustRotation
    var routing: RandomStream
    var jitter: RandomStream

    var links: [LinkSlot] = []
    var freeLinks: [UInt32] = []
    var dials: [Dial] = []
    var nextToken: UInt64 = 1
    /// Rising by id.
    var peers: [PeerMachine] = []
    var seeds = SeedList()
    var calls = CallTable()
    var instances: [UInt32: LocalInstance] = [:]
    /// Some peer was linked at least once in this life.
    var hasJoined = false

    var linkDeadlines = DeadlineHeap()
    var callDeadlines = DeadlineHeap()
    var peersDeadline = MeshInstant.never

    var outputs = Ring<NodeOutput>()
    /// Connections with bytes that the runtime was not told of.
    var transmits = Ring<UInt32>()
    /// Connections that moved parts of backlogs.
    var settling = Ring<UInt32>()
    var membershipIsDue = true
    var catalogIsDue = true
    var trustIsDue = true
    var peersAreDue = true
    var viewHasChanged = true
    var catalogHasChanged = true
    var promisedWait = MeshInstant.never

    public init(_ configuration: NodeConfiguration, at now: MeshInstant) {
        precondition(configuration.limits.areConsistent, "limits that contradict each other")
        precondition(configuration.addresses.count <= MemberRecord.addressLimit)
        self.configuration = configuration
        limits = configuration.limits
        id = configuration.id
        self.now = now
        let record = MemberRecord(
            name: configuration.name, zone: configuration.zone,
            addresses: configuration.addresses, incarnation: 1, life: configuration.life)
        let random = configuration.random.labelled("node").labelled(configuration.name.text)
            .numbered(configuration.life)
        membership = Membership(
            self: record, limits: configuration.limits.membership,
            random: random.labelled("membership"), at: now)
        catalog = Catalog(
            self: record, limits: configuration.limits.catalog,
            random: random.labelled("catalog"), at: now)
        router = Router(
            self: record.id, zone: configuration.zone, limits: configuration.limits.router)
        trust = TrustRotation(
            self: record.name, life: record.life, restored: configuration.trust,
            limits: configuration.limits.trust, random: random.labelled("trust"), at: now)
        routing = RandomStream(key: random.labelled("routing"))
        jitter = RandomStream(key: random.labelled("jitter"))
        seeds.add(configuration.seeds, at: now)
        seeds.found(id, at: configuration.addresses)
        note(
            .started(
                node: configuration.name, mesh: configuration.mesh, life: configuration.life))
        finish()
    }

    /// Time has passed.
    public mutating func advance(to now: MeshInstant) {
        begin(at: now)
        while let slot = callDeadlines.popDue(at: self.now) { deadlineReached(Int(slot)) }
        while let slot = linkDeadlines.popDue(at: self.now) { linkTimePassed(Int(slot)) }
        if membership.nextDeadline <= self.now {
            membership.advance(to: self.now)
            membershipIsDue = true
        }
        if catalog.nextDeadline <= self.now {
            catalog.advance(to: self.now)
            catalogIsDue = true
        }
        if trust.nextDeadline <= self.now {
            trust.advance(to: self.now)
            trustIsDue = true
        }
        if peersDeadline <= self.now { peersAreDue = true }
        stoppingTimePassed()
        finish()
    }

    public mutating func command(_ command: NodeCommand, at now: MeshInstant) {
        begin(at: now)
        switch command {
        case .listening(let addresses):
            let some = Array(addresses.prefix(MemberRecord.addressLimit))
            membership.moved(to: some, zone: configuration.zone, at: self.now)
            seeds.found(id, at: some)
            membershipIsDue = true
        case .join(let addresses): seeds.add(addresses, at: self.now)
        case .stop(let span): stop(within: span)
        case .certificateLoaded(let serial, let notAfter, let issuer):
            certificateLoaded(serial, notAfter, issuer)
        case .anchorsLoaded(let anchors):
            trust.bundleLoaded(anchors, at: self.now)
            judgeCertificates()
        case .anchorJudged(let state, let teller, let refusal):
            trust.anchorJudged(state, from: teller, refusal: refusal, at: self.now)
        case .wallClockRead(let seconds):
            trust.wallClockRead(seconds, at: self.now)
            judgeCertificates()
        }
        peersAreDue = true
        trustIsDue = true
        finish()
    }

    /// The next thing for the runtime to do.
    public mutating func nextOutput() -> NodeOutput {
        if let output = outputs.popFirst() { return output }
        while let slot = transmits.popFirst() {
            links[Int(slot)].isListed = false
            links[Int(slot)].announcedBytes = links[Int(slot)].machine.queuedBytes
            guard links[Int(slot)].phase != .free, !links[Int(slot)].machine.output.isEmpty
            else { continue }
            return .transmit(handle(Int(slot)))
        }
        // A deadline that lay in the past when it was set, such as a tick long after the last one,
        // is not one that is served late.
        promisedWait = max(nextDeadline, now)
        return .wait(until: promisedWait)
    }

    private var nextDeadline: MeshInstant {
        guard stopping != .stopped else { return .never }
        let parts = min(
            min(membership.nextDeadline, catalog.nextDeadline), trust.nextDeadline)
        let tables = min(linkDeadlines.first, callDeadlines.first)
        return min(min(parts, tables), min(peersDeadline, stoppingDeadline))
    }

    /// All bytes that wait to be sent on this connection; may be none.
    public func withOutgoing<Value, Failure: Error>(
        _ link: LinkHandle, _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let slot = slot(of: link) else {
            // A benign race with the end of the connection.
            let nothing: [UInt8] = []
            return try unsafe body(nothing.span.bytes)
        }
        return try links[slot].machine.output.withUnreadBytes(body)
    }

    /// The runtime has sent the first `count` of them.
    public mutating func consumed(_ count: Int, on link: LinkHandle, at now: MeshInstant) {
        begin(at: now)
        guard let slot = slot(of: link) else { return }
        links[slot].machine.consumed(count)
        // The runtime goes on until nothing is left, so it need not be told again.
        links[slot].announcedBytes = links[slot].machine.queuedBytes
        settleLater(slot)
        resumeSession(slot)
        finish()
    }

    mutating func note(_ event: NodeEvent) { outputs.append(.note(event)) }

    /// Notices when the process stood still: then the silence of others proves nothing.
    mutating func begin(at now: MeshInstant) {
        if promisedWait != .never, now > promisedWait + limits.link.stall {
            for slot in links.indices where links[slot].isLive {
                links[slot].machine.heartbeat.excused(at: now)
            }
            promisedWait = .never
        }
        self.now = max(self.now, now)
    }

    /// After each input.
    mutating func finish() {
        serveParts()
        noteViews()
        if stopping != .no { continueStopping() }
    }

    /// Lets the parts react to each other until all are quiet.
    mutating func serveParts() {
        while true {
            if let slot = settling.popFirst() {
                settle(Int(slot))
            } else if membershipIsDue {
                membershipIsDue = false
                serveMembership()
            } else if catalogIsDue {
                catalogIsDue = false
                serveCatalog()
            } else if trustIsDue {
                trustIsDue = false
                serveTrust()
            } else if peersAreDue {
                peersAreDue = false
                servePeers()
            } else {
                break
            }
        }
    }

    /// Uses a connection's machine, then sees to what that brought about: bytes to send, parts of
    /// backlogs that left, a peer that is too slow.
    @inline(__always)
    mutating func withMachine<Value>(
        _ slot: Int, _ body: (inout LinkMachine) -> Value
    ) -> Value {
        let value = body(&links[slot].machine)
        touched(slot)
        return value
    }

    mutating func touched(_ slot: Int) {
        if !links[slot].isListed,
            links[slot].machine.queuedBytes != links[slot].announcedBytes
        {
            links[slot].isListed = true
            transmits.append(UInt32(slot))
        }
        settleLater(slot)
    }

    private mutating func settleLater(_ slot: Int) {
        guard !links[slot].isSettling, links[slot].machine.needsSettling else { return }
        links[slot].isSettling = true
        settling.append(UInt32(slot))
    }

    /// For tests and simulators, after each step.
    public func checkInvariants() {
        if let rule = membership.checkInvariants() { preconditionFailure(rule) }
        catalog.checkInvariants()
        if let rule = trust.checkInvariants() { preconditionFailure(rule) }
        router.checkInvariants()
        calls.checkInvariants()
        linkDeadlines.checkInvariants()
        callDeadlines.checkInvariants()
        for peer in peers { peer.checkInvariants() }
        for slot in links.indices where links[slot].isLive {
            links[slot].machine.checkInvariants()
            checkBindings(slot)
        }
        for slot in calls.slots.indices where calls[slot].marks.contains(.isOpen) {
            checkCall(slot)
        }
    }
}

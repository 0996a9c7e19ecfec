import CommyBase
import CommyMesh
import CommyWire
import Testing

/// Many catalogs in one thread, under a virtual clock: links with delay, loss, repetition and
/// disorder; partitions; nodes that die and start anew. What membership would say is told by the
/// driver, to each node at a time of its own. All draws come from the seed.
///
/// Each message is encoded and decoded on its way, so that what is counted is what is sent.
struct CatalogMesh {
    struct Conditions {
        var delay = Duration.microseconds(200)...Duration.microseconds(400)
        /// Links keep the order of messages, as TCP does.
        var keepsOrder = true
        var loss = 0.0
        var repetition = 0.0
        /// How long a node needs to suspect a dead one, and to declare it dead.
        var suspicion = Duration.milliseconds(300)...Duration.milliseconds(900)
        var death = Duration.seconds(2)...Duration.seconds(5)
        var connecting = Duration.milliseconds(1)...Duration.milliseconds(20)
        var limits = CatalogLimits.standard
    }
    enum Event {
        case arrive(CatalogMessage, from: Int, to: Int, link: Int)
        case linkUp(Int, Int, link: Int)
        case linkDown(Int, Int)
        case member(at: Int, of: Int, MemberState, life: UInt64)
        /// Membership tells one node of another, whether they are linked or not.
        case introduce(at: Int, of: Int, life: UInt64)
        case wake(Int)
    }
    struct Node {
        var catalog: Catalog
        var record: MemberRecord
        var watcher: WatchReplay
        /// What this node's membership says of each other node.
        var view: [Int: (state: MemberState, life: UInt64)] = [:]
        /// Absences of instances that were deregistered.
        var buried: Set<InstanceID> = []
        var wakesAt = MeshInstant.never
    }
    var now = MeshInstant.zero
    var nodes: [Node?] = []
    var queue = MeshQueue<Event>()
    var conditions: Conditions
    var random: RandomStream
    /// Which side of a partition each node is on.
    var side: [Int] = []
    /// The number of the link between two nodes; another link has another one.
    var links: [Int?] = []
    var lastArrival: [MeshInstant] = []
    var lastLink = 0
    let count: Int
    /// What is registered now, whoever knows it.
    var truth: [InstanceID: CatalogEntry] = [:]
    var deregistered: Set<InstanceID> = []
    var messages = 0
    var bytes = 0
    var checksEachStep = true

    init(count: Int, seed: UInt64, conditions: Conditions = Conditions()) {
        self.count = count
        self.conditions = conditions
        random = RandomStream(key: RandomKey(seed: seed).labelled("catalog mesh"))
        nodes = Array(repeating: nil, count: count)
        side = Array(repeating: 0, count: count)
        links = Array(repeating: nil, count: count * count)
        lastArrival = Array(repeating: .zero, count: count * count)
    }

    static func name(_ index: Int) -> NodeName {
        guard let name = NodeName("node-\(index)") else { preconditionFailure("a good name") }
        return name
    }

    let ids: [NodeID: Int] = Dictionary(
        uniqueKeysWithValues: (0..<128).map { (NodeID(name($0)), $0) })
    func id(_ index: Int) -> NodeID { NodeID(Self.name(index)) }

    mutating func start(_ index: Int) {
        precondition(nodes[index] == nil)
        let record = MemberRecord(
            name: Self.name(index), zone: .unknown, addresses: [], incarnation: 0,
            life: random.next())
        var catalog = Catalog(
            self: record, limits: conditions.limits, random: RandomKey(seed: random.next()),
            at: now)
        let watcher = WatchReplay(&catalog, at: now, seed: random.next())
        nodes[index] = Node(catalog: catalog, record: record, watcher: watcher)
        drain(index)
        for other in 0..<count where other != index && nodes[other] != nil {
            connect(index, other)
            introduce(index, other)
            introduce(other, index)
        }
    }

    private mutating func introduce(_ at: Int, _ other: Int) {
        guard let life = nodes[other]?.record.life, side[at] == side[other] else { return }
        queue.add(
            .introduce(at: at, of: other, life: life), at: now + draw(conditions.connecting))
    }

    mutating func crash(_ index: Int) {
        guard let node = nodes[index] else { return }
        nodes[index] = nil
        truth = truth.filter { $0.key.node != node.record.id }
        for other in 0..<count where other != index {
            disconnect(index, other)
            guard nodes[other] != nil else { continue }
            let suspected = now + draw(conditions.suspicion)
            queue.add(
                .member(at: other, of: index, .suspect, life: node.record.life), at: suspected)
            queue.add(
                .member(at: other, of: index, .dead, life: node.record.life),
                at: suspected + draw(conditions.death))
        }
    }

    /// Cuts all links between the sides; each side comes to believe that the other is dead.
    mutating func partition(_ sides: [Int]) {
        side = sides
        for left in 0..<count {
            for right in 0..<left where sides[left] != sides[right] {
                disconnect(left, right)
                for (at, of) in [(left, right), (right, left)] {
                    guard nodes[at] != nil, let node = nodes[of] else { continue }
                    let suspected = now + draw(conditions.suspicion)
                    queue.add(
                        .member(at: at, of: of, .suspect, life: node.record.life), at: suspected)
                    queue.add(
                        .member(at: at, of: of, .dead, life: node.record.life),
                        at: suspected + draw(conditions.death))
                }
            }
        }
    }

    mutating func heal() {
        side = Array(repeating: 0, count: count)
        for left in 0..<count {
            for right in 0..<left where links[left * count + right] == nil {
                connect(left, right)
            }
        }
    }

    mutating func connect(_ left: Int, _ right: Int) {
        guard nodes[left] != nil, nodes[right] != nil, side[left] == side[right] else { return }
        lastLink += 1
        links[left * count + right] = lastLink
        links[right * count + left] = lastLink
        let at = now + draw(conditions.connecting)
        queue.add(.linkUp(left, right, link: lastLink), at: at)
        queue.add(.linkUp(right, left, link: lastLink), at: at + draw(conditions.delay))
    }

    mutating func disconnect(_ left: Int, _ right: Int) {
        guard links[left * count + right] != nil else { return }
        links[left * count + right] = nil
        links[right * count + left] = nil
        queue.add(.linkDown(left, right), at: now + draw(conditions.delay))
        queue.add(.linkDown(right, left), at: now + draw(conditions.delay))
    }

    @discardableResult
    mutating func register(_ index: Int, _ offer: ServiceOffer) throws -> InstanceID {
        guard let id = try nodes[index]?.catalog.register(offer, at: now) else {
            preconditionFailure("the node is not there")
        }
        drain(index)
        note(id, index)
        return id
    }

    mutating func change(_ index: Int, _ id: InstanceID, _ offer: ServiceOffer) throws {
        try nodes[index]?.catalog.update(id, to: offer, at: now)
        drain(index)
        note(id, index)
    }

    mutating func drainInstance(_ index: Int, _ id: InstanceID) throws {
        try nodes[index]?.catalog.drain(id, at: now)
        drain(index)
        note(id, index)
    }

    mutating func deregister(_ index: Int, _ id: InstanceID) throws {
        deregistered.insert(id)
        truth[id] = nil
        try nodes[index]?.catalog.deregister(id, at: now)
        drain(index)
    }

    private mutating func note(_ id: InstanceID, _ index: Int) {
        truth[id] = nodes[index]?.catalog.instance(id)?.entry
    }

    mutating func run(for span: Duration) { run(until: now + span) }

    mutating func run(until end: MeshInstant) {
        while queue.nextTime <= end, let (at, event) = queue.pop() {
            now = at
            handle(event)
        }
        now = end
    }

    /// Runs until all live nodes know the same and it is the truth; nil when it takes longer.
    mutating func timeToAgree(limit: Duration) -> Duration? {
        let begin = now
        // The node that was last to differ is asked first: most looks end there.
        var last = 0
        while true {
            if let differing = differing(from: last) {
                last = differing
            } else if isAgreed {
                return now - begin
            }
            guard queue.nextTime <= begin + limit, let (at, event) = queue.pop() else { return nil }
            now = at
            handle(event)
        }
    }

    /// A node whose view is not that of the first one, looked for from a place on.
    private func differing(from place: Int) -> Int? {
        guard let first = nodes.first(where: { $0 != nil })??.catalog.viewHash else { return nil }
        for step in 0..<count {
            let index = (place + step) % count
            if let node = nodes[index], node.catalog.viewHash != first { return index }
        }
        return nil
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .arrive(let message, let from, let to, let link):
            guard links[from * count + to] == link, nodes[to] != nil else { return }
            let sender = id(from)
            nodes[to]?.catalog.received(message, from: sender, at: now)
            drain(to)
        case .linkUp(let at, let peer, let link):
            guard links[at * count + peer] == link, let record = nodes[peer]?.record else { return }
            tell(at, of: peer, .alive, record)
            nodes[at]?.catalog.linkUp(record.id, at: now)
            drain(at)
        case .linkDown(let at, let peer):
            guard links[at * count + peer] == nil, nodes[at] != nil else { return }
            let peerID = id(peer)
            nodes[at]?.catalog.linkDown(peerID, at: now)
            drain(at)
        case .member(let at, let of, let state, let life):
            // Membership knows better by now: another life, or a link.
            guard let view = nodes[at]?.view[of], view.life == life, links[at * count + of] == nil
            else { return }
            tell(
                at, of: of, state,
                MemberRecord(
                    name: Self.name(of), zone: .unknown, addresses: [], incarnation: 0, life: life))
            drain(at)
        case .introduce(let at, let of, let life):
            guard let record = nodes[of]?.record, record.life == life, nodes[at] != nil,
                nodes[at]?.view[of]?.life != life
            else { return }
            tell(at, of: of, .alive, record)
            drain(at)
        case .wake(let index):
            guard let node = nodes[index], node.wakesAt == now else { return }
            nodes[index]?.catalog.advance(to: now)
            drain(index)
        }
    }

    private mutating func tell(
        _ at: Int, of other: Int, _ state: MemberState, _ record: MemberRecord
    ) {
        nodes[at]?.view[other] = (state, record.life)
        nodes[at]?.catalog.memberChanged(record.id, state, record, at: now)
        guard state == .dead, let catalog = nodes[at]?.catalog, checksEachStep else { return }
        for summary in catalog.serviceSummaries {
            for instance in catalog.instances(of: summary.service)
            where instance.id.node == record.id {
                #expect(instance.availability == .lost, "a dead node's instance can be routed to")
            }
        }
    }

    mutating func drain(_ index: Int) {
        guard var node = nodes[index] else { return }
        nodes[index] = nil
        while let output = node.catalog.nextOutput() {
            switch output {
            case .send(let message, let peer): send(message, index, ids[peer] ?? -1)
            case .broadcast(let message):
                for other in 0..<count where links[index * count + other] != nil {
                    send(message, index, other)
                }
            case .changed(.present(let instance)):
                #expect(!node.buried.contains(instance.id), "a deregistered instance is back")
            case .changed(.absent(let id, _)): checkAbsence(of: id, &node)
            case .watchReady(let watch): node.watcher.announced(watch)
            case .stale, .refuted: break
            }
        }
        if checksEachStep {
            node.watcher.read(&node.catalog, at: now)
            node.catalog.checkInvariants()
        }
        if node.catalog.nextDeadline != node.wakesAt {
            node.wakesAt = node.catalog.nextDeadline
            queue.add(.wake(index), at: max(node.wakesAt, now))
        }
        nodes[index] = node
    }

    private func checkAbsence(of id: InstanceID, _ node: inout Node) {
        if deregistered.contains(id) {
            node.buried.insert(id)
        } else if truth[id] != nil, let owner = ids[id.node], let view = node.view[owner] {
            #expect(
                view.state == .dead || view.life != nodes[owner]?.record.life,
                "an instance of a living node disappeared")
        }
    }

    private mutating func send(_ message: CatalogMessage, _ from: Int, _ to: Int) {
        guard let link = links[from * count + to] else { return }
        var writer = ByteWriter()
        message.encode(into: &writer)
        messages += 1
        bytes += writer.count
        guard let decoded = try? CatalogMessage(array: writer.bytes), decoded == message else {
            Issue.record("a message is not read as it was written: \(message)")
            return
        }
        #expect(writer.count < 65_536)
        if random.nextUnit() < conditions.loss { return }
        for _ in 0..<(random.nextUnit() < conditions.repetition ? 2 : 1) {
            var at = now + draw(conditions.delay)
            if conditions.keepsOrder {
                at = max(at, lastArrival[from * count + to])
                lastArrival[from * count + to] = at
            }
            queue.add(.arrive(decoded, from: from, to: to, link: link), at: at)
        }
    }

    mutating func draw(_ range: ClosedRange<Duration>) -> Duration {
        let span = (range.upperBound - range.lowerBound).nanoseconds
        return range.lowerBound + .nanoseconds(Int64(random.nextUnit() * Double(span)))
    }

    /// Whether all who live have one view, and it is what is registered.
    var isAgreed: Bool { hasOneView && nodes.allSatisfy(knowsTheTruth) }

    private var hasOneView: Bool {
        var hash: UInt64?
        for node in nodes {
            guard let node else { continue }
            let own = node.catalog.viewHash
            if own != hash ?? own { return false }
            hash = own
        }
        return true
    }

    private func knowsTheTruth(_ node: Node?) -> Bool {
        guard let node else { return true }
        let living = node.catalog.serviceSummaries.flatMap {
            node.catalog.instances(of: $0.service)
        }.filter { $0.availability == .ready || $0.availability == .draining }
        return living.count == truth.count && living.allSatisfy { truth[$0.id] == $0.entry }
    }
}

extension CatalogMessage {
    init(array: [UInt8]) throws(WireError) {
        self = try ByteReader.reading(array) { _, bytes throws(WireError) in
            try CatalogMessage(decoding: bytes)
        }
    }
}

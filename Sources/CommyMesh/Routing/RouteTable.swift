internal import CommyBase

/// What is known of the instances that calls can go to, laid out so that a pick reads few words and
/// allocates nothing.
///
/// Each service has one tier of candidates for each distance: on this node, then by how much of
/// the zone is shared. A candidate is an instance that is ready, has a weight, and whose node has a
/// link that is up; what differs from call to call (what was tried, capabilities, ejection) is the
/// filter's.
///
/// Invariants: a row is in the tier of its service and rank, at `place`, exactly while it is a
/// candidate; rows of a node are those that name it; free rows are in no list.
struct RouteTable: Sendable, Equatable {
    /// One instance: plain words only, so that reading it counts no references.
    struct Row: Sendable, Equatable {
        var instance: InstanceID
        var service: Int
        var node: Int
        var rank: Int
        var sharedDepth: UInt8
        var availability: Availability
        /// Its share of calls relative to others; 0 is never drawn.
        var weight: UInt16
        /// Calls that are not answered yet.
        var openCalls: Int32 = 0
        /// Its place in its tier; -1 while it is no candidate.
        var place = -1
        var ejectedUntil = MeshInstant(nanoseconds: .min)
        /// Of answered calls, smoothed as RFC 6298 does; nil before the first.
        var latency: Duration?
    }
    struct Node: Sendable, Equatable {
        var id: NodeID
        var link: LinkHealth
        var roundTrip = RouteDistance()
        var rows: [Int] = []
    }
    struct Service: Sendable, Equatable {
        var name: ServiceName
        /// All rows, candidates or not.
        var rows: [Int] = []
    }
    struct Tier: Sendable, Equatable {
        var rows: [Int] = []
        /// Moves with each change of `rows` or of their weights.
        var revision: UInt64 = 0
        /// Of the revision `drawRevision`; see `prepare`.
        var draw = WeightedDraw()
        var drawRevision: UInt64 = 0
    }

    /// On this node, then sharing all eight parts of the zone, then seven, ... none.
    static let ranks = 2 + Zone.depthLimit

    let node: NodeID
    let zone: Zone
    private(set) var rows: [Row] = []
    /// Beside the rows, because an offer holds references.
    private(set) var offers: [ServiceOffer?] = []
    private(set) var nodes: [Node] = []
    private(set) var services: [Service] = []
    /// `ranks` for each service.
    private(set) var tiers: [Tier] = []
    private var rowOf: [InstanceID: Int] = [:]
    private var nodeOf: [NodeID: Int] = [:]
    private var serviceOf: [ServiceName: Int] = [:]
    private var freeRows: [Int] = []
    private var freeNodes: [Int] = []
    private var freeServices: [Int] = []

    init(node: NodeID, zone: Zone) {
        self.node = node
        self.zone = zone
        nodes = [Node(id: node, link: .up)]
        nodeOf[node] = 0
    }

    func service(_ name: ServiceName) -> Int? { serviceOf[name] }
    func row(of instance: InstanceID) -> Int? { rowOf[instance] }
    func tier(_ rank: Int, of service: Int) -> Int { service * Self.ranks + rank }
    func candidateCount(in tier: Int) -> Int { tiers[tier].rows.count }
    func row(_ place: Int, in tier: Int) -> Int { tiers[tier].rows[place] }

    /// Makes the tier's draw fit its rows and weights; before picks.
    mutating func prepare(_ tier: Int) {
        guard tiers[tier].drawRevision != tiers[tier].revision else { return }
        tiers[tier].drawRevision = tiers[tier].revision
        var draw = WeightedDraw()
        swap(&draw, &tiers[tier].draw)
        draw.build(count: tiers[tier].rows.count) { rows[tiers[tier].rows[$0]].weight }
        swap(&draw, &tiers[tier].draw)
    }

    /// A random place in a tier that is prepared and not empty, by weight.
    func drawPlace(in tier: Int, _ random: inout RandomStream) -> Int {
        tiers[tier].draw.draw(&random)
    }

    /// Whether a call that was drawn for `first` should go to `other`.
    ///
    /// It should when `other`, with this call, has no more open calls for its weight than `first`
    /// has without it: so without load shares are those of the draw, and with load they are set
    /// right. For equal weights that is: fewer open calls. When neither is better by that and the
    /// weights are equal, a round trip that is clearly shorter decides; a share that somebody has
    /// set is not changed by distance.
    func isBetter(_ other: Int, than first: Int, _ limits: RouterLimits) -> Bool {
        if hasRoom(other, insteadOf: first) { return true }
        guard rows[first].weight == rows[other].weight, !hasRoom(first, insteadOf: other) else {
            return false
        }
        return nodes[rows[other].node].roundTrip.isShorter(
            than: nodes[rows[first].node].roundTrip, limits)
    }

    private func hasRoom(_ row: Int, insteadOf other: Int) -> Bool {
        (Int64(rows[row].openCalls) + 1) * Int64(rows[other].weight)
            <= Int64(rows[other].openCalls) * Int64(rows[row].weight)
    }

    /// Puts an instance in, or replaces what is known of it. Gives its service's number if it is a
    /// new service.
    mutating func set(_ instance: CatalogInstance) -> Int? {
        if let row = rowOf[instance.id], services[rows[row].service].name == instance.service {
            withdraw(row)
            offers[row] = instance.entry.offer
            rows[row].availability = instance.availability
            rows[row].weight = instance.entry.offer.weight
            place(row, at: instance.entry.offer.zone)
            offer(row)
            return nil
        }
        remove(instance.id)
        let (service, isNew) = takeService(instance.service)
        let node = takeNode(instance.id.node)
        let row = freeRows.popLast() ?? rows.count
        let content = Row(
            instance: instance.id, service: service, node: node, rank: 0, sharedDepth: 0,
            availability: instance.availability, weight: instance.entry.offer.weight)
        if row == rows.count {
            rows.append(content)
            offers.append(instance.entry.offer)
        } else {
            rows[row] = content
            offers[row] = instance.entry.offer
        }
        rowOf[instance.id] = row
        services[service].rows.append(row)
        nodes[node].rows.append(row)
        place(row, at: instance.entry.offer.zone)
        offer(row)
        return isNew ? service : nil
    }

    mutating func remove(_ instance: InstanceID) {
        guard let row = rowOf.removeValue(forKey: instance) else { return }
        withdraw(row)
        offers[row] = nil
        freeRows.append(row)
        let (service, node) = (rows[row].service, rows[row].node)
        services[service].rows.removeAll { $0 == row }
        if services[service].rows.isEmpty {
            serviceOf[services[service].name] = nil
            freeServices.append(service)
        }
        nodes[node].rows.removeAll { $0 == row }
        releaseNode(node)
    }

    mutating func setLink(_ id: NodeID, _ link: LinkHealth) {
        guard id != node else { return }
        if link == .down, nodeOf[id] == nil { return }
        let index = takeNode(id)
        if nodes[index].link != link {
            nodes[index].link = link
            for row in nodes[index].rows {
                withdraw(row)
                offer(row)
            }
        }
        releaseNode(index)
    }

    /// The smoothed round trip of the link with a node, after a measurement.
    mutating func measured(_ id: NodeID, _ roundTrip: Duration, _ limits: RouterLimits) {
        guard let index = nodeOf[id], index != 0 else { return }
        nodes[index].roundTrip.measured(roundTrip, limits)
    }

    mutating func update(_ row: Int, _ body: (inout Row) -> Void) {
        let before = rows[row]
        body(&rows[row])
        precondition(rows[row].place == before.place && rows[row].instance == before.instance)
    }

    private mutating func place(_ row: Int, at zone: Zone) {
        let shared = self.zone.sharedDepth(with: zone)
        let isLocal = rows[row].node == 0
        rows[row].sharedDepth = UInt8(shared)
        rows[row].rank = isLocal ? 0 : 1 + Zone.depthLimit - shared
    }

    func isCandidate(_ row: Int) -> Bool {
        rows[row].availability == .ready && nodes[rows[row].node].link == .up
            && rows[row].weight > 0
    }

    /// Makes the row a candidate if it can be one.
    private mutating func offer(_ row: Int) {
        guard isCandidate(row) else { return }
        let tier = tier(rows[row].rank, of: rows[row].service)
        rows[row].place = tiers[tier].rows.count
        tiers[tier].rows.append(row)
        tiers[tier].revision += 1
    }

    /// Takes the row out of the candidates; the last one of the tier gets its place.
    private mutating func withdraw(_ row: Int) {
        let place = rows[row].place
        guard place >= 0 else { return }
        let tier = tier(rows[row].rank, of: rows[row].service)
        tiers[tier].rows.swapAt(place, tiers[tier].rows.count - 1)
        tiers[tier].rows.removeLast()
        tiers[tier].revision += 1
        if place < tiers[tier].rows.count { rows[tiers[tier].rows[place]].place = place }
        rows[row].place = -1
    }

    private mutating func takeService(_ name: ServiceName) -> (Int, isNew: Bool) {
        if let service = serviceOf[name] { return (service, false) }
        let service = freeServices.popLast() ?? services.count
        if service == services.count {
            services.append(Service(name: name))
            for _ in 0..<Self.ranks { tiers.append(Tier()) }
        } else {
            services[service] = Service(name: name)
        }
        serviceOf[name] = service
        return (service, true)
    }

    private mutating func takeNode(_ id: NodeID) -> Int {
        if let index = nodeOf[id] { return index }
        let index = freeNodes.popLast() ?? nodes.count
        let content = Node(id: id, link: .down)
        if index == nodes.count { nodes.append(content) } else { nodes[index] = content }
        nodeOf[id] = index
        return index
    }

    /// A node without instances and without a link is not kept.
    private mutating func releaseNode(_ index: Int) {
        guard index != 0, nodes[index].rows.isEmpty, nodes[index].link == .down else { return }
        nodeOf[nodes[index].id] = nil
        freeNodes.append(index)
    }
}

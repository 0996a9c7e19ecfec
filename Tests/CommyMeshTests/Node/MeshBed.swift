import CommyBase
import CommyWire

@testable import CommyMesh

/// A whole mesh in one process under a virtual clock: real node cores and session clients, byte
/// pipes with latency between them, and faults. Every run with the same seed is the same run.
///
/// A pipe is what TCP and TLS give: ordered bytes in pieces of any size, a limited number of them
/// under way, held back while the path is cut, and an end that both sides learn of.
final class MeshBed {
    enum End: Equatable {
        case node(Int)
        case client(Int)
        case stranger(Int)
    }
    struct Side {
        var end: End
        var handle: LinkHandle?
        /// Bytes that this side has sent and the other has not got.
        var underWay = 0
        /// Held back by a cut, in order.
        var held: [[UInt8]] = []
        var lastArrival = MeshInstant.zero
        var isClosed = false
    }
    final class Pipe {
        var sides: [Side]
        let network: Int
        var isBroken = false
        init(_ first: Side, _ second: Side, network: Int) {
            sides = [first, second]
            self.network = network
        }
    }
    enum Event {
        case bytes(Int, to: Int, [UInt8])
        case end(Int, to: Int, TransportEnd)
        case accept(node: Int, from: Int, network: Int, DialToken, expected: NodeName?)
        case dialled(node: Int, DialToken, pipe: Int)
        case dialFailed(node: Int, DialToken)
        case refused(node: Int, DialToken)
        case closed(Int, side: Int)
        case script((MeshBed) -> Void)
    }
    struct Timed {
        var at: MeshInstant
        var order: Int
        var event: Event
    }

    final class Host {
        var node: Node
        let name: NodeName
        let networks: [Int]
        var wait = MeshInstant.never
        var isAlive = true
        var isPaused = false
        /// The whole machine is off: nothing answers, nothing is refused.
        var isDeadHost = false
        var missed: [Event] = []
        var hasStopped = false
        /// Dials that its node has asked for.
        var dialled = 0
        var pipeOf: [LinkHandle: Int] = [:]
        var cancelled: Set<DialToken> = []
        init(_ configuration: NodeConfiguration, networks: [Int], at now: MeshInstant) {
            name = configuration.name
            self.networks = networks
            node = Node(configuration, at: now)
        }
    }

    static let mesh = MeshName("test")!
    static let port: UInt16 = 7_400

    let key: RandomKey
    var draws: RandomStream
    var now = MeshInstant.zero
    var hosts: [Host] = []
    var clients: [BedClient] = []
    var pipes: [Pipe] = []
    var queue: [Timed] = []
    var nextOrder = 0
    var latency: Duration = .milliseconds(1)
    /// What a path between hosts carries in one direction; nil for any amount.
    var bytesPerSecond: Int?
    /// Bytes that may be under way in one direction: socket buffers.
    var socketBytes = 256 << 10
    /// How pieces are cut on their way: 0 leaves them whole, 1 makes single bytes, n up to n.
    var largestPiece = 0
    var checksInvariants = true
    /// Directed pairs of hosts, with the network (-1 for all), that are cut.
    var cuts: [(from: Int, to: Int, network: Int)] = []
    /// Every event line of every node.
    var transcript: [String] = []
    var events: [(at: MeshInstant, host: Int, event: NodeEvent)] = []
    var strangers: [BedStranger] = []
    /// How often each request was handed to a handler, anywhere.
    var executions: [CorrelationID: Int] = [:]

    /// The trust anchors in each host's files, and hosts whose files are not written for now.
    var bundles: [Int: [TrustAnchor]] = [:]
    var holdsFiles: Set<Int> = []

    /// The end and the issuer of each host's certificate; without an entry nobody judges it.
    var certificates: [Int: (end: Int64, issuer: Fingerprint)] = [:]
    /// The wall clock of TLS, in seconds since 1970. Nodes are told it by `tellWallClock`.
    var wall: Int64 = 0

    init(seed: UInt64) {
        key = RandomKey(seed: seed)
        draws = RandomStream(key: key.labelled("bed"))
    }

    @discardableResult
    func addHost(
        _ name: String, zone: String = "eu/a", networks: [Int] = [0], seeds: [String] = [],
        life: UInt64 = 1, notesCalls: Bool = true, _ change: (inout NodeLimits) -> Void = { _ in }
    ) -> Int {
        let index = hosts.count
        var limits = NodeLimits()
        change(&limits)
        let seedAddresses = seeds.compactMap { seed in
            hosts.firstIndex { $0.name.text == seed }.map { address($0, hosts[$0].networks[0]) }
        }
        let configuration = NodeConfiguration(
            mesh: Self.mesh, name: NodeName(name)!, zone: Zone(zone)!,
            addresses: networks.map { address(index, $0) }, seeds: seedAddresses, life: life,
            random: key, limits: limits, notesCalls: notesCalls)
        hosts.append(Host(configuration, networks: networks, at: now))
        drain(.node(index))
        return index
    }

    /// A new life of the node on this host, where the old one has ended.
    func restart(_ host: Int, seeds: [Int], life: UInt64) {
        let old = hosts[host]
        let configuration = NodeConfiguration(
            mesh: Self.mesh, name: old.name, zone: Zone("eu/a")!,
            addresses: old.networks.map { address(host, $0) },
            seeds: seeds.map { address($0, hosts[$0].networks[0]) }, life: life, random: key,
            notesCalls: true)
        hosts[host] = Host(configuration, networks: old.networks, at: now)
        drain(.node(host))
    }

    func address(_ host: Int, _ network: Int) -> NetworkAddress {
        NetworkAddress(
            host: .v4(10 << 24 | UInt32(network) << 16 | UInt32(host + 1)), port: Self.port)
    }

    /// A process on this host attaches to its node.
    @discardableResult
    func attach(
        _ host: Int, role: SessionConfiguration.Role = .program,
        _ change: (inout SessionLimits) -> Void = { _ in }
    ) -> BedClient {
        let index = clients.count
        var limits = SessionLimits()
        change(&limits)
        let client = BedClient(index, host, key.numbered(UInt64(index)), role, limits, at: now)
        clients.append(client)
        let credentials = SessionCredentials(
            processID: Int32(1_000 + index), userID: 0, groupID: 0)
        let handle = hosts[host].node.sessionOpened(credentials, at: now)
        let pipe = pipes.count
        pipes.append(
            Pipe(
                Side(end: .client(index)), Side(end: .node(host), handle: handle), network: -2))
        client.pipe = pipe
        hosts[host].pipeOf[handle] = pipe
        drain(.node(host))
        drain(.client(index))
        return client
    }

    func schedule(_ at: MeshInstant, _ event: Event) {
        let timed = Timed(at: at, order: nextOrder, event: event)
        nextOrder += 1
        var low = 0
        var high = queue.count
        // Latest first, so that the next one is the last.
        while low < high {
            let middle = (low + high) / 2
            if queue[middle].at > at { low = middle + 1 } else { high = middle }
        }
        queue.insert(timed, at: low)
    }

    func after(_ span: Duration, _ script: @escaping (MeshBed) -> Void) {
        schedule(now + span, .script(script))
    }

    func run(for span: Duration) { run(until: now + span) }

    func run(until end: MeshInstant) {
        while step(until: end) {}
        now = end
    }

    /// Runs until the condition holds; false when it does not within the span.
    func run(atMost span: Duration, until condition: (MeshBed) -> Bool) -> Bool {
        let end = now + span
        while !condition(self) {
            guard step(until: end) else { return condition(self) }
        }
        return true
    }

    private func step(until end: MeshInstant) -> Bool {
        var next = queue.last?.at ?? .never
        var due: End?
        for (index, host) in hosts.enumerated()
        where host.isAlive && !host.isPaused && host.wait < next {
            next = host.wait
            due = .node(index)
        }
        for client in clients where client.isAlive && client.wait < next {
            next = client.wait
            due = .client(client.index)
        }
        guard next <= end else { return false }
        now = max(now, next)
        switch due {
        case .node(let index):
            hosts[index].node.advance(to: now)
            drain(.node(index))
        case .client(let index):
            clients[index].client.advance(to: now)
            drain(.client(index))
        case .stranger, nil: perform(queue.removeLast().event)
        }
        return true
    }

    func lines(_ kind: String) -> [String] {
        transcript.filter { $0.contains("@commy \(kind) ") }
    }

    /// Whether all live hosts see exactly these members alive, with one view.
    func hasConverged(_ indices: [Int]) -> Bool {
        let hash = hosts[indices[0]].node.membership.viewHash
        let catalog = hosts[indices[0]].node.catalog.viewHash
        return indices.allSatisfy {
            hosts[$0].node.membership.aliveCount == indices.count
                && hosts[$0].node.membership.viewHash == hash
                && hosts[$0].node.catalog.viewHash == catalog
        }
    }
}

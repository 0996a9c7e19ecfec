internal import CLinux
public import CommyBase
internal import CommyLinux
internal import CommyMesh
public import CommyReactor
internal import CommyTLS

/// A running node: the mesh's `Node` on a reactor, with TLS to other nodes and Unix sockets to
/// local programs. One thread owns it.
///
/// It decides nothing: each event becomes one fact for the node, after which all that the node
/// wants is done (the drain rule).
@safe
public struct NodeRuntime: ~Copyable {
    /// Kinds of events.
    enum Kind {
        static let peerListener: UInt8 = 1
        static let programListener: UInt8 = 2
        static let connection: UInt8 = 3
        static let patience: UInt8 = 4
        /// A listener that was left alone for a moment is looked at again.
        static let listenersRested: UInt8 = 5
        /// The node is told the wall clock again.
        static let wallClock: UInt8 = 6
        /// Who reads the events has room again.
        static let events: UInt8 = 7
    }
    /// An attempt of the node to reach somebody.
    struct Dial {
        let token: DialToken
        let slot: Slot
    }

    var reactor: Reactor
    var node: Node
    var identity: NodeIdentity
    var connections: SlotTable<Connection>
    /// By the index of a link's handle.
    var places: [Slot?] = []
    var dials: [Dial] = []
    var sockets: NodeSockets
    let patience: Duration
    /// Plaintext on its way from a connection to the node.
    let buffer: UnsafeMutableRawBufferPointer
    /// Connections that had more to do than one turn allows (`Connection.isUnfinished`). They go on
    /// when every other one that is ready has had its turn; epoll does not tell of them, because
    /// what is left may lie in TLS.
    var unfinished: [Slot] = []
    /// Reads of one connection, and attempts to send on it, before others have their turn: at most
    /// 1 MiB read, about a millisecond. Tests take less.
    var turn = 16
    var events: EventOutput
    var journal = Journal()
    var hasStopped = false
    /// Accepted connections of nodes that TLS has not judged yet.
    var strangers = 0
    var isResting = false
    private var wasToldToStop = false
    /// The root of the own certificate, as the node was told last.
    var toldIssuer: Fingerprint?
    /// The last complaint about roots: a step that cannot be done is wanted again and again.
    var trustComplaint = ""

    static let bufferBytes = 65_536
    /// What a connection that is closed has to send what it holds (`NodeOutput.close`).
    static let closingPatience = Duration.seconds(1)
    /// What a node that is told to stop has to end its calls.
    static let stoppingPatience = Duration.seconds(10)

    /// Opens everything that the settings name; the node serves from here on, and `run` begins.
    public init(_ settings: NodeSettings, clock: LoopClock) throws(NodeError) {
        let identity = try NodeIdentity(settings)
        var sockets = try NodeSockets(settings, name: identity.name)
        let reactor = try NodeError.about { () throws(SystemError) in
            let reactor = try Reactor(clock: clock, takesSignals: true)
            try sockets.watch(reactor)
            return reactor
        }
        let configuration = NodeConfiguration(
            mesh: identity.mesh, name: identity.name, zone: settings.zone,
            addresses: sockets.addresses, seeds: settings.join, life: Self.life(clock),
            random: Self.random(clock), limits: settings.limits, notesCalls: settings.events,
            build: "commyd", trust: identity.record.state)
        node = Node(configuration, at: clock.now)
        connections = SlotTable(limit: settings.limits.links)
        patience = settings.limits.dialPatience
        unsafe buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
        events = EventOutput(isOn: settings.events, reactor)
        self.identity = identity
        self.sockets = sockets
        self.reactor = reactor
    }

    deinit { unsafe buffer.deallocate() }

    public var name: NodeName { identity.name }
    public var mesh: MeshName { identity.mesh }
    /// Where other nodes are told to dial.
    public var addresses: [NetworkAddress] { sockets.addresses }
    public var socketPath: String { sockets.programs.path }

    /// Other nodes may be found there too.
    public mutating func join(_ addresses: [NetworkAddress]) {
        _ = drain()
        node.command(.join(addresses), at: reactor.now)
    }

    /// Serves until the node has stopped.
    public mutating func run() throws(NodeError) {
        _ = drain()
        tellIdentity()
        wallClockCame()
        var until = drain()
        events.flush(reactor)
        while !hasStopped {
            let event = try nextEvent(until)
            switch event {
            case .ready(let token, let interest): serve(token, interest)
            case .timer(let token): timeCame(token)
            case .signal(let signal): heard(signal)
            case .woken: break
            case nil:
                node.advance(to: reactor.now)
                goOn()
            }
            until = drain()
            events.flush(reactor)
        }
        events.finish()
    }

    private mutating func nextEvent(_ until: MeshInstant) throws(NodeError) -> Reactor.Event? {
        // Whoever is not done yet does not let the thread sleep.
        let until = unfinished.isEmpty ? until : min(until, reactor.now)
        do throws(SystemError) { return try reactor.next(until: until) } catch {
            throw NodeError(error)
        }
    }

    private mutating func serve(_ token: EventToken, _ interest: Epoll.Interest) {
        switch token.kind {
        case Kind.peerListener: acceptPeers(token.slot)
        case Kind.programListener: acceptPrograms()
        case Kind.connection: serve(token.slot, interest)
        case Kind.events: events.ready(reactor)
        case let kind: preconditionFailure("no descriptor was added with the kind \(kind)")
        }
    }

    private mutating func timeCame(_ token: EventToken) {
        switch token.kind {
        case Kind.patience: givenUp(token.slot)
        case Kind.listenersRested: listenersRested()
        case Kind.wallClock: wallClockCame()
        case let kind: preconditionFailure("no timer was set with the kind \(kind)")
        }
    }

    private mutating func heard(_ signal: StopSignals.Signal) {
        switch signal {
        case .terminate, .interrupt:
            // Who asks twice does not want to wait.
            if wasToldToStop { hasStopped = true }
            wasToldToStop = true
            node.command(.stop(within: Self.stoppingPatience), at: reactor.now)
        case .hangUp: reload()
        }
    }
}

/// What makes this start of the node differ from others.
extension NodeRuntime {
    /// Each start has another number: the date of the start in nanoseconds.
    private static func life(_ clock: LoopClock) -> UInt64 {
        UInt64(bitPattern: clock.wallClock.nanosecondsSince1970)
    }

    private static func random(_ clock: LoopClock) -> RandomKey {
        if let key = clock.randomKey { return key }
        var system = SystemRandomNumberGenerator()
        return RandomKey(seed: system.next())
    }
}

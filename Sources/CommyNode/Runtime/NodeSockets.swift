internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor

/// Where a node is reached: its TCP listeners for other nodes, its Unix socket for the programs of
/// this host, and the lock by which it is the only node of its name here.
struct NodeSockets: ~Copyable {
    var peers: SlotTable<TCPListener>
    let programs: UnixListener
    /// Where others are told to dial: what was asked to be told, else where it listens.
    let addresses: [NetworkAddress]
    private let lock: FileLock

    static let listenerLimit = 64

    init(_ settings: NodeSettings, name: NodeName) throws(NodeError) {
        let folder = settings.runDirectory ?? RunDirectory.standard
        try NodeError.about { () throws(SystemError) in try RunDirectory.make(folder) }
        let lock = try Self.lock(name, folder)
        let path = RunDirectory.socket(of: name.text, in: folder)
        var peers = SlotTable<TCPListener>(limit: Self.listenerLimit)
        var bound: [NetworkAddress] = []
        for address in settings.listen {
            let listener = try Self.listener(on: address)
            let local = try NodeError.about { () throws(SystemError) in
                try listener.localAddress()
            }
            bound.append(local)
            _ = peers.insert(listener)
        }
        let programs = try NodeError.about { () throws(SystemError) in
            try UnixListener(on: path)
        }
        self.lock = lock
        self.programs = programs
        addresses = Array(
            (settings.advertise.isEmpty ? bound : settings.advertise)
                .prefix(MemberRecord.addressLimit))
        self.peers = peers
    }

    private static func lock(_ name: NodeName, _ folder: String) throws(NodeError) -> FileLock {
        let path = RunDirectory.lock(of: name.text, in: folder)
        let lock = try NodeError.about { () throws(SystemError) in try FileLock.take(path) }
        guard let lock else {
            let holder = (try? WholeFile.read(path)).map { String(decoding: $0, as: UTF8.self) }
            throw NodeError(
                "\(folder): a node '\(name)' runs here already, as process \(holder ?? "?"); give "
                    + "this one another --name, or another --run-dir", code: .nameTaken)
        }
        try NodeError.about { () throws(SystemError) in try lock.write("\(getpid())") }
        return lock
    }

    private static func listener(on address: NetworkAddress) throws(NodeError) -> TCPListener {
        do throws(SystemError) { return try TCPListener(on: address) } catch {
            let cure =
                switch error.number {
                case EADDRINUSE: "; another program listens there: give another --listen"
                case EADDRNOTAVAIL: "; no interface of this host has this address"
                case EACCES: "; ports below 1024 are not for everybody"
                case _: ""
                }
            throw NodeError("--listen: \(error)\(cure)")
        }
    }

    mutating func watch(_ reactor: borrowing Reactor) throws(SystemError) {
        try setInterest(.readable, reactor, isNew: true)
    }

    /// Has the reactor report clients again, or leave them waiting.
    mutating func rest(_ rests: Bool, _ reactor: borrowing Reactor) throws(SystemError) {
        try setInterest(rests ? [] : .readable, reactor, isNew: false)
    }

    private mutating func setInterest(
        _ interest: Epoll.Interest, _ reactor: borrowing Reactor, isNew: Bool
    ) throws(SystemError) {
        try Self.set(
            programs.descriptor.raw, interest,
            EventToken(kind: NodeRuntime.Kind.programListener), reactor, isNew)
        var next = peers.slot(from: 0)
        while let slot = next {
            let token = EventToken(kind: NodeRuntime.Kind.peerListener, slot: slot)
            let descriptor = peers.with(slot) { $0.descriptor.raw }
            if let descriptor { try Self.set(descriptor, interest, token, reactor, isNew) }
            next = peers.slot(from: slot.index + 1)
        }
    }

    private static func set(
        _ descriptor: Int32, _ interest: Epoll.Interest, _ token: EventToken,
        _ reactor: borrowing Reactor, _ isNew: Bool
    ) throws(SystemError) {
        if isNew {
            try reactor.add(descriptor, interest, token)
        } else {
            try reactor.change(descriptor, interest, token)
        }
    }
}

internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import Synchronization
internal import Testing

/// One node behind a real Unix socket, on a thread of its own; `stop` ends it.
///
/// It has no listener for other nodes: what it shows is one host. The rest is what a daemon runs.
final class TestNode: Sendable {
    let folder: TestFolder
    let name: String
    private let waker: Waker
    private let isStopped = Atomic(false)
    private let thread = Mutex<WorkerThread?>(nil)

    var path: String { "\(folder.path)/\(name).sock" }

    /// Serves when this returns. `life` differs between two nodes of one name.
    init(_ name: String = "here", in folder: TestFolder, life: UInt64 = 1) throws {
        self.folder = folder
        self.name = name
        let loop = try TestNodeLoop(
            name: try #require(NodeName(name)), path: "\(folder.path)/\(name).sock", life: life)
        waker = loop.waker
        let box = Mutex<TestNodeLoop?>(consume loop)
        let worker = try WorkerThread(name: "test-node") { [self] in
            do {
                var loop = box.withLock { $0.take() }
                try loop?.run { self.isStopped.load(ordering: .acquiring) }
            } catch {
                Issue.record("the node failed: \(error)")
            }
        }
        thread.withLock { $0 = worker }
    }

    /// As if it was killed: sessions end without a word.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        waker.wake()
        let worker = thread.withLock { $0.take() }
        worker?.join()
    }
}

/// The thread of a `TestNode`.
struct TestNodeLoop: ~Copyable {
    struct Client: ~Copyable {
        let socket: UnixSocket
        let link: LinkHandle
        var isBlocked = false
    }
    private static let listenerToken = EventToken(kind: 1)

    private var reactor: Reactor
    private var node: Node
    private let listener: UnixListener
    private var clients = SlotTable<Client>(limit: 1_024)
    private var slots: [LinkHandle: Slot] = [:]
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var deadline = MeshInstant.never

    var waker: Waker { reactor.waker }

    init(name: NodeName, path: String, life: UInt64) throws {
        let reactor = try Reactor(clock: .system(MonotonicClock()))
        let listener = try UnixListener(on: path)
        try reactor.add(listener.descriptor.raw, .readable, Self.listenerToken)
        let mesh = try #require(MeshName("test"))
        let key = RandomKey(seed: life)
        node = Node(
            NodeConfiguration(mesh: mesh, name: name, life: life, random: key), at: reactor.now)
        self.reactor = reactor
        self.listener = listener
    }

    mutating func run(_ isStopped: () -> Bool) throws {
        while !isStopped() {
            try drain()
            guard let event = try reactor.next(until: deadline) else {
                node.advance(to: reactor.now)
                continue
            }
            guard case .ready(let token, let interest) = event else { continue }
            if token == Self.listenerToken {
                try accept()
            } else if interest.contains(.writable), let link = clients.with(token.slot, { $0.link })
            {
                clients.with(token.slot) { $0.isBlocked = false }
                try transmit(link)
            } else {
                try read(token.slot)
            }
        }
    }

    private mutating func accept() throws {
        while let socket = try listener.accept() {
            let who = try socket.peerCredentials()
            let link = node.sessionOpened(
                SessionCredentials(
                    processID: who.processID, userID: who.userID, groupID: who.groupID),
                at: reactor.now)
            let raw = socket.descriptor.raw
            let slot = clients.insert(Client(socket: socket, link: link))
            slots[link] = slot
            try reactor.add(raw, .readable, EventToken(kind: 0, slot: slot))
            try drain()
        }
    }

    private mutating func read(_ slot: Slot) throws {
        guard let link = clients.with(slot, { $0.link }) else { return }
        var count: Int?
        do {
            count =
                try clients.with(slot) { client throws(SystemError) in
                    try client.socket.descriptor.read(into: &buffer)
                } ?? nil
        } catch {
            count = 0
        }
        guard let count else { return }
        if count == 0 {
            _ = clients.remove(slot)
            slots[link] = nil
            node.closed(link, .ended, at: reactor.now)
        } else {
            let (bytes, now) = (buffer, reactor.now)
            unsafe node.received(bytes.span.bytes.extracting(0..<count), on: link, at: now)
        }
    }

    private mutating func drain() throws {
        while true {
            switch node.nextOutput() {
            case .transmit(let link): try transmit(link)
            case .close(let link, _):
                try transmit(link)
                guard let slot = slots.removeValue(forKey: link) else { continue }
                _ = clients.remove(slot)
                node.closed(link, .ended, at: reactor.now)
            case .wait(let until):
                deadline = until
                return
            case .note, .dial, .cancelDial, .stopped: continue
            }
        }
    }

    private mutating func transmit(_ link: LinkHandle) throws {
        guard let slot = slots[link], clients.with(slot, { $0.isBlocked }) == false else { return }
        while true {
            let sent = node.withOutgoing(link) { bytes in
                unsafe bytes.withUnsafeBytes { bytes in
                    clients.with(slot) { unsafe try? $0.socket.send(bytes) ?? -1 } ?? 0
                }
            }
            guard let sent, sent != 0 else { return }
            if sent < 0 {
                clients.with(slot) { $0.isBlocked = true }
                let raw = clients.with(slot) { $0.socket.descriptor.raw }
                try reactor.change(
                    try #require(raw), [.readable, .writable], EventToken(kind: 0, slot: slot))
                return
            }
            node.consumed(sent, on: link, at: reactor.now)
        }
    }
}

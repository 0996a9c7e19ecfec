public import CommyBase
public import CommyLinux
public import CommyMesh
public import CommyReactor

/// Keeps a process attached to its node: `SessionClient` over the node's Unix socket, with offers
/// and watches that are renewed whenever the session has to begin anew. One thread uses it.
///
///     waiting --back-off over, connected--> open --session ends--> closing --bytes sent--> waiting
///        '------------------------- leave, or no second attempt wanted --------------------> over
///
/// The owner's loop: after `ready`, after commands and when `deadline` has come, it takes `next`
/// until that is nil; then it waits. Nothing here blocks.
///
/// Commands need an open session: without one they return nil, and nothing was sent.
public struct SessionConnection: ~Copyable {
    enum Phase {
        /// Not connected until then.
        case waiting(until: MeshInstant)
        case open
        /// The session is over; the rest of its bytes may go out until then.
        case closing(until: MeshInstant)
        case over
    }

    /// Whether the kernel takes bytes.
    private enum Outflow {
        case free
        /// It has no room; epoll tells when it has.
        case blocked
        /// It has room again; what waited is to be sent.
        case freed
        /// Nothing can be sent any more.
        case broken
    }

    /// The node's socket.
    public let path: String
    private let role: SessionConfiguration.Role
    private let limits: SessionLimits
    private let build: String
    private let token: UInt64
    private let reattaches: Bool
    private let random: RandomKey
    private var jitter: RandomStream
    private var backOff = BackOff()

    var phase = Phase.waiting(until: .longAgo)
    /// There is one in the phases `open` and `closing`.
    var client: SessionClient?
    private var socket: UnixSocket?
    /// How many sessions were begun; each draws its correlation ids from a stream of its own.
    private var attempts: UInt64 = 0
    private var isLeaving = false
    private var wasAttached = false
    private var reason = CommyError(.cancelled)

    private var buffer = [UInt8](repeating: 0, count: Self.readBytes)
    /// Reads that may still be made before the owner's other work has its turn; 0 when the socket
    /// has nothing or epoll will report it again.
    private var readBudget = 0
    private var outflow = Outflow.free
    /// When `next` has something to do though nothing has happened.
    public private(set) var deadline = MeshInstant.longAgo

    /// Rising by id.
    var standing: [Standing] = []
    var lastStanding: UInt32 = 0

    /// Bytes read at once, and reads before the owner's other work has its turn: at most 1 MiB.
    private static let readBytes = 64 << 10
    private static let readsPerTurn = 16
    /// Between attempts to attach: at first, and at most.
    private static let firstPause = Duration.milliseconds(50)
    private static let lastPause = Duration.seconds(1)
    /// How long the last bytes of a session may take.
    private static let closeWithin = Duration.seconds(1)

    /// Attaches at the first `next`. `token` is what `EventQueue` reports the socket with.
    /// `random` gives correlation ids and jitter; two processes of a mesh must not share it.
    /// Without `reattaches` the first failure ends it.
    public init(
        path: String, role: SessionConfiguration.Role = .program, random: RandomKey,
        limits: SessionLimits = SessionLimits(), build: String, token: UInt64,
        reattaches: Bool = true
    ) {
        self.path = path
        self.role = role
        self.limits = limits
        self.build = build
        self.token = token
        self.random = random
        self.reattaches = reattaches
        jitter = RandomStream(key: random.labelled("back-off"))
    }

    /// Whether commands are taken now, to be sent when the node has greeted.
    public var isOpen: Bool {
        guard case .open = phase, let client else { return false }
        return !client.isOver
    }

    /// There will be no other attempt, and `next` gives nothing more.
    public var isOver: Bool {
        if case .over = phase { true } else { false }
    }

    /// Epoll has reported the socket.
    public mutating func ready(_ interest: Epoll.Interest) {
        // An error or the end is found by reading.
        if interest != .writable { readBudget = Self.readsPerTurn }
        if interest.contains(.writable), outflow == .blocked { outflow = .freed }
    }

    /// The next thing that happened; nil when there is nothing until `ready`, a command or
    /// `deadline`.
    public mutating func next(on queue: borrowing EventQueue) -> SessionEvent? {
        while true {
            let now = queue.now
            switch phase {
            case .over:
                deadline = .never
                return nil
            case .waiting(let until):
                guard until <= now else {
                    deadline = until
                    return nil
                }
                if let event = connect(queue, at: now) { return event }
            case .closing(let until):
                flush(queue, at: now)
                guard outflow == .blocked, now < until else { return close(at: now) }
                deadline = until
                return nil
            case .open:
                let (event, isIdle) = drive(queue, at: now)
                if event != nil || isIdle { return event }
            }
        }
    }

    /// Ends politely: takes no new calls, lets those under way finish, then is over.
    public mutating func leave(at now: MeshInstant) {
        isLeaving = true
        switch phase {
        case .waiting: phase = .over
        case .open:
            client?.leave(at: now)
            deadline = now
        case .closing, .over: return
        }
    }

    /// Sets the time of `next` to now: a command has changed something.
    mutating func changed(at now: MeshInstant) { deadline = min(deadline, now) }

    private mutating func connect(
        _ queue: borrowing EventQueue, at now: MeshInstant
    ) -> SessionEvent? {
        do throws(SystemError) {
            let socket = try UnixSocket(connectingTo: path)
            try queue.add(socket.descriptor.raw, .readable, token: token)
            self.socket = consume socket
        } catch {
            pause(at: now)
            return .attachFailed(CommyError(.connectionRefused, error.description))
        }
        attempts += 1
        wasAttached = false
        outflow = .free
        readBudget = 0
        client = SessionClient(
            SessionConfiguration(
                role: role, random: random.numbered(attempts), limits: limits, build: build),
            at: now)
        phase = .open
        for place in standing.indices { ask(place, at: now) }
        return nil
    }

    /// One step of an open session; idle when nothing is left to do until `deadline`.
    private mutating func drive(
        _ queue: borrowing EventQueue, at now: MeshInstant
    ) -> (event: SessionEvent?, isIdle: Bool) {
        guard let output = client?.nextOutput() else { return (nil, true) }
        switch output {
        case .transmit: flush(queue, at: now)
        case .close: phase = .closing(until: now + Self.closeWithin)
        case .wait(let until):
            if outflow == .freed {
                flush(queue, at: now)
            } else if readBudget > 0 {
                read(at: now)
            } else if until <= now {
                client?.advance(to: now)
            } else {
                deadline = until
                return (nil, true)
            }
        case .attached(let node, let mesh):
            backOff.succeeded()
            wasAttached = true
            return (.attached(node: node, mesh: mesh), false)
        case .detached(let error): reason = error
        case .draining: return (.draining, false)
        case .registered, .done, .failed, .event, .rows: return (controlEvent(output, now), false)
        case .answered(let call, let answer): return (.answered(call, answer), false)
        case .sent(let call): return (.sent(call), false)
        case .callFailed(let call, let error, let delivered):
            return (.callFailed(call, error, delivered: delivered), false)
        case .request(let request): return (.request(request), false)
        case .requestCancelled(let id, let code): return (.requestCancelled(id, code), false)
        }
        return (nil, false)
    }

    private mutating func read(at now: MeshInstant) {
        readBudget -= 1
        // Lent to the client while it is read, so the two are apart for the compiler.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        defer { swap(&bytes, &buffer) }
        do throws(SystemError) {
            switch try socket?.descriptor.read(into: &bytes) ?? nil {
            case nil: readBudget = 0
            case 0:
                readBudget = 0
                client?.transportClosed(.ended, at: now)
            case let count?:
                // Less than asked for: what comes later is reported anew.
                if count < bytes.count { readBudget = 0 }
                unsafe client?.received(bytes.span.bytes.extracting(0..<count), at: now)
            }
        } catch {
            readBudget = 0
            client?.transportClosed(.reset, at: now)
        }
    }

    /// Sends what waits, as far as there is room.
    private mutating func flush(_ queue: borrowing EventQueue, at now: MeshInstant) {
        guard outflow == .free || outflow == .freed else { return }
        do throws(SystemError) {
            while let sent = try sendOnce() {
                if sent == 0 {
                    if outflow == .freed { try watch(.readable, queue) }
                    outflow = .free
                    return
                }
                client?.consumed(sent, at: now)
            }
            if outflow == .free { try watch([.readable, .writable], queue) }
            outflow = .blocked
        } catch {
            // What the node sent before it went is still to be read; the end comes behind it.
            outflow = .broken
            readBudget = Self.readsPerTurn
        }
    }

    /// Bytes that the kernel took; 0 when there are none to send, nil when it has no room.
    private func sendOnce() throws(SystemError) -> Int? {
        try client?.withOutgoing { bytes throws(SystemError) -> Int? in
            unsafe try bytes.withUnsafeBytes { bytes throws(SystemError) -> Int? in
                unsafe try socket?.send(bytes) ?? nil
            }
        } ?? nil
    }

    private func watch(
        _ interest: Epoll.Interest, _ queue: borrowing EventQueue
    ) throws(SystemError) {
        switch socket {
        case .some(let socket): try queue.change(socket.descriptor.raw, interest, token: token)
        case nil: return
        }
    }

    private mutating func close(at now: MeshInstant) -> SessionEvent {
        client = nil
        socket = nil
        for place in standing.indices {
            standing[place].request = nil
            standing[place].instance = nil
        }
        pause(at: now)
        return wasAttached ? .detached(reason) : .attachFailed(reason)
    }

    private mutating func pause(at now: MeshInstant) {
        guard reattaches, !isLeaving else {
            phase = .over
            return
        }
        let pause = backOff.failed(first: Self.firstPause, last: Self.lastPause, &jitter)
        phase = .waiting(until: now + pause)
    }
}

extension MeshInstant {
    /// Before everything: due at once.
    fileprivate static let longAgo = MeshInstant(nanoseconds: .min / 4)
}

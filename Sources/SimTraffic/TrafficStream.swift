internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// A connection of a source or of the echo server: TCP, with or without TLS on it.
///
/// The owner calls `ready` for each event of the descriptor, sends, reads until there is nothing
/// more, and calls `watch`. After an error it drops the value, which closes the connection.
struct TrafficStream: ~Copyable {
    // Just one of the two is there.
    private var plain: TCPSocket?
    private var secure: TLSStream?
    /// Of a plain one; a secure one knows by itself.
    private var isConnecting = false
    /// The node that must be at the other end, until it has shown that it is.
    private var expected: String?
    /// What the queue was asked for, of a plain one; nil before the first time.
    private var watched: Epoll.Interest?

    // Made once: without the optimiser a literal of a set takes memory from the heap.
    private static let inputEvents: Epoll.Interest = [.readable, .peerClosed, .hangUp, .error]
    private static let connectEvents: Epoll.Interest = [.writable, .hangUp, .error]
    private static let edges: Epoll.Interest = [.readable, .writable, .peerClosed, .edgeTriggered]

    /// Begins to connect. A certificate is judged as of `now`.
    init(
        connectingTo address: SocketAddress, _ security: StreamSecurity?, at now: WallInstant
    ) throws(StreamError) {
        do throws(SystemError) {
            if let security {
                secure = try TLSStream(connectingTo: address, security.context, at: now)
                expected = security.server
            } else {
                let socket = try TCPSocket(for: address)
                isConnecting = try !socket.connect(to: address)
                plain = consume socket
            }
        } catch {
            throw .system(error)
        }
        // Where it is connected already, no event would begin the handshake.
        try secure?.ready([])
    }

    /// Goes on with a client that was accepted.
    init(
        accepted socket: consuming TCPSocket, _ security: StreamSecurity?, at now: WallInstant
    ) throws(SystemError) {
        if let security {
            secure = try TLSStream(accepted: socket, security.context, at: now)
        } else {
            plain = consume socket
        }
    }

    var isSecure: Bool { mutating get { secure != nil } }

    /// Whether bytes can be sent: connected, and with TLS sure of the peer.
    var isOpen: Bool {
        mutating get { secure?.isEstablished ?? !isConnecting }
    }

    /// The descriptor's event.
    mutating func ready(_ interest: Epoll.Interest) throws(StreamError) {
        try secure?.ready(interest)
        try checkPeer()
        guard isConnecting, !interest.isDisjoint(with: Self.connectEvents) else { return }
        do throws(SystemError) {
            try plain?.finishConnect()
        } catch {
            throw .system(error)
        }
        isConnecting = false
    }

    /// Whether there may be something to read after this event. With TLS there may always be: what
    /// has come before is still being decrypted.
    mutating func mayRead(after interest: Epoll.Interest) -> Bool {
        secure != nil || !interest.isDisjoint(with: Self.inputEvents)
    }

    /// True when an idle connection has become useless: it has ended, or says what nobody asked.
    /// `scratch` is overwritten.
    mutating func isUseless(
        after interest: Epoll.Interest, scratch: inout [UInt8]
    ) -> Bool {
        guard secure != nil else { return !interest.isDisjoint(with: Self.inputEvents) }
        do throws(StreamError) {
            try secure?.ready(interest)
            // The session's own messages, such as tickets, are nobody's answer.
            return try read(into: &scratch) != nil
        } catch {
            return true
        }
    }

    /// Bytes read, 0 at the end, nil when there are none yet.
    mutating func read(into buffer: inout [UInt8]) throws(StreamError) -> Int? {
        if isConnecting { return nil }
        guard secure != nil else {
            do throws(SystemError) {
                return try plain?.read(into: &buffer) ?? nil
            } catch {
                throw .system(error)
            }
        }
        var bytes = buffer.mutableSpan
        let outcome = unsafe try bytes.withUnsafeMutableBytes { (bytes) throws(StreamError) in
            unsafe try secure?.read(into: bytes) ?? .waiting
        }
        try checkPeer()
        switch outcome {
        case .bytes(let count): return count
        case .waiting: return nil
        case .ended: return 0
        }
    }

    /// Sends from `offset` on as much as fits; nil when nothing does now.
    mutating func send(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int? {
        if isConnecting { return nil }
        if secure != nil {
            let rest = unsafe bytes.span.bytes.extracting(offset..<bytes.count)
            let sent = try secure?.send(rest) ?? 0
            return sent == 0 ? nil : sent
        }
        do throws(SystemError) {
            return try plain?.send(bytes, from: offset) ?? nil
        } catch {
            throw .system(error)
        }
    }

    /// Says that nothing more is sent, in the words of TLS where that is spoken.
    mutating func finish() { secure?.finish() }

    /// True when nothing is left to do after `finish`: at once without TLS, else when its last
    /// words are on their way.
    var isDone: Bool { mutating get { secure?.isDone ?? true } }

    /// Refuses a server that is another node than was asked for, before anything is sent to it.
    private mutating func checkPeer() throws(StreamError) {
        guard let expected, let peer = secure?.peer else { return }
        guard peer.node == expected else {
            throw .tls(.refused(.unsuitable("it is \(peer), not \(expected)")))
        }
        self.expected = nil
    }
}

extension TrafficStream {
    /// Has `queue` report under `token` whatever changes; for an owner that goes on until nothing
    /// moves. Call it after each round.
    mutating func watchChanges(
        _ queue: borrowing EventQueue, token: UInt64
    ) throws(StreamError) {
        do throws(SystemError) {
            if secure != nil { return try secure?.watch(queue, token: token) ?? () }
            guard watched == nil, let raw = plain?.descriptor.raw else { return }
            try queue.add(raw, Self.edges, token: token)
            watched = Self.edges
        } catch {
            throw .system(error)
        }
    }

    /// Has `queue` report under `token` when there is something to read, or room to send while
    /// `isBlocked`. Call it after each round.
    mutating func watchOne(
        _ queue: borrowing EventQueue, token: UInt64, isBlocked: Bool
    ) throws(StreamError) {
        do throws(SystemError) {
            if secure != nil { return try secure?.watch(queue, token: token) ?? () }
            let interest: Epoll.Interest = isBlocked ? .writable : .readable
            guard let raw = plain?.descriptor.raw, interest != watched else { return }
            if watched == nil {
                try queue.add(raw, interest, token: token)
            } else {
                try queue.change(raw, interest, token: token)
            }
            watched = interest
        } catch {
            throw .system(error)
        }
    }
}

extension TrafficResult {
    /// A side that does not accept the other's certificate refuses, as one without a listener does.
    init(_ error: StreamError) {
        switch error {
        case .system(let error): self.init(error)
        case .tls(.refused), .tls(.refusedByPeer): self = .refused
        case .tls(.truncated): self = .reset
        case .tls(.violation): self = .malformed
        }
    }
}

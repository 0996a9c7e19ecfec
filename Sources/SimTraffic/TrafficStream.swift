internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// A connection of a source or of the echo server: TCP, with or without TLS on it.
struct TrafficStream: ~Copyable {
    // Just one of the two is there.
    private var plain: TCPSocket?
    private var secure: TLSStream?
    private var isConnecting = false
    /// What the queue was asked for, of a plain one; nil before the first time.
    private var watched: Epoll.Interest?

    private static let inputEvents: Epoll.Interest = [.readable, .peerClosed, .hangUp, .error]
    private static let connectEvents: Epoll.Interest = [.writable, .hangUp, .error]

    /// Begins to connect.
    init(
        connectingTo address: SocketAddress, _ context: TLSContext?, at now: WallInstant
    ) throws(SystemError) {
        if let context {
            secure = try TLSStream(connectingTo: address, context, at: now)
        } else {
            let socket = try TCPSocket(for: address)
            isConnecting = try !socket.connect(to: address)
            plain = consume socket
        }
    }

    /// Goes on with a client that was accepted.
    init(
        accepted socket: consuming TCPSocket, _ context: TLSContext?, at now: WallInstant
    ) throws(SystemError) {
        if let context {
            secure = try TLSStream(accepted: socket, context, at: now)
        } else {
            plain = consume socket
        }
    }

    /// The descriptor's event.
    mutating func ready(_ interest: Epoll.Interest) throws(StreamError) {
        try secure?.ready(interest)
        guard isConnecting, !interest.isDisjoint(with: Self.connectEvents) else { return }
        try system { (socket) throws(SystemError) in try socket.finishConnect() }
        isConnecting = false
    }

    /// True when an idle connection has become useless: it has ended, or says what nobody asked.
    static func isEnd(_ interest: Epoll.Interest) -> Bool {
        !interest.isDisjoint(with: inputEvents)
    }

    /// Bytes read, 0 at the end, nil when there are none yet.
    mutating func read(into buffer: inout [UInt8]) throws(StreamError) -> Int? {
        if isConnecting { return nil }
        guard secure != nil else { return try readPlain(into: &buffer) }
        var bytes = buffer.mutableSpan
        let outcome = unsafe try bytes.withUnsafeMutableBytes { (bytes) throws(StreamError) in
            unsafe try secure?.read(into: bytes) ?? .waiting
        }
        switch outcome {
        case .bytes(let count): return count
        case .waiting: return nil
        case .ended: return 0
        }
    }

    private func readPlain(into buffer: inout [UInt8]) throws(StreamError) -> Int? {
        do throws(SystemError) {
            return try plain?.read(into: &buffer) ?? nil
        } catch {
            throw .system(error)
        }
    }

    /// Sends from `offset` on as much as fits; nil when nothing does now.
    mutating func send(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Int? {
        if isConnecting { return nil }
        let rest = unsafe bytes.span.bytes.extracting(offset..<bytes.count)
        if let count = try secure?.send(rest) { return count == 0 ? nil : count }
        do throws(SystemError) {
            return try plain?.send(bytes, from: offset) ?? nil
        } catch {
            throw .system(error)
        }
    }

    /// Has `queue` report under `token` what is to be waited for: with TLS what that needs, else
    /// what the caller wants.
    mutating func watch(
        _ queue: borrowing EventQueue, token: UInt64, reads: Bool = true, writes: Bool = false
    ) throws(StreamError) {
        do throws(SystemError) {
            if secure != nil {
                try secure?.watch(queue, token: token)
                return
            }
            var interest = Epoll.Interest(rawValue: 0)
            if isConnecting || writes { interest.insert(.writable) }
            if reads && !isConnecting { interest.formUnion([.readable, .peerClosed]) }
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

    /// Says that nothing more is sent, in the words of TLS where that is spoken.
    mutating func finish() { secure?.finish() }

    /// True when both sides have ended a TLS session in good order.
    var isDone: Bool { secure?.isDone ?? false }
    var isSecure: Bool { secure != nil }

    private func system(
        _ body: (borrowing TCPSocket) throws(SystemError) -> Void
    ) throws(StreamError) {
        do throws(SystemError) {
            guard plain != nil else { return }
            try body(plain!)
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

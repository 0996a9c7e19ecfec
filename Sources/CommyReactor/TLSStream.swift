public import CommyBase
public import CommyLinux
public import CommyTLS

/// A TCP connection with a TLS session on it, the same for client and server.
///
///     connecting --writable--> handshaking --certificates good--> open --finish--> finishing
///         '----------------------- any StreamError: drop it ------------------------'
///
/// The owner calls `ready` for each event of its descriptor, then `read` until it says `.waiting`,
/// then `watch`. After an error, or once `isDone`, it drops the value, which closes the socket.
/// Nothing is allocated after the handshake but by OpenSSL 3.0: four small pieces a written record.
///
/// Ciphertext is kept in two rings of fixed size (see `TLSSession`): a peer that does not read
/// fills the one and `send` takes no more; an owner that does not read fills the other and the
/// peer has to wait.
///
/// `commy bench reactor` compares this with an OpenSSL that owns the socket (SSL_set_fd), in the
/// same loop (reports/baseline/reactor.txt). As OpenSSL does it by default, with two reads a
/// record, that is slower: rings do 1.03 to 1.13 times as many echoes. Told to read ahead it is
/// not: rings are equal for single messages and for 16 KiB, within 4 % of processor time, and
/// reach 0.84 of its rate with 32 small messages under way. Speed is no reason for the rings; they
/// are here for what `TLSSession` says.
public struct TLSStream: ~Copyable {
    /// What `read` has found.
    public enum Outcome: Sendable, Equatable {
        /// So many bytes of plaintext; never 0.
        case bytes(Int)
        /// Nothing until the next event.
        case waiting
        /// The peer sends nothing more; this side may.
        case ended
    }

    // Made once: without the optimiser a literal of a set takes memory from the heap.
    private static let connectEvents: Epoll.Interest = [.writable, .error, .hangUp]
    private static let inputEvents: Epoll.Interest = [.readable, .peerClosed, .error, .hangUp]

    private let socket: TCPSocket
    private var session: TLSSession
    private var isConnecting: Bool
    /// The socket may have more to read: it has said so, and was not read empty.
    private var mayRead = false
    private var inputHasEnded = false
    /// Why the connection is broken. It is told once all that the peer has sent is read, as its
    /// alert may be among that.
    private var failure: SystemError?
    private var isFinishing = false
    private var hasSentClose = false
    private var hasSentEnd = false
    /// What the reactor was asked for; nil before the first time.
    private var watched: Epoll.Interest?

    /// Begins to connect. The peer's certificate is judged as of `now`.
    public init(
        connectingTo address: SocketAddress, _ context: TLSContext, at now: WallInstant,
        ringBytes: Int = 33_280
    ) throws(SystemError) {
        let socket = try TCPSocket(for: address)
        isConnecting = try !socket.connect(to: address)
        self.socket = socket
        session = TLSSession(context, .client, at: now, ringBytes: ringBytes)
    }

    /// Goes on with a client that was accepted.
    public init(
        accepted socket: consuming TCPSocket, _ context: TLSContext, at now: WallInstant,
        ringBytes: Int = 33_280
    ) throws(SystemError) {
        try socket.sendAtOnce()
        self.socket = socket
        isConnecting = false
        session = TLSSession(context, .server, at: now, ringBytes: ringBytes)
    }

    /// Valid as long as this value lives.
    public var descriptor: Int32 { socket.descriptor.raw }
    public var isEstablished: Bool { session.state == .established || session.state == .ended }
    /// Who is at the other end; known once established.
    public var peer: SpiffeID? { session.peer }
    /// The peer's certificate; known once established.
    public var peerFacts: CertificateFacts? { session.peerFacts }
    /// Encrypted and not yet sent, in bytes.
    public var backlog: Int { session.outputByteCount }

    public func localAddress() throws(SystemError) -> SocketAddress { try socket.localAddress() }
    public func peerAddress() throws(SystemError) -> SocketAddress { try socket.peerAddress() }

    /// Both sides have said that they send nothing more, and all is sent.
    public var isDone: Bool { session.state == .ended && hasSentEnd }

    /// What to wait for now.
    public var interest: Epoll.Interest {
        mutating get {
            if isConnecting { return .writable }
            var interest = Epoll.Interest(rawValue: 0)
            let room = unsafe session.inputSpace.count
            if !inputHasEnded && room > 0 { interest.insert(.readable) }
            if session.outputByteCount > 0 && failure == nil { interest.insert(.writable) }
            return interest
        }
    }

    /// Has `reactor` report under `token` what this stream waits for now. Call it when the stream
    /// is new, and after each round of `ready`, `read`, `send` or `finish`; it costs nothing while
    /// the answer stays the same.
    public mutating func watch(
        _ reactor: borrowing Reactor, _ token: EventToken
    ) throws(SystemError) {
        try watch(reactor.queue, token: token.rawValue)
    }

    /// The same for an owner that has a bare queue.
    public mutating func watch(
        _ queue: borrowing EventQueue, token: UInt64
    ) throws(SystemError) {
        let interest = self.interest
        switch watched {
        case nil: try queue.add(descriptor, interest, token: token)
        case interest: return
        case _: try queue.change(descriptor, interest, token: token)
        }
        watched = interest
    }

    /// Closing will reset the connection instead of ending it.
    public func resetOnClose() throws(SystemError) { try socket.resetOnClose() }
}

extension TLSStream {
    /// The descriptor's event: takes in and sends what the kernel allows. Then `read`.
    public mutating func ready(_ interest: Epoll.Interest) throws(StreamError) {
        if isConnecting {
            guard !interest.isDisjoint(with: Self.connectEvents) else { return }
            try system { (socket) throws(SystemError) in try socket.finishConnect() }
            isConnecting = false
        }
        if !interest.isDisjoint(with: Self.inputEvents) { mayRead = true }
        try advance()
    }

    /// Decrypts into `buffer`, which must have room. The handshake goes on here too: an owner that
    /// expects no bytes yet calls it all the same.
    public mutating func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(StreamError) -> Outcome {
        while true {
            if isConnecting { return .waiting }
            let outcome: TLSSession.Outcome
            do throws(TLSError) {
                outcome = unsafe try session.read(into: buffer)
            } catch {
                throw failed(error)
            }
            switch outcome {
            case .bytes(let count): return .bytes(count)
            case .ended: return .ended
            case .needsInput:
                let isMore = fill()
                flush()
                if isMore { continue }
                if let failure, !mayRead { throw .system(failure) }
                return .waiting
            case .needsOutput:
                let before = session.outputByteCount
                flush()
                if session.outputByteCount == before { return .waiting }
            }
        }
    }

    /// Appends plaintext to `buffer`, like the `read` into raw memory.
    public mutating func read(into buffer: inout OutputRawSpan) throws(StreamError) -> Outcome {
        unsafe try buffer.withUnsafeMutableBytes { (bytes, count) throws(StreamError) in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
            let outcome = unsafe try read(into: room)
            if case .bytes(let read) = outcome { count += read }
            return outcome
        }
    }

    /// Encrypts and sends from the front of `bytes` as much as there is room for, and returns how
    /// much: the rest is the caller's to keep until the stream is writable. 0 while the handshake
    /// lasts.
    public mutating func send(_ bytes: RawSpan) throws(StreamError) -> Int {
        unsafe try bytes.withUnsafeBytes { (bytes) throws(StreamError) in
            unsafe try send(bytes)
        }
    }

    /// Like the `send` of a span.
    public mutating func send(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int {
        precondition(!isFinishing, "nothing is sent after finish")
        guard isEstablished, failure == nil else { return 0 }
        var taken = 0
        while taken < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[taken...])
            let count: Int
            do throws(TLSError) {
                count = unsafe try session.write(rest)
            } catch {
                throw failed(error)
            }
            let before = session.outputByteCount
            flush()
            taken += count
            if count == 0 && session.outputByteCount == before { break }
        }
        return taken
    }

    /// This side sends nothing more: close-notify, then the end of the TCP stream, as soon as what
    /// was sent before is gone. The other direction goes on. Go on with `ready` and `watch`.
    public mutating func finish() {
        isFinishing = true
        flush()
    }
}

extension TLSStream {
    /// Takes a step in every direction that is open, without handing out plaintext.
    private mutating func advance() throws(StreamError) {
        _ = fill()
        if session.state == .handshaking {
            do throws(TLSError) {
                _ = try session.handshake()
            } catch {
                throw failed(error)
            }
        }
        flush()
    }

    /// Reads the socket into the ring: true when ciphertext or the end has come.
    private mutating func fill() -> Bool {
        guard mayRead && !inputHasEnded else { return false }
        let room = unsafe session.inputSpace.count
        guard room > 0 else { return false }
        let result: Int?
        do throws(SystemError) {
            result = unsafe try socket.read(into: session.inputSpace)
        } catch {
            failure = failure ?? error
            mayRead = false
            inputHasEnded = true
            return false
        }
        guard let count = result else {
            mayRead = false
            return false
        }
        if count == 0 {
            mayRead = false
            inputHasEnded = true
            session.inputEnded()
            return true
        }
        // A short read has emptied the socket; epoll tells when there is more.
        if count < room { mayRead = false }
        session.received(count)
        return true
    }

    /// Sends ciphertext as far as the kernel takes it, and what `finish` has asked for.
    private mutating func flush() {
        if isFinishing && !hasSentClose { hasSentClose = session.close() }
        guard failure == nil && !isConnecting else { return }
        do throws(SystemError) {
            while session.outputByteCount > 0 {
                guard let sent = unsafe try socket.send(session.output) else { return }
                session.sent(sent)
                if isFinishing && !hasSentClose { hasSentClose = session.close() }
            }
            if hasSentClose && !hasSentEnd {
                hasSentEnd = true
                try socket.shutdownWrite()
            }
        } catch {
            failure = error
            // Whatever the peer had to say before it went is still to be read.
            mayRead = true
        }
    }

    /// Gives the peer the alert, if there is one, before the owner drops the stream.
    private mutating func failed(_ error: TLSError) -> StreamError {
        flush()
        // A stream that just stopped after a failed send is told by that failure.
        if error == .truncated, let failure { return .system(failure) }
        return .tls(error)
    }

    private func system(
        _ body: (borrowing TCPSocket) throws(SystemError) -> Void
    ) throws(StreamError) {
        do throws(SystemError) {
            try body(socket)
        } catch {
            throw .system(error)
        }
    }
}

internal import COpenSSL
internal import CommyLinux
internal import CommyReactor
internal import CommyTLS

/// The other way: OpenSSL owns the socket (SSL_set_fd), and reads and writes it by itself.
@safe
struct SocketTLSStream: MeasuredStream, ~Copyable {
    private let socket: TCPSocket
    /// Keeps the pointer below alive.
    private let context: Context
    private let session: OpaquePointer
    private var isConnecting: Bool
    private var isFull = false
    private var watched = WatchedInterest()
    private(set) var isEstablished = false

    static func connecting(
        to address: SocketAddress, _ setUp: Context
    ) throws -> SocketTLSStream {
        let socket = try TCPSocket(for: address)
        let isConnecting = try !socket.connect(to: address)
        return try SocketTLSStream(socket, isConnecting, setUp, isClient: true)
    }

    static func accepted(
        _ socket: consuming TCPSocket, _ setUp: Context
    ) throws -> SocketTLSStream {
        try socket.sendAtOnce()
        return try SocketTLSStream(socket, false, setUp, isClient: false)
    }

    private init(
        _ socket: consuming TCPSocket, _ isConnecting: Bool, _ context: Context, isClient: Bool
    ) throws {
        guard let session = unsafe SSL_new(context.pointer) else {
            preconditionFailure("out of memory")
        }
        let result = unsafe SSL_set_fd(session, socket.descriptor.raw)
        precondition(result == 1, "out of memory")
        if isClient {
            unsafe SSL_set_connect_state(session)
        } else {
            unsafe SSL_set_accept_state(session)
        }
        if context.readsAhead {
            unsafe SSL_set_read_ahead(session, 1)
            unsafe SSL_set_default_read_buffer_len(session, Context.readAheadBytes)
        }
        self.socket = socket
        self.context = context
        self.isConnecting = isConnecting
        unsafe self.session = unsafe session
    }

    deinit { unsafe SSL_free(session) }

    mutating func ready(_ interest: Epoll.Interest) throws {
        if isConnecting {
            guard interest.contains(.writable) else { return }
            try socket.finishConnect()
            isConnecting = false
        }
        guard !isEstablished else { return }
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        isEstablished = result == 1
        if !isEstablished { _ = try outcome(result) }
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        guard isEstablished else { return nil }
        var count = 0
        ERR_clear_error()
        let result = unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? count : try outcome(result)
    }

    mutating func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        isFull = false
        var taken = 0
        while taken < bytes.count {
            var count = 0
            ERR_clear_error()
            let result = unsafe SSL_write_ex(
                session, bytes.baseAddress! + taken, bytes.count - taken, &count)
            guard result == 1 else {
                _ = try outcome(result)
                break
            }
            taken += count
        }
        return taken
    }

    mutating func watch(_ reactor: borrowing Reactor, _ token: EventToken) throws {
        try watched.set(
            isConnecting || isFull ? .both : .input, socket.descriptor.raw, reactor, token)
    }

    /// Nil when it has to wait, 0 at the end.
    private mutating func outcome(_ result: Int32) throws -> Int? {
        let code = unsafe SSL_get_error(session, result)
        switch code {
        case SSL_ERROR_WANT_READ: return nil
        case SSL_ERROR_WANT_WRITE:
            isFull = true
            return nil
        case SSL_ERROR_ZERO_RETURN: return 0
        case _: throw LabError("OpenSSL failed on a socket (code \(code))")
        }
    }
}

extension SocketTLSStream {
    /// The same rules as `TLSContext` has (`commy_tls_restrict`), but OpenSSL's own check of
    /// certificates.
    @safe
    final class Context {
        let pointer: OpaquePointer
        /// Whether one read of the socket may bring several records.
        let readsAhead: Bool
        /// As much as a ring of the other way holds.
        static let readAheadBytes = 33_280

        init(_ identity: TLSIdentity, root: Certificate, readsAhead: Bool) throws {
            guard let context = unsafe SSL_CTX_new(TLS_method()) else {
                preconditionFailure("OpenSSL has no TLS")
            }
            unsafe pointer = unsafe context
            self.readsAhead = readsAhead
            let leaf = unsafe Self.certificate(identity.chain[0])
            let anchor = unsafe Self.certificate(root)
            let key = unsafe Self.withMemory(identity.key.pem) { bio in
                unsafe PEM_read_bio_PrivateKey(bio, nil, nil, nil)
            }
            defer {
                unsafe X509_free(leaf)
                unsafe X509_free(anchor)
                unsafe EVP_PKEY_free(key)
            }
            let isComplete =
                unsafe commy_tls_restrict(context) == 1
                && SSL_CTX_use_certificate(context, leaf) == 1
                && SSL_CTX_use_PrivateKey(context, key) == 1
                && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), anchor) == 1
            guard isComplete else { throw LabError("OpenSSL does not take the certificates") }
            unsafe SSL_CTX_set_verify(
                context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }

        deinit { unsafe SSL_CTX_free(pointer) }

        private static func certificate(_ certificate: Certificate) -> OpaquePointer? {
            unsafe withMemory(certificate.pem) { bio in
                unsafe PEM_read_bio_X509(bio, nil, nil, nil)
            }
        }

        private static func withMemory(
            _ bytes: [UInt8], _ read: (OpaquePointer?) -> OpaquePointer?
        ) -> OpaquePointer? {
            unsafe bytes.withUnsafeBytes { bytes in
                let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
                defer { unsafe BIO_free(bio) }
                return unsafe read(bio)
            }
        }
    }
}

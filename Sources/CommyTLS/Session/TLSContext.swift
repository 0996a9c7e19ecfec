internal import COpenSSL

/// What new sessions begin with: who this node is, and whom it trusts.
///
/// It never changes. To replace a certificate or the anchors, make another one and begin new
/// sessions with that; those that exist keep theirs. Threads may share it.
@safe
public final class TLSContext: @unchecked Sendable {
    /// The name of the mesh protocol in ALPN (RFC 7301).
    public static let protocolName = "commy/1"

    public let identity: TLSIdentity
    /// One bundle a mesh: a peer is judged by the bundle of its own trust domain, and no other.
    public let trust: [TrustBundle]
    let pointer: OpaquePointer

    public init(identity: TLSIdentity, trust: [TrustBundle]) throws(CertificateError) {
        _ = LibraryError.isReady
        guard let context = unsafe SSL_CTX_new(TLS_method()) else {
            preconditionFailure("OpenSSL has no TLS")
        }
        self.identity = identity
        self.trust = trust
        unsafe pointer = unsafe context
        guard unsafe commy_tls_restrict(context) == 1 else {
            throw .library(LibraryError.takeText())
        }
        var isComplete =
            unsafe SSL_CTX_use_certificate(
                context, identity.chain[0].handle.pointer) == 1
        for link in identity.chain.dropFirst() {
            isComplete =
                unsafe commy_tls_add_chain(context, link.handle.pointer) == 1 && isComplete
        }
        guard isComplete,
            unsafe SSL_CTX_use_PrivateKey(context, identity.key.handle.pointer) == 1
        else { throw .library(LibraryError.takeText()) }
        unsafe SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        // The context outlives no session, as each holds it, and is not held by OpenSSL.
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_cert_verify_callback(context, verifyPeer, own)
        setProtocol()
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    private func setProtocol() {
        let wire = Self.wireProtocol
        // Unlike its siblings this function returns 0 for success.
        let result = unsafe SSL_CTX_set_alpn_protos(pointer, wire, UInt32(wire.count))
        precondition(result == 0, "out of memory")
        unsafe SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
    }

    static let wireProtocol = [UInt8(protocolName.utf8.count)] + Array(protocolName.utf8)
}

/// Takes `commy/1` from a client's list, or ends the handshake.
private let selectProtocol: SSL_CTX_alpn_select_cb_func = {
    _, selected, length, offered, count, _ in
    var place: UInt32 = 0
    let own = TLSContext.wireProtocol
    guard let offered = unsafe offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    while place + UInt32(own.count) <= count {
        let candidate = unsafe UnsafeBufferPointer(
            start: offered + Int(place), count: own.count)
        let isOwn = unsafe candidate.elementsEqual(own)
        if isOwn {
            unsafe selected?.pointee = unsafe offered + Int(place) + 1
            unsafe length?.pointee = UInt8(own.count - 1)
            return SSL_TLSEXT_ERR_OK
        }
        place += 1 + UInt32(unsafe offered[Int(place)])
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

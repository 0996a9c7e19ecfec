internal import COpenSSL

/// What new sessions begin with: who this node is, and whom it trusts.
///
/// It never changes. To replace a certificate or the anchors, make another one and begin new
/// sessions with that; those that exist keep theirs. Threads may share it.
@safe
public final class TLSContext: @unchecked Sendable {
    /// What is spoken inside, by its name in ALPN (RFC 7301), which has 1 to 255 bytes.
    public enum ProtocolRule: Sendable, Equatable {
        /// A peer that does not agree on this name is refused.
        case required(String)
        /// A peer may have no opinion.
        case offered(String)
        /// Nothing is said about it.
        case unnamed

        var name: String? {
            switch self {
            case .required(let name), .offered(let name): name
            case .unnamed: nil
            }
        }
    }

    /// The name of the mesh protocol.
    public static let protocolName = "commy/1"

    public let identity: TLSIdentity
    /// One bundle a mesh: a peer is judged by the bundle of its own trust domain, and no other.
    public let trust: [TrustBundle]
    let rule: ProtocolRule
    /// The rule's name behind its length; empty without a name.
    let wireProtocol: [UInt8]
    let pointer: OpaquePointer

    public init(
        identity: TLSIdentity, trust: [TrustBundle],
        protocol rule: ProtocolRule = .required(TLSContext.protocolName)
    ) throws(CertificateError) {
        _ = LibraryError.isReady
        guard let context = unsafe SSL_CTX_new(TLS_method()) else {
            preconditionFailure("OpenSSL has no TLS")
        }
        self.identity = identity
        self.trust = trust
        self.rule = rule
        wireProtocol = Self.wireForm(of: rule)
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
        if rule != .unnamed { unsafe setProtocol(own) }
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    private func setProtocol(_ own: UnsafeMutableRawPointer) {
        let wire = wireProtocol
        // Unlike its siblings this function returns 0 for success.
        let result = unsafe SSL_CTX_set_alpn_protos(pointer, wire, UInt32(wire.count))
        precondition(result == 0, "out of memory")
        unsafe SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, own)
    }

    private static func wireForm(of rule: ProtocolRule) -> [UInt8] {
        guard let name = rule.name else { return [] }
        precondition((1...255).contains(name.utf8.count), "ALPN has one byte for the length")
        return [UInt8(name.utf8.count)] + Array(name.utf8)
    }
}

/// Takes the server's protocol from a client's list, or ends the handshake.
private let selectProtocol: SSL_CTX_alpn_select_cb_func = {
    _, selected, length, offered, count, argument in
    guard let offered = unsafe offered, let argument = unsafe argument else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let context = unsafe Unmanaged<TLSContext>.fromOpaque(argument).takeUnretainedValue()
    let own = context.wireProtocol
    var place: UInt32 = 0
    while place + UInt32(own.count) <= count {
        let candidate = unsafe UnsafeBufferPointer(
            start: offered + Int(place), count: own.count)
        if unsafe candidate.elementsEqual(own) {
            unsafe selected?.pointee = unsafe offered + Int(place) + 1
            unsafe length?.pointee = UInt8(own.count - 1)
            return SSL_TLSEXT_ERR_OK
        }
        place += 1 + UInt32(unsafe offered[Int(place)])
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

internal import COpenSSL
public import CommyBase

/// One end of a mutually authenticated TLS 1.3 session, without a socket: ciphertext goes in and
/// out through two rings of fixed size, plaintext through the caller's memory.
///
///     handshaking --both certificates good--> established --close-notify of the peer--> ended
///          '-------------------- any TLSError -------------------> failed
///
/// The rings are OpenSSL's BIO pair, filled and emptied by the caller's own reads and writes: the
/// session is the same without a socket (tests, a virtual clock), the reactor stays the only place
/// that touches a descriptor, and nothing of ours is allocated per record. What that costs is in
/// `TLSStream`.
///
/// A client's handshake ends before the server has judged its certificate (RFC 8446, 2): a refusal
/// comes with the first read.
@safe
public struct TLSSession: ~Copyable {
    public enum Role: Sendable {
        case client, server
    }
    public enum State: Sendable, Equatable {
        case handshaking, established
        /// The peer sends nothing more; this side may.
        case ended
        case failed(TLSError)
    }
    public enum Outcome: Sendable, Equatable {
        /// So many bytes of plaintext; never 0.
        case bytes(Int)
        /// Nothing more until ciphertext comes in.
        case needsInput
        /// Nothing more until ciphertext was taken out.
        case needsOutput
        /// The peer said that it sends nothing more.
        case ended
    }

    /// The most plaintext in one record (RFC 8446, 5.1).
    public static let recordByteLimit = 16_384
    /// The least size of a ring: a whole record and what goes with it, for a key update to reply
    /// to.
    public static let leastRingBytes = recordByteLimit + 2 * recordOverhead
    /// What surrounds the plaintext of one record (22 bytes), with room for a small one beside it.
    static let recordOverhead = 128

    public internal(set) var state = State.handshaking
    public let role: Role
    let context: TLSContext
    let record = PeerRecord()
    /// Owns `inner`.
    let session: OpaquePointer
    /// OpenSSL's end of the rings, and this side's.
    let inner: OpaquePointer
    let outer: OpaquePointer

    /// Certificates are judged as of `now`. A client's first bytes are in the output after the
    /// first `read` or `handshake`.
    public init(
        _ context: TLSContext, _ role: Role, at now: WallInstant, ringBytes: Int = 33_280
    ) {
        precondition(ringBytes >= Self.leastRingBytes, "a ring holds a whole record")
        var (first, second): (OpaquePointer?, OpaquePointer?)
        let isPaired = unsafe BIO_new_bio_pair(&first, ringBytes, &second, ringBytes) == 1
        guard isPaired, let inner = unsafe first, let outer = unsafe second,
            let session = unsafe SSL_new(context.pointer)
        else { preconditionFailure("out of memory") }
        self.context = context
        self.role = role
        unsafe self.session = unsafe session
        unsafe self.inner = unsafe inner
        unsafe self.outer = unsafe outer
        unsafe SSL_set_bio(session, inner, inner)
        // This value keeps the record alive for as long as the session.
        let address = unsafe Unmanaged.passUnretained(record).toOpaque()
        let isLinked = unsafe SSL_set_ex_data(session, 0, address) == 1
        precondition(isLinked, "out of memory")
        unsafe X509_VERIFY_PARAM_set_time(SSL_get0_param(session), Int(now.secondsSince1970))
        switch role {
        case .client: unsafe SSL_set_connect_state(session)
        case .server: unsafe SSL_set_accept_state(session)
        }
    }

    deinit {
        unsafe SSL_free(session)
        unsafe BIO_free_all(outer)
    }

    /// Who is at the other end; known once the session is established.
    public var peer: SpiffeID? {
        switch state {
        case .established, .ended: record.id
        case .handshaking, .failed: nil
        }
    }

    /// The peer's certificate; known once the session is established.
    public var peerFacts: CertificateFacts? {
        guard peer != nil, let leaf = unsafe SSL_get1_peer_certificate(session) else { return nil }
        return CertificateFacts(unsafe CertificateHandle(owning: leaf))
    }
}

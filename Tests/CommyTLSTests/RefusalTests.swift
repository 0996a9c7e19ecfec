import COpenSSL
import CommyBase
import CommyTLS
import Testing

@Suite struct RefusalTests {
    @Test func `a stranger is refused, and told so`() throws {
        var (mesh, other) = (try TestMesh(seed: 1), try TestMesh(seed: 2))
        let stranger = try TLSContext(
            identity: try other.identity("a"), trust: [try mesh.bundle])
        var pair = SessionPair(stranger, try mesh.context("b"))
        pair.settle()
        #expect(pair.serverError == .refused(.unknownAuthority))
        #expect(pair.clientError == .refusedByPeer(.unknownAuthority))
    }

    @Test func `a client refuses a stranger too`() throws {
        var (mesh, other) = (try TestMesh(seed: 1), try TestMesh(seed: 2))
        let stranger = try TLSContext(
            identity: try other.identity("b"), trust: [try mesh.bundle])
        var pair = SessionPair(try mesh.context("a"), stranger)
        pair.settle()
        #expect(pair.clientError == .refused(.unknownAuthority))
        #expect(pair.serverError == .refusedByPeer(.unknownAuthority))
    }

    @Test(arguments: [(-1 as Int64, PeerFault.notYetValid), (3_600 as Int64, PeerFault.expired)])
    func `a certificate counts from its first to its last second`(
        _ seconds: Int64, _ fault: PeerFault
    ) throws {
        var mesh = try TestMesh()
        let start = TestMesh.start + .seconds(86_400)
        let short = try TLSContext(
            identity: try mesh.identity("a", from: start, for: .seconds(3_600)),
            trust: [try mesh.bundle])
        let good = try mesh.context("b")
        for inside in [0, 3_599] as [Int64] {
            var pair = SessionPair(short, good, at: start + .seconds(inside))
            pair.settle()
            #expect(pair.serverError == nil && pair.server.state == .established)
        }
        var pair = SessionPair(short, good, at: start + .seconds(seconds))
        pair.settle()
        #expect(pair.serverError == .refused(fault))
        #expect(pair.clientError == .refusedByPeer(.certificateExpired))
    }

    @Test func `each side judges by its own clock`() throws {
        var mesh = try TestMesh()
        let (client, server) = (try mesh.context("a"), try mesh.context("b"))
        var pair = SessionPair(
            client, server, at: TestMesh.start,
            clientAt: TestMesh.start + TestMesh.year + .seconds(1))
        pair.settle()
        #expect(pair.clientError == .refused(.expired))
        #expect(pair.serverError == .refusedByPeer(.certificateExpired))
    }

    @Test func `a node of another mesh is refused, whoever signed its certificate`() throws {
        var (north, south) = (try TestMesh("north"), try TestMesh("south"))
        let foreign = try TLSContext(
            identity: try south.identity("a"), trust: [try north.bundle])
        var pair = SessionPair(foreign, try north.context("b"))
        pair.settle()
        #expect(pair.serverError == .refused(.wrongTrustDomain("south")))
        #expect(pair.clientError == .refusedByPeer(.handshakeFailure))
    }

    @Test func `the anchors of one mesh do not vouch for another`() throws {
        var (north, south) = (try TestMesh("north"), try TestMesh("south"))
        var impostor = try TestMesh("south", seed: 9)
        let both = try TLSContext(
            identity: try north.identity("b"), trust: [try north.bundle, try south.bundle])
        let friend = try TLSContext(
            identity: try south.identity("a"), trust: [try north.bundle])
        var pair = SessionPair(friend, both)
        pair.settle()
        #expect(pair.serverError == nil && pair.server.peer?.mesh == "south")
        let liar = try TLSContext(
            identity: try impostor.identity("a"), trust: [try north.bundle])
        var second = SessionPair(liar, both)
        second.settle()
        #expect(second.serverError == .refused(.unknownAuthority))
    }

    @Test func `a client without a certificate is refused`() throws {
        var mesh = try TestMesh()
        var foreign = ForeignClient(protocolName: "commy/1")
        var server = TLSSession(try mesh.context("b"), .server, at: TestMesh.start)
        #expect(foreign.talk(to: &server) == .refused(.noCertificate))
    }

    @Test func `a client of another protocol is refused`() throws {
        var mesh = try TestMesh()
        var foreign = ForeignClient(protocolName: "h2")
        var server = TLSSession(try mesh.context("b"), .server, at: TestMesh.start)
        #expect(foreign.talk(to: &server) == .refused(.noCommonProtocol))
    }

    @Test func `a client that speaks TLS 1_2 only is refused`() throws {
        var mesh = try TestMesh()
        var foreign = ForeignClient(protocolName: "commy/1", version: TLS1_2_VERSION)
        var server = TLSSession(try mesh.context("b"), .server, at: TestMesh.start)
        #expect(foreign.talk(to: &server) == .refused(.version))
    }

    @Test func `bytes that are no TLS end the session`() throws {
        var mesh = try TestMesh()
        var server = TLSSession(try mesh.context("b"), .server, at: TestMesh.start)
        let request = Array("GET / HTTP/1.1\r\n\r\n".utf8)
        unsafe server.inputSpace.copyBytes(from: request)
        server.received(request.count)
        var caught: TLSError?
        do throws(TLSError) {
            _ = try server.handshake()
        } catch {
            caught = error
        }
        // In words, though the library's texts are not loaded before one is wanted.
        #expect(caught == .violation("http request"))
        #expect(server.state == .failed(try #require(caught)))
    }
}

/// A TLS client that is not this library's, without a certificate.
@safe
struct ForeignClient: ~Copyable {
    private let session: OpaquePointer
    private let outer: OpaquePointer

    init(protocolName: String, version: Int32 = TLS1_3_VERSION) {
        let context = unsafe SSL_CTX_new(TLS_method())
        unsafe session = unsafe SSL_new(context)
        unsafe SSL_CTX_free(context)
        // The macros SSL_set_min_proto_version and SSL_set_max_proto_version.
        _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
        _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        let wire = [UInt8(protocolName.utf8.count)] + Array(protocolName.utf8)
        _ = unsafe SSL_set_alpn_protos(session, wire, UInt32(wire.count))
        unsafe SSL_set_verify(session, SSL_VERIFY_NONE, nil)
        var (inner, other): (OpaquePointer?, OpaquePointer?)
        _ = unsafe BIO_new_bio_pair(&inner, 40_000, &other, 40_000)
        unsafe outer = unsafe other!
        unsafe SSL_set_bio(session, inner, inner)
        unsafe SSL_set_connect_state(session)
    }

    deinit {
        unsafe SSL_free(session)
        unsafe BIO_free_all(outer)
    }

    /// Shakes hands as far as it goes: what the server throws, if it does.
    mutating func talk(to server: inout TLSSession) -> TLSError? {
        var buffer = [UInt8](repeating: 0, count: 40_000)
        for _ in 0..<10 {
            _ = unsafe SSL_do_handshake(session)
            ERR_clear_error()
            let count = unsafe BIO_read(outer, &buffer, Int32(buffer.count))
            if count > 0 {
                unsafe server.inputSpace.copyBytes(from: buffer[..<Int(count)])
                server.received(Int(count))
            }
            do throws(TLSError) {
                _ = try server.handshake()
            } catch {
                return error
            }
            while server.outputByteCount > 0 {
                let count = unsafe BIO_write(
                    outer, server.output.baseAddress, Int32(server.output.count))
                server.sent(Int(count))
            }
        }
        return nil
    }
}

import CommyBase
import CommyTLS

/// A mesh of its own, the same in every run.
struct TestMesh {
    static let start = WallInstant(secondsSince1970: 1_782_900_000)
    static let year = Duration.seconds(365 * 86_400)

    let authority: CertificateAuthority
    var random: RandomStream

    init(_ name: String = "north", seed: UInt64 = 1) throws {
        var random = RandomStream(key: RandomKey(seed: seed).labelled(name))
        authority = try CertificateAuthority(
            mesh: name, validity: .init(from: Self.start, for: Self.year), random: &random)
        self.random = random
    }

    mutating func identity(
        _ node: String, from start: WallInstant = Self.start, for span: Duration = Self.year
    ) throws -> TLSIdentity {
        let key = SigningKey(from: &random)
        let certificate = try authority.issue(
            node: node, key: key, validity: .init(from: start, for: span), random: &random)
        return try TLSIdentity(chain: [certificate], key: key)
    }

    var bundle: TrustBundle {
        get throws { try TrustBundle([authority.certificate]) }
    }

    mutating func context(_ node: String) throws -> TLSContext {
        try TLSContext(identity: try identity(node), trust: [try bundle])
    }
}

/// Two sessions whose ciphertext is carried by hand.
struct SessionPair: ~Copyable {
    var client: TLSSession
    var server: TLSSession
    var clientError: TLSError?
    var serverError: TLSError?
    /// Bytes of ciphertext, per flight, in the order in which they were carried.
    var flights: [Int] = []

    init(
        _ client: TLSContext, _ server: TLSContext, at now: WallInstant = TestMesh.start,
        clientAt clientNow: WallInstant? = nil
    ) {
        self.client = TLSSession(client, .client, at: clientNow ?? now)
        self.server = TLSSession(server, .server, at: now)
    }

    /// Carries until nothing moves any more.
    mutating func settle() {
        while true {
            var moved = 0
            clientError = clientError ?? Self.step(&client)
            moved += noted(Self.carry(from: &client, to: &server))
            serverError = serverError ?? Self.step(&server)
            moved += noted(Self.carry(from: &server, to: &client))
            if moved == 0 { break }
        }
        // The client's handshake ends before the server has judged: the verdict comes by reading.
        if clientError == nil { clientError = Self.peek(&client) }
    }

    private static func step(_ session: inout TLSSession) -> TLSError? {
        do throws(TLSError) {
            _ = try session.handshake()
            return nil
        } catch {
            return error
        }
    }

    private static func peek(_ session: inout TLSSession) -> TLSError? {
        do throws(TLSError) {
            _ = try read(&session, atMost: 1)
            return nil
        } catch {
            return error
        }
    }

    private mutating func noted(_ count: Int) -> Int {
        if count > 0 { flights.append(count) }
        return count
    }

    /// As much as the target has room for.
    static func carry(from source: inout TLSSession, to target: inout TLSSession) -> Int {
        var total = 0
        while true {
            let count = unsafe min(source.output.count, target.inputSpace.count)
            if count == 0 { return total }
            unsafe target.inputSpace.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source.output[..<count]))
            source.sent(count)
            target.received(count)
            total += count
        }
    }

    static func read(
        _ session: inout TLSSession, atMost count: Int = 65_536
    ) throws(TLSError) -> (outcome: TLSSession.Outcome, bytes: [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        var outcome = TLSSession.Outcome.needsInput
        var caught: TLSError?
        unsafe buffer.withUnsafeMutableBytes { bytes in
            do throws(TLSError) {
                outcome = unsafe try session.read(into: bytes)
            } catch {
                caught = error
            }
        }
        if let caught { throw caught }
        guard case .bytes(let read) = outcome else { return (outcome, []) }
        return (outcome, Array(buffer[..<read]))
    }

    static func write(_ session: inout TLSSession, _ bytes: [UInt8]) throws(TLSError) -> Int {
        unsafe try session.write(bytes.span.bytes)
    }
}

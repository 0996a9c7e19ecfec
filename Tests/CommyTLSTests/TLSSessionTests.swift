import CommyBase
import CommyTLS
import Testing

@Suite struct TLSSessionTests {
    private func established() throws -> SessionPair {
        var mesh = try TestMesh()
        var pair = SessionPair(try mesh.context("a"), try mesh.context("b"))
        pair.settle()
        #expect(pair.client.state == .established && pair.server.state == .established)
        return pair
    }

    @Test func `each side learns who the other is`() throws {
        var mesh = try TestMesh()
        let (one, other) = (try mesh.context("a"), try mesh.context("b"))
        var pair = SessionPair(one, other)
        #expect(pair.client.peer == nil && pair.client.peerFacts == nil)
        pair.settle()
        #expect(pair.client.peer == other.identity.id)
        #expect(pair.server.peer == one.identity.id)
        #expect(pair.server.peerFacts == one.identity.facts)
    }

    @Test func `more than the rings hold passes through, whole and in order`() throws {
        var pair = try established()
        let sent = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 256) }
        var (taken, received): (Int, [UInt8]) = (0, [])
        while received.count < sent.count {
            if taken < sent.count {
                taken += try SessionPair.write(&pair.client, Array(sent[taken...]))
            }
            _ = SessionPair.carry(from: &pair.client, to: &pair.server)
            received += try SessionPair.read(&pair.server, atMost: 1_000).bytes
        }
        #expect(received == sent)
    }

    @Test func `a full output takes nothing until it is drained`() throws {
        var pair = try established()
        let piece = [UInt8](repeating: 7, count: 20_000)
        var taken = 0
        while true {
            let count = try SessionPair.write(&pair.client, piece)
            if count == 0 { break }
            taken += count
        }
        #expect(taken > 0 && pair.client.outputByteCount > taken)
        _ = SessionPair.carry(from: &pair.client, to: &pair.server)
        #expect(pair.client.outputByteCount == 0)
        #expect(try SessionPair.write(&pair.client, [1]) == 1)
    }

    @Test func `after the close-notify of one side the other may still send`() throws {
        var pair = try established()
        #expect(try SessionPair.write(&pair.client, [1, 2, 3]) == 3)
        _ = pair.client.close()
        _ = SessionPair.carry(from: &pair.client, to: &pair.server)
        pair.server.inputEnded()
        #expect(try SessionPair.read(&pair.server).bytes == [1, 2, 3])
        #expect(try SessionPair.read(&pair.server).outcome == .ended)
        #expect(pair.server.state == .ended && pair.server.peer != nil)
        #expect(try SessionPair.write(&pair.server, [4, 5]) == 2)
        _ = pair.server.close()
        _ = SessionPair.carry(from: &pair.server, to: &pair.client)
        #expect(try SessionPair.read(&pair.client).bytes == [4, 5])
        #expect(try SessionPair.read(&pair.client).outcome == .ended)
    }

    @Test func `a stream that ends without a close-notify is truncated`() throws {
        var pair = try established()
        #expect(try SessionPair.write(&pair.client, [1]) == 1)
        _ = SessionPair.carry(from: &pair.client, to: &pair.server)
        pair.server.inputEnded()
        #expect(try SessionPair.read(&pair.server).bytes == [1])
        var caught: TLSError?
        do throws(TLSError) {
            _ = try SessionPair.read(&pair.server)
        } catch {
            caught = error
        }
        #expect(caught == .truncated && pair.server.state == .failed(.truncated))
    }

    @Test func `a changed bit ends the session`() throws {
        var pair = try established()
        #expect(try SessionPair.write(&pair.client, [UInt8](repeating: 9, count: 100)) == 100)
        var bytes = unsafe Array(pair.client.output)
        pair.client.sent(bytes.count)
        bytes[50] ^= 1
        unsafe pair.server.inputSpace.copyBytes(from: bytes)
        pair.server.received(bytes.count)
        #expect(throws: TLSError.self) { try SessionPair.read(&pair.server) }
        _ = SessionPair.carry(from: &pair.server, to: &pair.client)
        #expect(throws: TLSError.refusedByPeer(TLSAlert(20))) {
            try SessionPair.read(&pair.client)
        }
    }

    @Test func `a new context leaves the sessions of the old one alone`() throws {
        var (old, new) = (try TestMesh(seed: 1), try TestMesh(seed: 2))
        let client = try old.context("a")
        var server: TLSContext? = try old.context("b")
        var pair = SessionPair(client, try #require(server))
        pair.settle()
        server = try new.context("b")
        #expect(try SessionPair.write(&pair.client, [1]) == 1)
        _ = SessionPair.carry(from: &pair.client, to: &pair.server)
        #expect(try SessionPair.read(&pair.server).bytes == [1])
        var later = SessionPair(client, try #require(server))
        later.settle()
        #expect(later.clientError == .refused(.unknownAuthority))
    }

    @Test func `while two anchors count, certificates of either do`() throws {
        var (old, new) = (try TestMesh(seed: 1), try TestMesh(seed: 2))
        let both = try old.bundle.adding(new.authority.certificate)
        let one = try TLSContext(identity: try old.identity("a"), trust: [both])
        let other = try TLSContext(identity: try new.identity("b"), trust: [both])
        var pair = SessionPair(one, other)
        pair.settle()
        #expect(pair.clientError == nil && pair.server.peer?.node == "a")
    }

    @Test func `a handshake has the same lengths every time`() throws {
        var lengths: Set<[Int]> = []
        for seed in 0..<50 as Range<UInt64> {
            var mesh = try TestMesh(seed: seed)
            var pair = SessionPair(try mesh.context("a"), try mesh.context("b"))
            pair.settle()
            #expect(pair.serverError == nil)
            lengths.insert(pair.flights)
        }
        #expect(lengths.count == 1, "\(lengths)")
    }
}

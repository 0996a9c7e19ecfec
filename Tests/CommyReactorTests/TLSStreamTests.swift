import CAllocations
import CommyBase
import CommyLinux
import CommyReactor
import CommyTLS
import Testing

@Suite struct TLSStreamTests {
    private func pair(ringBytes: Int = 33_280) throws -> StreamPair {
        var mesh = try TestMesh()
        return try StreamPair.begun(
            try mesh.context("a"), try mesh.context("b"), ringBytes: ringBytes)
    }

    private func established(ringBytes: Int = 33_280) throws -> StreamPair {
        var pair = try pair(ringBytes: ringBytes)
        let isDone = try pair.run { $0.isEstablished($0.client) && $0.isEstablished($0.server) }
        #expect(isDone)
        return pair
    }

    private static func pattern(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ seed) }
    }

    @Test func `both sides know each other after the handshake`() throws {
        var pair = try established()
        let (client, server) = (pair.client, pair.server)
        let names = [
            pair.ends.with(client) { $0.stream?.peer?.node } ?? nil,
            pair.ends.with(server) { $0.stream?.peer?.node } ?? nil,
        ]
        #expect(names == ["b", "a"])
    }

    @Test(arguments: [TLSSession.leastRingBytes, 33_280, 200_000])
    func `hundreds of kilobytes pass both ways at once, and both sides end in good order`(
        _ ringBytes: Int
    ) throws {
        var pair = try established(ringBytes: ringBytes)
        let (up, down) = (Self.pattern(700_000, 1), Self.pattern(500_001, 2))
        let (client, server) = (pair.client, pair.server)
        pair.set(client) { end in
            end.toSend = up
            end.finishes = true
        }
        pair.set(server) { end in
            end.toSend = down
            end.finishes = true
        }
        let isDone = try pair.run { $0.isGone($0.client) && $0.isGone($0.server) }
        #expect(isDone && pair.error(client) == nil && pair.error(server) == nil)
        #expect(pair.received(server) == up && pair.received(client) == down)
    }

    @Test func `a reader that stops stops the writer, and nothing is lost`() throws {
        var pair = try established()
        let bytes = [UInt8](repeating: 3, count: 20_000_000)
        let (client, server) = (pair.client, pair.server)
        pair.set(server) { $0.reads = false }
        pair.set(client) { $0.toSend = bytes }
        let isDone = try pair.run { $0.ends.with($0.client) { $0.sent == bytes.count } ?? true }
        #expect(!isDone)
        #expect(pair.ends.with(client) { $0.stream?.backlog ?? 0 } ?? 0 > 10_000)
        pair.set(server) { $0.reads = true }
        let isWhole = try pair.run { $0.received($0.server).count == bytes.count }
        #expect(isWhole && pair.received(server) == bytes)
    }

    @Test func `after one side has finished, the other may send on`() throws {
        var pair = try established()
        let (client, server) = (pair.client, pair.server)
        pair.set(client) { end in
            end.toSend = [1, 2, 3]
            end.finishes = true
        }
        let hasEnded = try pair.run { $0.ends.with($0.server) { $0.hasEnded } ?? false }
        #expect(hasEnded && pair.received(server) == [1, 2, 3])
        pair.set(server) { end in
            end.toSend = Self.pattern(100_000, 4)
            end.finishes = true
        }
        let isDone = try pair.run { $0.isGone($0.client) && $0.isGone($0.server) }
        #expect(isDone && pair.error(client) == nil && pair.error(server) == nil)
        #expect(pair.received(client) == Self.pattern(100_000, 4))
    }

    @Test func `a reset is an error of the system`() throws {
        var pair = try established()
        let (client, server) = (pair.client, pair.server)
        pair.ends.with(client) { end in
            try? end.stream?.resetOnClose()
            end.stream = nil
        }
        let isGone = try pair.run { $0.isGone($0.server) }
        #expect(isGone)
        guard case .system(let error) = pair.error(server) else {
            Issue.record("\(String(describing: pair.error(server)))")
            return
        }
        #expect(error.name == "ECONNRESET")
    }

    @Test func `a peer that goes without a word has truncated the stream`() throws {
        var pair = try established()
        let (client, server) = (pair.client, pair.server)
        pair.ends.with(client) { $0.stream = nil }
        let isGone = try pair.run { $0.isGone($0.server) }
        #expect(isGone && pair.error(server) == .tls(.truncated))
    }

    @Test func `a dial to a port where nobody listens is refused`() throws {
        var mesh = try TestMesh()
        var reactor = try Reactor(clock: .system(MonotonicClock()))
        let port = try TCPListener(on: .loopback(port: 0)).localAddress().port
        let token = EventToken(kind: 1)
        var stream = try TLSStream(
            connectingTo: .loopback(port: port), try mesh.context("a"), at: reactor.wallClock)
        try stream.watch(reactor, token)
        guard case .ready(token, let interest) = try reactor.next() else {
            Issue.record("another event")
            return
        }
        var name: String?
        do throws(StreamError) {
            try stream.ready(interest)
        } catch {
            if case .system(let error) = error { name = error.name }
        }
        #expect(name == "ECONNREFUSED")
    }

    @Test func `a stranger is refused, and learns it by reading`() throws {
        var (mesh, other) = (try TestMesh(), try TestMesh(seed: 2))
        let bundle = try TrustBundle([mesh.authority.certificate])
        var pair = try StreamPair.begun(
            try other.context("a", trusting: bundle), try mesh.context("b"))
        // It even sends before it knows.
        let client = pair.client
        pair.set(client) { $0.toSend = [UInt8](repeating: 1, count: 100_000) }
        let isDone = try pair.run { $0.isGone($0.client) && $0.isGone($0.server) }
        #expect(isDone)
        #expect(pair.error(pair.server) == .tls(.refused(.unknownAuthority)))
        #expect(pair.error(pair.client) == .tls(.refusedByPeer(.unknownAuthority)))
    }

    @Test func `an expired certificate is refused by the clock of the loop`() throws {
        var mesh = try TestMesh()
        var pair = try StreamPair.begun(
            try mesh.context("a", until: 1_000_000_000), try mesh.context("b"))
        let isDone = try pair.run { $0.isGone($0.client) && $0.isGone($0.server) }
        #expect(isDone)
        #expect(pair.error(pair.server) == .tls(.refused(.expired)))
        #expect(pair.error(pair.client) == .tls(.refusedByPeer(.certificateExpired)))
    }

    /// OpenSSL 3.0 itself takes and gives back a few small pieces for each record that it writes.
    @Test func `nothing is allocated once the connection stands, but by OpenSSL`() throws {
        let isFound = unsafe callocations_set_library_apart("libcrypto")
        try #require(isFound == 1)
        var pair = try established()
        let (client, server) = (pair.client, pair.server)
        let message = Self.pattern(40_000, 5)
        // Appending to `received` must not count: it gets its memory here.
        pair.ends.with(server) { $0.received.reserveCapacity(4_000_000) }
        var (before, opensslBefore): (UInt64, UInt64) = (0, 0)
        for round in 0..<60 {
            if round == 10 {
                before = callocations_of_this_thread()
                opensslBefore = callocations_set_apart()
            }
            pair.ends.with(server) { $0.received.removeAll(keepingCapacity: true) }
            pair.ends.with(client) { end in
                end.toSend = message
                end.sent = 0
            }
            pair.turn(client)
            while pair.ends.with(server, { $0.received.count }) ?? 0 < message.count {
                guard case .ready(let token, let interest) = try pair.reactor.next() else {
                    continue
                }
                pair.turn(token.slot, interest)
            }
        }
        let own = callocations_of_this_thread() - before
        let perRecord = Double(callocations_set_apart() - opensslBefore) / (50 * 3)
        #expect(own == 0)
        #expect(perRecord > 0 && perRecord < 10, "\(perRecord)")
        #expect(pair.received(server) == message)
    }
}

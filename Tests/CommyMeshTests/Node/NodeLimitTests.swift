import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Every table of a node is full at some number, and being full has an outcome.
struct NodeLimitTests {
    /// `n0` with the standard limits and `n1` with others, known to each other.
    static func bed(_ change: (inout NodeLimits) -> Void) -> MeshBed {
        let bed = MeshBed(seed: 5)
        bed.addHost("n0")
        bed.addHost("n1", seeds: ["n0"], change)
        #expect(bed.run(atMost: .seconds(5)) { $0.hasConverged([0, 1]) })
        return bed
    }

    static func greet(_ bed: MeshBed, _ name: String) -> BedStranger {
        let stranger = bed.strangerConnects(name, to: 1)
        bed.say(stranger.hello, stranger)
        bed.run(for: .milliseconds(5))
        return stranger
    }

    @Test func `a connection too many is turned away with a reason`() {
        let bed = Self.bed {
            $0.links = 3
            $0.sessions = 2
            $0.greeting = 3
        }
        let first = Self.greet(bed, "s0")
        let second = Self.greet(bed, "s1")
        let third = Self.greet(bed, "s2")
        #expect(!first.isClosed && !second.isClosed)
        #expect(third.isClosed && third.farewell == .limitReached)
        bed.close(first.pipe, 0, .ended)
        bed.run(for: .milliseconds(5))
        #expect(!Self.greet(bed, "s3").isClosed)
    }

    @Test func `strangers that say nothing fill their own table only, and not for long`() {
        let bed = Self.bed { $0.greeting = 2 }
        let mute = (0..<3).map { bed.strangerConnects("s\($0)", to: 1) }
        bed.run(for: .milliseconds(5))
        #expect(mute.map(\.isClosed) == [false, false, true])
        #expect(mute[2].farewell == .limitReached)
        bed.run(for: .seconds(4))
        #expect(mute.map(\.isClosed) == [true, true, true])
        #expect(!Self.greet(bed, "late").isClosed)
    }

    @Test func `a session too many is turned away with a reason`() {
        let bed = Self.bed { $0.sessions = 2 }
        let clients = (0..<3).map { _ in bed.attach(1) }
        bed.run(for: .milliseconds(5))
        #expect(clients.map { $0.detached?.code } == [nil, nil, .limitReached])
    }

    @Test func `a member too many is turned away, and the members stay`() {
        let bed = Self.bed { $0.membership.memberLimit = 3 }
        #expect(!Self.greet(bed, "s0").isClosed)
        let stranger = Self.greet(bed, "s1")
        #expect(stranger.isClosed && stranger.farewell == .limitReached)
        #expect(bed.hosts[1].node.membership.aliveCount == 3)
    }

    @Test func `a call too many is refused before anybody has seen it`() {
        let bed = Self.bed { $0.calls = 3 }
        let server = bed.attach(1)
        server.isMute = true
        server.register(bed, "orders")
        let caller = bed.attach(1)
        bed.run(for: .milliseconds(5))
        let calls = (0..<4).map { _ in caller.call(bed, "orders", timeout: .seconds(1)) }
        bed.run(for: .milliseconds(5))
        #expect(calls.map { caller.outcome($0) } == [nil, nil, nil, .failed(.overloaded, .no)])
        bed.run(for: .seconds(2))
        server.isMute = false
        let next = caller.call(bed, "orders")
        bed.run(for: .milliseconds(5))
        #expect(caller.outcome(next) == .answered([1, 2, 3]))
    }

    @Test func `an instance or a watch too many is refused, and the session lives`() {
        let bed = Self.bed {
            $0.instancesPerSession = 2
            $0.watchesPerSession = 1
        }
        let client = bed.attach(1)
        let instances = (0..<3).map { client.register(bed, "s\($0)") }
        let watches = (0..<2).map { _ in client.client.watch(.all, at: bed.now) }
        bed.drain(.client(client.index))
        bed.run(for: .milliseconds(5))
        #expect(instances.map { client.failures[$0]?.code } == [nil, nil, .limitReached])
        #expect(watches.map { client.failures[$0]?.code } == [nil, .limitReached])
        #expect(client.detached == nil)
    }

    @Test func `a request that went round too often is sent back`() {
        let bed = Self.bed { _ in }
        let server = bed.attach(1)
        server.register(bed, "orders")
        bed.run(for: .milliseconds(5))
        let stranger = Self.greet(bed, "mallory")
        var writer = ByteWriter()
        OpenFrame(
            service: ServiceName("orders")!, correlation: CorrelationID(high: 1, low: 1), hops: 3
        ).encodeFrame(stream: StreamID(1), flags: .end, into: &writer)
        bed.say(writer.bytes, stranger)
        bed.run(for: .milliseconds(5))
        #expect(stranger.resets.map(\.code) == [.tooManyHops])
        #expect(stranger.resets.map(\.delivered) == [.no])
        #expect(!stranger.isClosed && server.served.isEmpty)
    }

    /// Instances that all refuse, of which none has seen the call.
    private static func refusals(
        _ bed: MeshBed, _ body: [UInt8]
    ) -> (attempts: Int, outcome: BedClient.Outcome?) {
        let strangers = (0..<5).map { HostileServerTests.join(bed, "orders", as: "s\($0)") }
        let caller = bed.attach(1)
        let call = caller.call(bed, "orders", body, timeout: nil)
        for _ in 0..<5 {
            bed.run(for: .milliseconds(5))
            for stranger in strangers where stranger.opens > stranger.resetCount {
                stranger.resetCount += 1
                var writer = ByteWriter()
                ResetFrame(code: .overloaded, delivered: .no)
                    .encodeFrame(stream: StreamID(HostileServerTests.stream), into: &writer)
                bed.say(writer.bytes, stranger)
            }
        }
        return (strangers.reduce(0) { $0 + $1.opens }, caller.outcome(call))
    }

    @Test func `a call is tried so often and no more`() {
        let (attempts, outcome) = Self.refusals(Self.bed { $0.attempts = 3 }, [1])
        #expect(attempts == 3)
        #expect(outcome == .failed(.overloaded, .no))
    }

    @Test func `a request too long to be kept is sent once`() {
        let body = [UInt8](repeating: 1, count: 101)
        let (attempts, outcome) = Self.refusals(Self.bed { $0.keptBody = 100 }, body)
        #expect(attempts == 1)
        #expect(outcome == .failed(.overloaded, .no))
        let (others, _) = Self.refusals(Self.bed { $0.keptBody = 101 }, body)
        #expect(others == 3)
    }

    @Test func `when all kept requests together are too much, the next is sent once`() {
        let body = [UInt8](repeating: 1, count: 400)
        let bed = Self.bed { $0.keptBodies = 700 }
        let server = bed.attach(1)
        server.isMute = true
        server.register(bed, "mute")
        let caller = bed.attach(1)
        bed.run(for: .milliseconds(5))
        caller.call(bed, "mute", body, timeout: nil)
        bed.run(for: .milliseconds(5))
        let (attempts, outcome) = Self.refusals(bed, body)
        #expect(attempts == 1)
        #expect(outcome == .failed(.overloaded, .no))
        #expect(bed.hosts[1].node.calls.keptBytes <= 700)
    }

    @Test func `a dial that nobody answers is given up and tried again`() {
        let bed = MeshBed(seed: 5)
        bed.addHost("n0")
        bed.cut(0, 1)
        bed.addHost("n1", seeds: ["n0"])
        bed.run(for: .seconds(30))
        let dials = bed.hosts[1].dialled
        // Each is given up after five seconds, and a pause of at most two follows.
        #expect(dials >= 5 && dials <= 7, "\(dials)")
        #expect(bed.hosts[1].node.dials.count <= 1)
        bed.heal()
        #expect(bed.run(atMost: .seconds(8)) { $0.hasConverged([0, 1]) })
    }

    @Test func `calls and bytes that wait in a process are bounded`() {
        let bed = NodeMeshTests.bed(1)
        bed.checksInvariants = false
        let client = bed.attach(0)
        // Not attached yet: everything waits.
        let large = [UInt8](repeating: 0, count: SessionLimits().waitingBytes / 2)
        let calls = (0..<3).map { _ in client.call(bed, "orders", large) }
        #expect(calls.map { client.outcome($0) } == [nil, nil, .failed(.limitReached, .no)])
        let other = bed.attach(0)
        for _ in 0...SessionLimits().calls { other.call(bed, "orders", [], timeout: nil) }
        let over = other.calls.values.count { $0.outcome != nil }
        #expect(over == 1)
        #expect(other.outcome(other.order[SessionLimits().calls]) == .failed(.limitReached, .no))
    }
}

import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Credit across whole meshes: large messages, long paths, slow readers, windows that do not match.
struct NodeCreditTests {
    /// `n0` and `n1` with half of `roundTrip` between them, and socket buffers that hold a path.
    static func bed(
        seed: UInt64 = 5, roundTrip: Duration = .milliseconds(80),
        _ change: (inout NodeLimits) -> Void = { _ in }
    ) -> MeshBed {
        let bed = MeshBed(seed: seed)
        bed.latency = roundTrip / 2
        bed.socketBytes = 8 << 20
        bed.addHost("n0", change)
        bed.addHost("n1", seeds: ["n0"], change)
        #expect(bed.run(atMost: .seconds(10)) { $0.hasConverged([0, 1]) })
        return bed
    }

    static func server(_ bed: MeshBed, _ service: String, answerBytes: Int? = 1) -> BedClient {
        let server = bed.attach(1)
        server.answerBytes = answerBytes
        server.register(bed, service)
        bed.run(for: .seconds(1))
        return server
    }

    static func body(_ count: Int) -> [UInt8] { [UInt8](repeating: 3, count: count) }

    @Test(arguments: [true, false])
    func `sixteen mebibytes cross eighty milliseconds in few seconds`(_ isRequest: Bool) throws {
        let bed = Self.bed()
        let large = SessionLimits().messageBytes
        let server = Self.server(bed, "store", answerBytes: isRequest ? 1 : large)
        let caller = bed.attach(0)
        bed.run(for: .seconds(1))
        let call = caller.call(
            bed, "store", Self.body(isRequest ? large : 1), timeout: .seconds(10))
        bed.run(for: .seconds(10))
        guard case .answered(let answer) = caller.outcome(call) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.count == (isRequest ? 1 : large))
        #expect(server.served.count == 1)
        let took = try #require(caller.latency(call))
        #expect(took < .seconds(4), "\(took)")
    }

    @Test func `with windows that cannot grow the same message would be late`() {
        let bed = Self.bed {
            $0.link.streamWindowLimit = $0.link.streamWindow
            $0.link.linkWindowLimit = $0.link.linkWindow
        }
        let server = bed.attach(1) { $0.link.streamWindowLimit = $0.link.streamWindow }
        server.register(bed, "store")
        let caller = bed.attach(0)
        bed.run(for: .seconds(2))
        let call = caller.call(
            bed, "store", Self.body(SessionLimits().messageBytes), timeout: .seconds(10))
        bed.run(for: .seconds(11))
        let isLate = caller.outcome(call) == .failed(.deadlineExceeded, .maybe)
        #expect(isLate)
    }

    @Test func `windows stop growing where bytes begin to queue`() throws {
        let bed = Self.bed(roundTrip: .milliseconds(40))
        let server = Self.server(bed, "store")
        let caller = bed.attach(0)
        bed.run(for: .seconds(6))
        // 2 MB/s over 40 ms: 80 kB under way fill the path.
        bed.bytesPerSecond = 2_000_000
        let call = caller.call(bed, "store", Self.body(8 << 20), timeout: .seconds(20))
        var largest: UInt32 = 0
        for _ in 0..<100 where caller.outcome(call) == nil {
            bed.run(for: .milliseconds(100))
            for stream in server.client.link.table.slots where !stream.id.isLink {
                largest = max(largest, stream.window.size)
            }
        }
        #expect(caller.outcome(call) != nil)
        #expect(largest >= 128 << 10 && largest <= 256 << 10, "\(largest)")
        for link in bed.hosts[1].node.links where link.isLive {
            #expect(link.machine.window.size == LinkLimits().linkWindow)
        }
        // The path was full all the time: 8 MiB at 2 MB/s are 4.2 s.
        let took = try #require(caller.latency(call))
        #expect(took < .seconds(6), "\(took)")
    }

    @Test func `a reader that stops bounds what relays hold, and stops nobody else`() throws {
        let bed = Self.bed()
        let stopping = Self.server(bed, "store")
        let other = Self.server(bed, "orders", answerBytes: nil)
        let caller = bed.attach(0)
        bed.run(for: .seconds(1))
        let large = Self.body(16 << 20)
        let first = caller.call(bed, "store", large, timeout: .seconds(30))
        // Its windows are large when it stops to give credit.
        bed.run(for: .milliseconds(700))
        stopping.isAlive = false
        for _ in 0..<2 { caller.call(bed, "store", large, timeout: .seconds(30)) }
        for _ in 0..<20 {
            bed.run(for: .milliseconds(100))
            for host in bed.hosts {
                for link in host.node.links where link.isLive {
                    #expect(link.machine.heldBytes <= Int(LinkLimits().linkWindowLimit))
                }
                for call in host.node.calls.slots where call.marks.contains(.isOpen) {
                    #expect(call.heldRequest <= Int(LinkLimits().streamWindowLimit))
                }
            }
        }
        let small = caller.call(bed, "orders")
        bed.run(for: .seconds(1))
        #expect(caller.outcome(small) == .answered([1, 2, 3]))
        #expect(other.served.count == 1 && caller.outcome(first) == nil)
    }

    @Test func `a large transfer leaves small calls their turn`() throws {
        let bed = Self.bed(roundTrip: .milliseconds(40))
        _ = Self.server(bed, "store")
        _ = Self.server(bed, "orders", answerBytes: nil)
        let caller = bed.attach(0)
        bed.run(for: .seconds(6))
        bed.bytesPerSecond = 10_000_000
        for _ in 0..<3 { caller.call(bed, "store", Self.body(8 << 20), timeout: .seconds(30)) }
        var small: [CallID] = []
        for _ in 0..<20 {
            bed.run(for: .milliseconds(100))
            small.append(caller.call(bed, "orders"))
        }
        bed.run(for: .seconds(2))
        for call in small {
            let took = try #require(caller.latency(call))
            #expect(caller.outcome(call) == .answered([1, 2, 3]))
            // Three windows of at most three times 400 kB each are before it, at worst.
            #expect(took < .milliseconds(450), "\(took)")
        }
    }

    /// A random window of 1 KiB to 256 KiB.
    private static func window(_ random: inout RandomStream) -> UInt32 {
        let scale = UInt32(1_024) << UInt32(random.below(8))
        return scale + UInt32(random.below(Int(scale)))
    }

    private static func change(_ link: inout LinkLimits, _ random: inout RandomStream) {
        link.streamWindow = window(&random)
        link.linkWindow = max(link.streamWindow, window(&random))
        guard random.below(2) == 0 else { return }
        link.streamWindowLimit = link.streamWindow
        link.linkWindowLimit = link.linkWindow
    }

    @Test(arguments: UInt64(0)..<20)
    func `no pair of windows stops a stream`(_ seed: UInt64) {
        var random = RandomStream(key: RandomKey(seed: seed).labelled("windows"))
        let bed = Self.bed(seed: seed, roundTrip: .milliseconds(2)) {
            Self.change(&$0.link, &random)
            $0.keptBody = min($0.keptBody, Int($0.link.streamWindow))
        }
        let server = bed.attach(1) { Self.change(&$0.link, &random) }
        let caller = bed.attach(0) { Self.change(&$0.link, &random) }
        server.register(bed, "store")
        bed.run(for: .seconds(1))
        // Twice the largest window.
        let body = Self.body(512 << 10)
        let call = caller.call(bed, "store", body, timeout: nil)
        bed.run(for: .seconds(30))
        let isAnswered = caller.outcome(call) == .answered(body)
        #expect(isAnswered)
    }

    @Test func `all windows together grow to their sum, and no further`() {
        let bed = Self.bed { $0.grownWindows = 3 << 20 }
        let server = Self.server(bed, "store")
        let caller = bed.attach(0)
        bed.run(for: .seconds(1))
        let calls = (0..<2).map { _ in
            caller.call(bed, "store", Self.body(8 << 20), timeout: .seconds(30))
        }
        for _ in 0..<100 {
            bed.run(for: .milliseconds(100))
            for host in bed.hosts {
                let grown = host.node.links.indices.reduce(0) {
                    let link = host.node.links[$1]
                    return $0 + (link.isLive ? link.machine.window.exposure - 1 << 20 : 0)
                }
                #expect(grown <= 3 << 20)
            }
        }
        #expect(calls.allSatisfy { caller.outcome($0) == .answered([7]) })
        #expect(server.served.count == 2)
    }
}

import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// What a caller sees of its calls.
struct NodeCallTests {
    /// A caller on `n0`, servers of `orders` on each of the others.
    static func service(
        _ count: Int, seed: UInt64 = 7, isZoned: Bool = false
    ) -> (MeshBed, caller: BedClient, servers: [BedClient]) {
        let bed = NodeMeshTests.bed(count + 1, seed: seed, isZoned: isZoned)
        let servers = (1...count).map { host in
            let server = bed.attach(host)
            server.register(bed, "orders")
            return server
        }
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(100))
        return (bed, caller, servers)
    }

    @Test func `a deadline ends the call on both sides`() throws {
        let (bed, caller, servers) = Self.service(1)
        servers[0].isMute = true
        let call = caller.call(bed, "orders", timeout: .milliseconds(300))
        let start = bed.now
        bed.run(for: .milliseconds(310))
        #expect(caller.outcome(call) == .failed(.deadlineExceeded, .maybe))
        #expect(caller.latency(call) == .milliseconds(300))
        #expect(servers[0].cancelled.count == 1)
        let request = try #require(servers[0].served.first)
        // What was spent on the way is gone from it; it is never later than the caller's.
        #expect(request.deadline <= start + .milliseconds(302))
        #expect(bed.hosts[0].node.calls.count == 0)
        #expect(bed.hosts[1].node.calls.count == 0)
    }

    @Test func `a deadline that has passed already is not sent`() {
        let (bed, caller, servers) = Self.service(1)
        let call = caller.call(bed, "orders", timeout: .zero)
        bed.run(for: .milliseconds(10))
        #expect(caller.outcome(call) == .failed(.deadlineExceeded, .no))
        #expect(servers[0].served.isEmpty)
    }

    @Test func `a cancelled call is cancelled at the instance`() {
        let (bed, caller, servers) = Self.service(1)
        servers[0].isMute = true
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        caller.client.cancel(call, at: bed.now)
        bed.drain(.client(caller.index))
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .failed(.cancelled, .maybe))
        #expect(servers[0].cancelled.map(\.1) == [.cancelled])
        #expect(bed.hosts[1].node.calls.count == 0)
    }

    @Test func `a handler's failure arrives with its code, and as no fault of the mesh`() {
        let (bed, caller, servers) = Self.service(1)
        servers[0].failure = CommyError(.applicationError, "no such order")
        let call = caller.call(bed, "orders")
        bed.run(for: .milliseconds(20))
        #expect(caller.outcome(call) == .failed(.applicationError, .maybe))
    }

    @Test func `one-way messages arrive, and are acknowledged when that is asked for`() {
        let (bed, caller, servers) = Self.service(1)
        let plain = caller.send(bed, "orders", [1], acknowledged: false)
        let sure = caller.send(bed, "orders", [2], acknowledged: true)
        let empty = caller.send(bed, "orders", [], acknowledged: false)
        bed.run(for: .milliseconds(20))
        #expect(servers[0].served.map(\.body) == [[1], [2], []])
        #expect(caller.outcome(plain) == .sent)
        #expect(caller.outcome(sure) == .sent)
        #expect(caller.outcome(empty) == .sent)
        #expect((caller.latency(sure) ?? .zero) >= .milliseconds(2))
        #expect(bed.hosts[0].node.calls.count == 0)
        #expect(bed.hosts[1].node.calls.count == 0)
    }

    @Test func `trace, correlation and metadata pass through unchanged`() throws {
        let (bed, caller, servers) = Self.service(1)
        let trace = TraceContext(traceHigh: 1, traceLow: 2, parent: 3, flags: .sampled)
        let correlation = CorrelationID(high: 5, low: 6)
        var metadata = Metadata()
        try metadata.append(key: "tenant", value: "blue")
        caller.call(bed, "orders") {
            $0.trace = trace
            $0.correlation = correlation
            $0.metadata = metadata
            $0.method = MethodName("place")!
        }
        bed.run(for: .milliseconds(20))
        let open = try #require(servers[0].served.first?.open)
        #expect(open.trace == trace)
        #expect(open.correlation == correlation)
        #expect(open.metadata["tenant"] == "blue")
        #expect(open.method.text == "place")
    }

    @Test func `megabytes go both ways through small windows, and nothing piles up`() {
        let (bed, caller, servers) = Self.service(2)
        bed.socketBytes = 32 << 10
        bed.checksInvariants = false
        for server in servers { server.answerBytes = 700_000 }
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for _ in 0..<6 { caller.call(bed, "orders", body, timeout: .seconds(60)) }
        var highest = 0
        _ = bed.run(atMost: .seconds(60)) { bed in
            for link in bed.hosts[0].node.links where link.isLive {
                highest = max(highest, link.machine.output.count + link.machine.waitingBytes)
            }
            return caller.calls.values.allSatisfy { $0.outcome != nil }
        }
        let answer = [UInt8](repeating: 7, count: 700_000)
        #expect(caller.calls.values.allSatisfy { $0.outcome == .answered(answer) })
        #expect(servers.flatMap(\.served).allSatisfy { $0.body == body })
        // What one peer may have outstanding, and one committed output.
        #expect(highest <= (1 << 20) + (128 << 10), "\(highest)")
    }

    @Test func `an urgent call overtakes a bulk transfer`() {
        let (bed, caller, servers) = Self.service(1)
        bed.socketBytes = 16 << 10
        bed.checksInvariants = false
        let bulk = (0..<8).map { _ in
            caller.call(bed, "orders", [UInt8](repeating: 1, count: 2_000_000), timeout: nil) {
                $0.priority = .lowest
            }
        }
        bed.run(for: .milliseconds(50))
        let urgent = caller.call(bed, "orders", [1]) { $0.priority = .highest }
        _ = bed.run(atMost: .seconds(20)) { _ in caller.outcome(urgent) != nil }
        #expect(caller.outcome(urgent) == .answered([1]))
        #expect(bulk.allSatisfy { caller.outcome($0) == nil })
        // Two committed outputs of 64 KiB, each at 16 KiB a millisecond, and the way.
        #expect((caller.latency(urgent) ?? .seconds(9)) < .milliseconds(30))
        #expect(servers[0].served.count == 1)
    }

    @Test func `more calls than streams wait their turn`() {
        let (bed, caller, servers) = Self.service(1)
        servers[0].work = .milliseconds(5)
        bed.checksInvariants = false
        for index in 0..<6_000 {
            caller.call(bed, "orders", [UInt8(truncatingIfNeeded: index)], timeout: nil)
        }
        _ = bed.run(atMost: .seconds(10)) { _ in
            caller.calls.values.allSatisfy { $0.outcome != nil }
        }
        let answered = caller.calls.values.count {
            if case .answered = $0.outcome { true } else { false }
        }
        #expect(answered == 6_000)
    }

    @Test func `labels and versions that a caller asks for decide`() throws {
        let bed = NodeMeshTests.bed(2)
        let plain = bed.attach(1)
        plain.register(bed, "orders", labels: [Label("tier", "silver")!])
        let gold = bed.attach(1)
        gold.register(bed, "orders", labels: [Label("tier", "gold")!])
        let caller = bed.attach(0)
        bed.run(for: .milliseconds(50))
        var metadata = Metadata()
        try metadata.append(key: RequirementKeys.label, value: "tier=gold")
        for _ in 0..<5 { caller.call(bed, "orders") { $0.metadata = metadata } }
        var none = Metadata()
        try none.append(key: RequirementKeys.label, value: "tier=lead")
        let impossible = caller.call(bed, "orders") { $0.metadata = none }
        bed.run(for: .milliseconds(20))
        #expect(gold.served.count == 5)
        #expect(plain.served.isEmpty)
        #expect(caller.outcome(impossible) == .failed(.capabilityMismatch, .no))
    }
}

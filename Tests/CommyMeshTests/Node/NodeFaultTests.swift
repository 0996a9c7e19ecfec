import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

/// Random faults over many seeds.
struct NodeFaultTests {
    /// One run: four nodes, servers on three, load from two callers, ten faults; then all heals.
    static func run(seed: UInt64, largestPiece: Int = 0) -> MeshBed {
        let bed = NodeMeshTests.bed(4, seed: seed)
        bed.largestPiece = largestPiece
        var servers: [BedClient] = []
        for host in [1, 2, 3, 3] {
            let server = bed.attach(host)
            server.work = .milliseconds(2)
            server.register(bed, "orders")
            servers.append(server)
        }
        let callers = [bed.attach(0), bed.attach(2)]
        bed.run(for: .milliseconds(100))
        for (index, caller) in callers.enumerated() {
            NodeFailureTests.load(
                bed, caller, every: .milliseconds(7), for: .seconds(6), idempotent: index == 1)
        }
        var random = RandomStream(key: RandomKey(seed: seed).labelled("faults"))
        for _ in 0..<10 {
            bed.run(for: .milliseconds(Int64(random.below(600))))
            fault(bed, &servers, &random)
        }
        bed.run(for: .milliseconds(500))
        bed.heal()
        for host in bed.hosts.indices where bed.hosts[host].isPaused { bed.resume(host) }
        bed.run(for: .seconds(12))
        return bed
    }

    private static func fault(
        _ bed: MeshBed, _ servers: inout [BedClient], _ random: inout RandomStream
    ) {
        let a = random.below(4)
        let b = (a + 1 + random.below(3)) % 4
        switch random.below(8) {
        case 0: bed.reset(a, b)
        case 1: bed.cut(a, b)
        case 2: bed.cutOneWay(from: a, to: b)
        case 3: bed.heal()
        case 4:
            let server = servers[random.below(servers.count)]
            guard server.isAlive else { return }
            bed.crash(server)
            let next = bed.attach(server.host)
            next.work = .milliseconds(2)
            next.register(bed, "orders")
            servers.append(next)
        case 5:
            guard !bed.hosts[a].isPaused else { return }
            bed.pause(a)
            bed.after(.milliseconds(Int64(random.below(1_500)))) { bed in
                if bed.hosts[a].isPaused { bed.resume(a) }
            }
        case 6: servers[random.below(servers.count)].isMute.toggle()
        // Two nodes lose everybody at once.
        default: bed.partition([a, b], (0..<4).filter { $0 != a && $0 != b })
        }
    }

    /// `COMMY_SEEDS=A-B` runs others, in any number.
    static let seeds: [UInt64] = SeedRange.chosen ?? Array(0..<6)

    @Test(arguments: seeds)
    func `a request is answered at most once and executed at most once`(_ seed: UInt64) {
        let bed = Self.run(seed: seed, largestPiece: seed % 3 == 0 ? 40 : 0)
        let callers = bed.clients.filter { !$0.calls.isEmpty }
        #expect(callers.count == 2)
        for caller in callers {
            // Each call has exactly one outcome: two would have trapped in the client's record.
            #expect(caller.calls.values.allSatisfy { $0.outcome != nil })
            let answered = caller.calls.values.count {
                if case .answered = $0.outcome { true } else { false }
            }
            #expect(answered > 100, "\(answered) of \(caller.calls.count)")
        }
        // What is not idempotent is handed to a handler once, whatever was sent again.
        for client in bed.clients {
            for request in client.served where !request.open.options.contains(.idempotent) {
                #expect(bed.executions[request.open.correlation] == 1)
            }
        }
        #expect(bed.hasConverged([0, 1, 2, 3]))
        for host in bed.hosts { #expect(host.node.calls.count == 0) }
        #expect(bed.lines("broken").isEmpty)
    }

    @Test func `the same seed gives the same events, line by line`() {
        let first = Self.run(seed: 77)
        let second = Self.run(seed: 77)
        #expect(first.transcript.count > 1_000)
        #expect(first.transcript == second.transcript)
    }

    @Test func `it does not matter how bytes are cut`() {
        func outcome(_ piece: Int) -> ([[UInt8]], [BedClient.Outcome?]) {
            let (bed, caller, servers) = NodeCallTests.service(1)
            bed.largestPiece = piece
            // Each piece is a step: the smallest would take minutes.
            bed.checksInvariants = piece != 1
            for index in 0..<12 {
                caller.call(bed, "orders", [UInt8](repeating: UInt8(index), count: index * 37))
            }
            bed.run(for: .milliseconds(200))
            return (servers[0].served.map(\.body), caller.order.map { caller.outcome($0) })
        }
        let whole = outcome(0)
        #expect(whole.1.allSatisfy { $0 != nil })
        for piece in [1, 2, 13, 100] {
            let cut = outcome(piece)
            #expect(cut.0 == whole.0)
            #expect(cut.1 == whole.1)
        }
    }
}

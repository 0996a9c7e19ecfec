import CommyBase
import SimModel
import Testing

@testable import SimLab

/// Every kind of traffic between two hosts, over a link that does what it says.
@Suite(.serialized)
struct TrafficRunTests {
    /// `client` has one source of this kind; `server` answers with the echo server on port 7000.
    private static func run(
        _ kind: TrafficSpec.Kind, edit: (inout Scenario) -> Void = { _ in }
    ) throws -> [RunEvent] {
        var run = FaultRun("sleep 60", faults: [])
        var echo = ProcessSpec(
            name: "echo", hosts: ["server"],
            command: .shell("exec {{commy-traffic}} echo --tcp 7000 --udp 7000"))
        echo.readiness = .tcp(port: 7_000)
        run.scenario.processes = [echo]
        var source = TrafficSpec(name: "source", source: "client", kind: kind)
        source.arrival.ratePerSecond = 200
        source.attribution = .peer
        // What is asked here is how requests end, not how soon.
        source.timeout = .seconds(30)
        run.scenario.traffic = [source]
        edit(&run.scenario)
        let outcome = try run.run()
        #expect(outcome.verdict == .pass, "\(outcome.reason ?? "")")
        return outcome.events
    }

    private static func requests(_ events: [RunEvent]) -> [RequestOutcome] {
        events.compactMap { if case .request(let request) = $0.fact { request } else { nil } }
    }

    private static let target = SocketTarget(host: "server", port: 7_000)

    private static var datagrams: TrafficSpec.Kind { .udp(UDPExchange(target: target)) }

    @Test func `udp requests are answered, and their peer is named by its host`() throws {
        let requests = Self.requests(try Self.run(Self.datagrams))
        #expect(requests.count == 400)
        #expect(requests.allSatisfy { $0.result == .ok && $0.backend == "server" })
        #expect(requests.allSatisfy { $0.bytes == 64 && $0.status == nil })
    }

    @Test func `datagrams that come twice or out of order are seen`() throws {
        let events = try Self.run(Self.datagrams) { scenario in
            var conditions = LinkConditions()
            conditions.duplicate = 0.2
            conditions.reorder = Reorder(probability: 0.1, holdBack: .milliseconds(20))
            scenario.topology.links = [
                LinkRule(first: .node("client"), second: .node("server"), conditions: conditions)
            ]
        }
        let repeats = events.count {
            if case .requestRepeated = $0.fact { true } else { false }
        }
        // Request and reply may each be doubled: 400 * (0.2 + 0.2 + 0.04) on average.
        #expect((80...280).contains(repeats))
        let late = Self.requests(events).count { $0.misordered == true }
        #expect((20...160).contains(late))
    }

    @Test func `tcp requests carry what they are told and want it back`() throws {
        var exchange = TCPExchange(target: Self.target)
        exchange.payload = .bytes(10_000)
        exchange.reply = .echo
        let requests = Self.requests(try Self.run(.tcp(exchange)))
        #expect(requests.count == 400)
        #expect(requests.allSatisfy { $0.result == .ok && $0.bytes == 10_000 })
        #expect(requests.allSatisfy { $0.backend == "server" })
    }

    @Test func `commands run on the source's host, with placeholders filled in`() throws {
        let line = "test \"$(hostname)\" = {{host}} && echo who={{address:server}}."
        let events = try Self.run(.exec(.shell(line))) { scenario in
            scenario.traffic[0].arrival.ratePerSecond = 10
            scenario.traffic[0].attribution = .body("who=([0-9.]*)[.]")
        }
        let requests = Self.requests(events)
        #expect(requests.count == 20)
        #expect(requests.allSatisfy { $0.result == .ok && $0.backend == "10.77.0.2" })
    }

    @Test func `a rate that is no decimal fraction is kept`() throws {
        let events = try Self.run(Self.datagrams) { scenario in
            // 100 a minute.
            scenario.traffic[0].arrival.ratePerSecond = 100.0 / 60
        }
        #expect(Self.requests(events).count == 4)
    }

    @Test func `Poisson arrivals repeat with the seed and change with it`() throws {
        func instants(seed: UInt64) throws -> [Int64] {
            let events = try Self.run(Self.datagrams) { scenario in
                scenario.seed = seed
                scenario.traffic[0].arrival.spacing = .poisson
            }
            let requests = Self.requests(events).sorted { $0.ordinal < $1.ordinal }
            let first = try #require(requests.first).scheduledNanoseconds
            return requests.map { $0.scheduledNanoseconds - first }
        }
        let once = try instants(seed: 3)
        #expect(try instants(seed: 3) == once)
        #expect(try instants(seed: 4) != once)
    }
}

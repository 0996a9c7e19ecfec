import CommyBase
import Foundation
import SimModel
import Testing

@testable import SimScenario

struct GoodScenarioTests {
    private func read(_ name: String, _ settings: [Setting] = []) throws -> [Scenario] {
        let path = Fixture.good.appending(path: "\(name).yaml").path
        let outcome = ScenarioReader.read(path: path, settings: settings)
        #expect(outcome.diagnostics.map(\.description) == [])
        return outcome.scenarios
    }

    private func one(_ name: String) throws -> Scenario {
        let scenarios = try read(name)
        #expect(scenarios.count == 1)
        return try #require(scenarios.first)
    }

    @Test(arguments: Fixture.goodNames)
    func `a good scenario reads without a diagnostic`(name: String) throws {
        #expect(try !read(name).isEmpty)
    }

    @Test func `the good scenarios use every word of the language`() throws {
        var used: Set<String> = []
        for path in Fixture.goodPaths {
            let text = try Fixture.text(URL(filePath: path))
            let sink = DiagnosticSink(file: path, source: SourceText(text))
            collect(try #require(YamlLoader.load(text, into: sink)), into: &used)
        }
        for shape in Language.shapes {
            for key in shape.keys {
                #expect(used.contains(key.name), "'\(key.name)' of \(shape.title)")
            }
        }
    }

    private func collect(_ node: YamlNode, into used: inout Set<String>) {
        switch node.content {
        case .null, .scalar: break
        case .sequence(let items):
            for item in items { collect(item, into: &used) }
        case .mapping(let entries):
            for entry in entries {
                used.insert(entry.key)
                collect(entry.value, into: &used)
            }
        }
    }

    @Test func `each kind of traffic becomes its value`() throws {
        let scenario = try one("traffic")
        func traffic(_ name: String) throws -> TrafficSpec {
            try #require(scenario.traffic.first { $0.name == name })
        }
        #expect(scenario.duration == .seconds(8))
        #expect(scenario.timeout == .seconds(120))
        #expect(scenario.tags == ["traffic"])
        let get = try traffic("get")
        #expect(get.attribution == .header("X-Backend"))
        #expect(get.start == .seconds(3) && get.end == .seconds(8))
        let post = try traffic("post")
        var exchange = HTTPExchange(
            target: SocketTarget(host: "web", port: 80, usesIPv6: true), path: "/orders")
        exchange.method = "POST"
        exchange.headers = [
            HTTPHeader(name: "X-Trace", value: "abc"), HTTPHeader(name: "Accept", value: ""),
        ]
        exchange.payload = .bytes(1_024)
        exchange.statuses = [200...200, 200...299, 300...303]
        #expect(post.kind == .http(exchange))
        #expect(post.arrival.ratePerSecond == 10 && post.arrival.finalRatePerSecond == 500)
        #expect(post.arrival.spacing == .poisson)
        #expect(post.connection == .close)
        let web = SocketTarget(host: "web", port: 7_000)
        var ping = TCPExchange(target: web)
        ping.payload = .text("PING\r\n")
        ping.reply = .contains("PONG")
        #expect(try traffic("ping").kind == .tcp(ping))
        #expect(try traffic("ping").attribution == .body("PONG from ([a-z0-9-]+)"))
        #expect(try traffic("connect").kind == .tcp(TCPExchange(target: web)))
        let db = SocketTarget(host: "db", port: 9_000)
        #expect(try traffic("stream").tls == nil && traffic("open").tls == nil)
        #expect(try traffic("secret").tls == .host("web"))
        #expect(try traffic("behind").tls == .host("db"))
        #expect(try traffic("anybody").tls == .any)
        #expect(try traffic("private").tls == .host("web"))
        let ports = try ["anybody", "private"].map { name in
            guard case .http(let exchange) = try traffic(name).kind else { return UInt16(0) }
            return exchange.target.port
        }
        #expect(ports == [443, 8443])
        #expect(try traffic("datagrams").kind == .udp(UDPExchange(target: db)))
        #expect(try traffic("bursts").arrival.spacing == .burst(50))
        var notice = UDPExchange(target: db)
        notice.payload = .text("hello")
        notice.reply = .none
        #expect(try traffic("notices").kind == .udp(notice))
        let words = ["redis-cli", "-h", "{{address:db}}", "ping"]
        #expect(try traffic("check").kind == .exec(.arguments(words)))
        #expect(try traffic("words").kind == .exec(.arguments(words)))
        #expect(try traffic("words").arrival.ratePerSecond == 10)
        #expect(try traffic("line").kind == .exec(.shell("redis-cli ping | grep PONG")))
    }

    @Test func `each fault becomes its value`() throws {
        let faults = try one("faults").faults
        func fault(_ name: String) throws -> FaultSpec {
            try #require(faults.first { $0.name == name })
        }
        #expect(try fault("stop").at == .seconds(2))
        #expect(try fault("stop").lasts == .seconds(10))
        #expect(try fault("restart").at == .seconds(13))
        #expect(try fault("restart").lasts == nil)
        #expect(try fault("partition").lasts == .seconds(10))
        var bloat = LinkChange()
        bloat.rateBitsPerSecond = 2e6
        bloat.queue = QueueConditions(limit: .bytes(1 << 20))
        let ends = LinkSelector.between(.node("home"), .node("web-1"))
        #expect(try fault("bufferbloat").action == .bufferbloat(ends, bloat))
        var hole = LinkChange()
        hole.maximumPacketBytes = 1_400
        #expect(try fault("mtu-black-hole").action == .mtuBlackHole(ends, hole))
        let clock = ClockChange(offset: .seconds(-5), driftPerMillion: 200)
        let etcd = ProcessTarget.processOnHost(process: "etcd", host: "db")
        #expect(try fault("clock").action == .clock(etcd, clock))
        let drift = ClockChange(offset: .zero, driftPerMillion: -50)
        #expect(try fault("clock-2").action == .clock(.host("db"), drift))
        let nginx = ProcessTarget.processOnHost(process: "nginx", host: "web-1")
        #expect(try fault("cpu").action == .cpu(nginx, share: 0.1))
        #expect(try fault("memory").action == .memory(.process("nginx"), headroomBytes: 16 << 20))
        #expect(try fault("open-files").action == .openFiles(.host("web-2"), headroom: 0))
        #expect(try fault("power-loss").action == .powerLoss(host: "web-1"))
        #expect(try fault("full-disk").action == .disk(host: "web-1", freeBytes: 0))
        #expect(try fault("full-disk-2").action == .disk(host: "db", freeBytes: 65_536))
        let broken = FaultSpec.Action.exec(
            host: "db", begin: .arguments(["touch", "broken"]), heal: .arguments(["rm", "broken"]))
        #expect(try fault("exec").action == broken)
        #expect(try fault("file").lasts == .seconds(10))
        let log = EventPattern.log(.contains("became leader"), process: "etcd", host: "db")
        let condition = Condition(
            steps: [Condition.Step(pattern: log, count: 2)], notBefore: .seconds(3),
            delay: .milliseconds(200))
        #expect(try fault("leader").trigger == .when(condition))
        let request = RequestPattern(
            traffic: "visits", result: .failed, status: 503, backend: "web-2")
        let steps = [
            Condition.Step(pattern: .faultBegins("leader")),
            Condition.Step(pattern: .faultHeals("leader")),
            Condition.Step(pattern: .ready(process: "nginx", host: "web-1")),
            Condition.Step(pattern: .exits(process: "etcd", host: nil)),
            Condition.Step(pattern: .request(request), count: 3),
            Condition.Step(pattern: .log(.expression("term [0-9]+"), process: nil, host: nil)),
        ]
        #expect(try fault("restart-2").trigger == .when(Condition(steps: steps)))
    }

    @Test func `each expectation is told in one line`() throws {
        let scenario = try one("expectations")
        let golden = Fixture.good.appending(path: "expectations.told")
        let told = scenario.expectations.map { "\($0.line): \($0.text)\n" }.joined()
        if Fixture.isUpdating {
            try told.write(to: golden, atomically: true, encoding: .utf8)
        } else {
            #expect(try told == Fixture.text(golden))
        }
        let claims = scenario.expectations.map(\.claim)
        let http = RequestPattern(traffic: "visits", status: 200, backend: "web-2")
        let wanted: [ExpectationSpec.Claim] = [
            .throughput(.atLeast, ratePerSecond: 90), .goodput(.more, bitsPerSecond: 5_000),
            .datagrams(.lost, .atMost, .share(0.03)), .datagrams(.duplicated, .equal, .count(0)),
            .datagrams(.misordered, .equal, .share(0)), .resource(.memory, .atMost, 67_108_864),
            .resource(.cpu, .atMost, 1.5), .resource(.openFiles, .atMost, 100),
            .resource(.threads, .equal, 8), .exit(.code(0)), .exit(.running), .exit(.signal(9)),
            .restarts(.equal, 0),
            .eventually(.ready(process: "nginx", host: nil), within: .seconds(2)),
            .never(.log(.contains("panic"), process: nil, host: nil)), .sometimes(.request(http)),
        ]
        for claim in wanted { #expect(claims.contains(claim), "\(claim)") }
        let subjects = scenario.expectations.map(\.subject)
        #expect(subjects.contains(.process("nginx", host: "web")))
        #expect(subjects.contains(.run))
    }
}

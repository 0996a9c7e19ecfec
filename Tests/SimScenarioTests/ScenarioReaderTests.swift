import Foundation
import SimModel
import SimScenario
import Testing

struct ScenarioReaderTests {
    private func read(_ text: String) throws -> Scenario {
        let outcome = ScenarioReader.read(text: text, file: "test.yaml")
        #expect(outcome.diagnostics.map(\.description) == [])
        return try #require(outcome.scenario)
    }

    @Test func `the smallest scenario has the documented defaults`() throws {
        let scenario = try read("name: small\ntopology: { hosts: [a] }\n")
        var expected = Scenario(name: "small")
        expected.topology.hosts = [HostSpec(name: "a")]
        #expect(scenario == expected)
        #expect(scenario.duration == .seconds(10))
        #expect(scenario.tier == .full)
    }

    @Test func `hosts come from a mapping, from a list and from a count`() throws {
        let scenario = try read(
            """
            name: hosts
            topology:
              mtu: 9000
              offload: true
              hosts: { web: { zone: eu/a }, db: ~, orders: { count: 2, zone: us } }
              routers: { core: { zone: eu } }
            """)
        #expect(
            scenario.topology.hosts == [
                HostSpec(name: "web", zone: ["eu", "a"]), HostSpec(name: "db"),
                HostSpec(name: "orders-1", zone: ["us"]), HostSpec(name: "orders-2", zone: ["us"]),
            ])
        #expect(scenario.topology.routers == [RouterSpec(name: "core", zone: ["eu"])])
        #expect(scenario.topology.mtu == 9_000)
        #expect(scenario.topology.offload)
    }

    @Test func `a link takes every word in its short and its long form`() throws {
        let scenario = try read(
            """
            name: links
            topology:
              hosts: { a: { zone: eu/x }, b: {} }
              links:
                - { between: [eu, any], latency: 40ms, jitter: 2ms, loss: 0.1%, reorder: 1% }
                - from: eu/x
                  to: b
                  jitter: { amount: 1ms, distribution: table, table: [-1, 0, 3.5], order: free }
                  loss: { gilbert-elliott: { good-to-bad: 1%, bad-to-good: 25% } }
                  duplicate: 0.5
                  corrupt: 2%
                  reorder: { probability: 1%, hold-back: 7ms }
                  rate: 10mbit
                  queue: { limit: 64KiB, discipline: codel }
                  black-hole-above: 1400B
                  shared: true
                - { between: [a, b], rate: 1mbit, queue: 20ms }
                - { between: [a, b], rate: 1mbit, queue: { limit: 1kB, discipline: pie } }
            """)
        let links = scenario.topology.links
        #expect(links.map(\.direction) == [.both, .oneWay, .both, .both])
        #expect(links[0].first == .zone(["eu"]))
        #expect(links[0].second == .any)
        #expect(links[0].conditions.latency == .milliseconds(40))
        #expect(links[0].conditions.jitter == Jitter(amount: .milliseconds(2)))
        #expect(links[0].conditions.loss == .bernoulli(0.001))
        let reorder = Reorder(probability: 0.01, holdBack: .milliseconds(5))
        #expect(links[0].conditions.reorder == reorder)
        #expect(links[1].first == .zone(["eu", "x"]))
        #expect(links[1].second == .node("b"))
        var full = LinkConditions()
        full.jitter = Jitter(
            amount: .milliseconds(1), distribution: .table([-1, 0, 3.5]), keepsOrder: false)
        full.loss = .gilbertElliott(GilbertElliott(goodToBad: 0.01, badToGood: 0.25))
        full.duplicate = 0.5
        full.corrupt = 0.02
        full.reorder = Reorder(probability: 0.01, holdBack: .milliseconds(7))
        full.rateBitsPerSecond = 1e7
        full.queue = QueueConditions(
            limit: .bytes(65_536),
            discipline: .codel(target: .milliseconds(5), interval: .milliseconds(100)))
        full.maximumPacketBytes = 1_400
        #expect(links[1].conditions == full)
        #expect(links[1].shared)
        #expect(links[2].conditions.queue.limit == .time(.milliseconds(20)))
        let pie = QueueConditions.Discipline.pie(
            target: .milliseconds(15), updateInterval: .milliseconds(15))
        #expect(
            links[3].conditions.queue == QueueConditions(limit: .bytes(1_000), discipline: pie))
    }

    @Test func `a process takes every word`() throws {
        let scenario = try read(
            """
            name: processes
            topology: { hosts: { web: { count: 2 }, db: {} } }
            processes:
              nginx:
                on: web
                run: nginx -g 'daemon off;' -c {{dir}}/nginx.conf
                env: { A: b, PORT: 8080, DB: "{{address:db}}" }
                files: { nginx.conf: "listen {{address}};\\n", empty: }
                ready: { http: ":8080/health?x=1" }
                ready-within: 3s
                restart: on-failure
                stop: { signal: QUIT, within: 2s }
                capabilities: [net_raw]
                limits: { open-files: 1024, memory: 256MiB, processes: 64, file: 10MiB, core: 1B }
                after: [db]
              db: { on: db, shell: "exec db | tee log", ready: { delay: 200ms } }
            """)
        var nginx = ProcessSpec(
            name: "nginx", hosts: ["web-1", "web-2"],
            command: .arguments(["nginx", "-g", "daemon off;", "-c", "{{dir}}/nginx.conf"]))
        nginx.environment = [
            EnvironmentVariable(name: "A", value: "b"),
            EnvironmentVariable(name: "PORT", value: "8080"),
            EnvironmentVariable(name: "DB", value: "{{address:db}}"),
        ]
        nginx.files = [
            ScratchFile(path: "nginx.conf", content: "listen {{address}};\n"),
            ScratchFile(path: "empty", content: ""),
        ]
        nginx.readiness = .http(port: 8_080, path: "/health?x=1")
        nginx.readyWithin = .seconds(3)
        nginx.restart = .onFailure
        nginx.stopSignal = 3
        nginx.stopWithin = .seconds(2)
        nginx.capabilities = ["net_raw"]
        nginx.limits.openFiles = 1_024
        nginx.limits.memoryBytes = 268_435_456
        nginx.limits.processes = 64
        nginx.limits.fileBytes = 10_485_760
        nginx.limits.coreBytes = 1
        nginx.after = ["db"]
        var db = ProcessSpec(name: "db", hosts: ["db"], command: .shell("exec db | tee log"))
        db.readiness = .delay(.milliseconds(200))
        #expect(scenario.processes == [nginx, db])
    }

    @Test func `traffic, faults and expectations become values with resolved names`() throws {
        let scenario = try read(
            """
            name: all
            topology: { hosts: { a: { zone: eu }, b: {}, c: {} } }
            processes: { p: { on: [b, c], run: p } }
            traffic:
              t:
                { from: a, http: "http://b:81?q", rate: 60/m, timeout: 500ms, connection: close,
                  backend: { header: X-B }, start: 1s, end: 9s, ipv6: true }
            faults:
              - { at: 2s, crash: b, for: 1s }
              - { at: 4s, crash: { process: p } , for: 1s }
              - { at: 4s, pause: { process: p, on: c }, for: 1s, name: nap }
              - { at: 5s, cut: { from: eu, to: c }, for: 1s }
              - { at: 5s, partition: [[a, b], [c]], for: 1s }
              - { at: 5s, flap: { host: a, down: 200ms, up: 300ms }, for: 1s }
              - { at: 6s, degrade: { between: [a, any], latency: 1ms, loss: 0% } }
            expect:
              - { traffic: t, success: ">= 50%" }
              - { traffic: t, p99.9: "< 5ms", during: crash-2 }
              - { traffic: t, recovers: within 300ms, after: crash }
              - { traffic: t, route: b, share: 0%, during: no fault, grace: 100ms }
            """)
        let traffic = try #require(scenario.traffic.first)
        #expect(
            traffic.kind
                == .http(
                    HTTPExchange(
                        target: SocketTarget(host: "b", port: 81, usesIPv6: true), path: "/?q")))
        #expect(traffic.arrival.ratePerSecond == 1)
        #expect(traffic.connection == .close)
        #expect(traffic.end == .seconds(9))
        var change = LinkChange()
        change.latency = .milliseconds(1)
        change.loss = Loss.none
        #expect(
            scenario.faults.map(\.action) == [
                .crash(.host("b")), .crash(.process("p")),
                .pause(.processOnHost(process: "p", host: "c")),
                .cut(.oneWay(from: .zone(["eu"]), to: .node("c"))),
                .partition([["a", "b"], ["c"]]),
                .flap(.host("a"), down: .milliseconds(200), up: .milliseconds(300)),
                .degrade(.between(.node("a"), .any), change),
            ])
        let names = ["crash", "crash-2", "nap", "cut", "partition", "flap", "degrade"]
        #expect(scenario.faults.map(\.name) == names)
        #expect(
            scenario.expectations.map(\.text) == [
                "t: success >= 50%", "t: p99.9 < 5ms during crash-2",
                "t: recovers within 300ms after crash",
                "t: route b share == 0% during no fault, grace 100ms",
            ])
        #expect(scenario.expectations.map(\.line) == [17, 18, 19, 20])
        let scopes: [ExpectationSpec.Scope] = [
            .wholeRun, .during(.fault("crash-2"), grace: .zero),
            .after(.fault("crash"), grace: .zero),
            .noFault(grace: .milliseconds(100)),
        ]
        #expect(scenario.expectations.map(\.scope) == scopes)
    }

    @Test func `hostile nesting and size are diagnostics, not crashes`() {
        let texts = [
            String(repeating: "[", count: 19_999), String(repeating: "[", count: 500_000),
            String(repeating: "{a: ", count: 19_000), String(repeating: "- ", count: 15_000) + "x",
            String(repeating: "x", count: (1 << 20) + 1),
            (0..<1_200).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        ]
        for text in texts {
            let outcome = ScenarioReader.read(text: text, file: "hostile.yaml")
            #expect(outcome.diagnostics.count >= 1)
        }
    }

    @Test func `a file that cannot be read is a diagnostic`() {
        let outcome = ScenarioReader.read(path: "/nonexistent/scenario.yaml")
        #expect(
            outcome.diagnostics.map(\.description) == [
                "/nonexistent/scenario.yaml:1:1: error: the file cannot be opened "
                    + "(expected a readable file)"
            ])
        let directory = ScenarioReader.read(path: Fixture.scenarios.path)
        #expect(directory.diagnostics.count == 1)
    }

    @Test func `colour wraps the same text`() throws {
        let source = "nmae: x\n"
        let outcome = ScenarioReader.read(text: source, file: "x.yaml")
        let first = try #require(outcome.diagnostics.first)
        let coloured = first.rendered(colour: true)
        let plain = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
        #expect(coloured != plain)
        #expect(plain == first.rendered())
    }
}

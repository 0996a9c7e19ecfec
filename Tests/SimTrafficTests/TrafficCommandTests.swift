internal import CommyBase
internal import CommyLinux
internal import SimTraffic
internal import Testing

struct MisuseRow: Sendable, CustomTestStringConvertible {
    /// Replaces (or adds) these options of a right command line; nil removes one.
    var key: String
    var value: String?
    /// What the message must name.
    var names: String
    var testDescription: String { "\(key) \(value.map { $0.debugDescription } ?? "missing")" }

    init(_ key: String, _ value: String?, names: String? = nil) {
        self.key = key
        self.value = value
        self.names = names ?? key
    }
}

@Suite struct TrafficCommandTests {
    static let right: [(String, String)] = [
        ("--url-address", "10.77.0.2"), ("--port", "80"), ("--rate", "200"), ("--origin-ns", "1"),
        ("--start-ns", "2"), ("--end-ns", "3"),
    ]

    static func words(_ edits: [(String, String?)] = []) -> [String] {
        var pairs = right
        for (key, value) in edits {
            pairs.removeAll { $0.0 == key }
            if let value { pairs.append((key, value)) }
        }
        return pairs.flatMap { [$0.0, $0.1] }
    }

    static func misuse(_ words: [String]) -> String? {
        do throws(TrafficCommand.Misuse) {
            _ = try TrafficCommand(words)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `the required options alone give the defaults`() throws {
        guard case .generate(let configuration) = try TrafficCommand(Self.words()) else {
            Issue.record("no generator")
            return
        }
        var expected = TrafficConfiguration(
            address: SocketAddress(host: .v4(0x0a4d_0002), port: 80), originNanoseconds: 1,
            schedule: ArrivalSchedule(
                start: MeshInstant(nanoseconds: 2), end: MeshInstant(nanoseconds: 3),
                requestsPerMegasecond: 200_000_000))
        expected.identity = RandomKey(seed: 0).labelled("identity").value
        #expect(configuration == expected)
        expected.path = "/a?b=c"
        expected.hostHeader = "h:1"
        expected.attribution = .header("X-Who")
        expected.keepsConnections = false
        expected.timeoutNanoseconds = 7
        expected.maximumInFlight = 20_000
        let words = Self.words([
            ("--path", "/a?b=c"), ("--host-header", "h:1"), ("--backend", "header:X-Who"),
            ("--connection", "close"), ("--timeout-ns", "7"), ("--max-in-flight", "20000"),
        ])
        #expect(try TrafficCommand(words) == .generate(expected))
    }

    static let misuses: [MisuseRow] =
        right.map { MisuseRow($0.0, nil) } + [
            .init("--url-address", "localhost"), .init("--url-address", ""),
            .init("--url-address", "10.0.0.256"), .init("--port", "0"), .init("--port", "65536"),
            .init("--port", "http"), .init("--port", "-1"), .init("--rate", "0"),
            .init("--rate", "fast"), .init("--rate", "10000001"), .init("--origin-ns", "1.5"),
            .init("--start-ns", "x"), .init("--end-ns", "9223372036854775807"),
            .init("--path", "index"), .init("--path", ""), .init("--path", "/a b"),
            .init("--path", "/a\r\nX: y"), .init("--host-header", ""),
            .init("--host-header", "a\r\nX: y"), .init("--host-header", "a\u{7f}"),
            .init("--host-header", "a b"), .init("--backend", ""),
            .init("--backend", "header:"), .init("--backend", "header:X-Who:"),
            .init("--backend", "header:X Who"), .init("--backend", "header:X\nWho"),
            .init("--backend", "header:größe"), .init("--backend", "body:("),
            .init("--backend", "body:"), .init("--backend", "X-Who"),
            .init("--method", "G T"), .init("--method", ""), .init("--header", "no colon"),
            .init("--header", "a b: c"), .init("--header", "a: b\nc: d"),
            .init("--statuses", ""), .init("--statuses", "200-"), .init("--statuses", "300-200"),
            .init("--statuses", "99"), .init("--statuses", "200-299-300"),
            .init("--statuses", "600"), .init("--arrival", "sometimes"),
            .init("--arrival", "burst:0"), .init("--arrival", "burst:"),
            .init("--final-rate", "0"), .init("--protocol", "quic"), .init("--reply", "any"),
            .init("--payload-bytes", "-1"), .init("--payload-bytes", "1048577"),
            .init("--connection", "maybe"), .init("--timeout-ns", "0"),
            .init("--timeout-ns", "-1"), .init("--max-in-flight", "0"),
            .init("--max-in-flight", "20001"), .init("--seed", "-1"), .init("--nonsense", "1"),
            .init("rate", "1"), .init("--tls-server", "web"),
        ]

    @Test(arguments: misuses) func `a wrong argument is named`(_ row: MisuseRow) throws {
        let message = try #require(Self.misuse(Self.words([(row.key, row.value)])))
        #expect(message.contains(row.names))
        #expect(message.utf8.allSatisfy { $0 >= 0x20 }, "the message is one printable line")
    }

    @Test(
        arguments: [
            (["--port"], "--port: value missing"),
            (["--protocol", "exec"], "-- PROGRAM WORD...: just with --protocol exec"),
            (["--rate", "1", "--", "ls"], "-- PROGRAM WORD...: just with --protocol exec"),
            (
                ["--protocol", "exec", "--port", "1", "--", "ls"],
                "unknown option --port; see --help"
            ),
            (["--protocol", "udp", "--path", "/"], "unknown option --path; see --help"),
            (["--protocol", "tcp", "--header", "a: b"], "unknown option --header; see --help"),
            (["echo"], "echo: --tcp PORT, --udp PORT or both"),
            (["echo", "--tcp", "0"], "--tcp 0: not 1 to 65535"),
            (["echo", "--udp", "1", "--tls", "/x"], "echo: --tls without --tcp"),
            (["--protocol", "udp", "--tls", "/x"], "unknown option --tls; see --help"),
            (["--port", "1", "--port", "1"], "--port: given twice"),
            (["probe"], "probe: tcp IP PORT or http IP PORT PATH"),
            (["probe", "udp", "::1", "1"], "probe: tcp IP PORT or http IP PORT PATH"),
            (["probe", "http", "::1", "1"], "probe: tcp IP PORT or http IP PORT PATH"),
            (["probe", "tcp", "::1", "0"], "PORT 0: not 1 to 65535"),
            (["probe", "tcp", "x", "1"], "IP x: not a numeric IPv4 or IPv6 address"),
            (
                ["probe", "http", "::1", "1", "x"],
                "PATH x: begins with / and holds no spaces or control characters"
            ),
            (
                ["probe", "tcp", "::1", "1", "--host-header", "x"],
                "unknown option --host-header; see --help"
            ),
            (
                ["probe", "tcp", "::1", "1", "--timeout-ns", "-1"],
                "--timeout-ns: -1 is no number from 1 to 2305843009213693951"
            ),
        ] as [([String], String)])
    func `a wrong word gives exactly this message`(_ words: [String], _ message: String) {
        #expect(Self.misuse(words) == message)
    }

    @Test func `every option of the other kinds is read`() throws {
        let udp = Self.words([
            ("--protocol", "udp"), ("--payload-bytes", "24"), ("--reply", "echo"),
            ("--arrival", "burst:3"), ("--final-rate", "2"), ("--backend", "peer"),
        ])
        guard case .generate(let datagrams) = try TrafficCommand(udp) else {
            Issue.record("no generator")
            return
        }
        #expect(datagrams.exchange == .udp(.echo))
        #expect(datagrams.schedule.spacing == .burst(3))
        #expect(datagrams.schedule.finalRequestsPerMegasecond == 2_000_000)
        #expect(datagrams.attribution == .peer)
        #expect(
            DatagramPayload.ordinal(of: datagrams.payload[...], identity: datagrams.identity) == 0)
        let tcp = Self.words([
            ("--protocol", "tcp"), ("--payload-text", "PING"), ("--reply", "contains:PONG"),
            ("--arrival", "poisson"), ("--backend", "body:(P.*G)"),
        ])
        guard case .generate(let streams) = try TrafficCommand(tcp) else {
            Issue.record("no generator")
            return
        }
        #expect(streams.exchange == .tcp(.contains(Array("PONG".utf8))))
        #expect(streams.payload == Array("PING".utf8))
        let exec = [
            "--protocol", "exec", "--rate", "5", "--origin-ns", "1", "--start-ns", "2",
            "--end-ns", "3", "--", "ls", "--rate", "--",
        ]
        guard case .generate(let commands) = try TrafficCommand(exec) else {
            Issue.record("no generator")
            return
        }
        #expect(commands.exchange == .exec(["ls", "--rate", "--"]))
        let http =
            Self.words([("--statuses", "200-299,404"), ("--method", "POST")])
            + ["--header", "A: b", "--header", "C: d: e", "--payload-text", "x"]
        guard case .generate(let posts) = try TrafficCommand(http) else {
            Issue.record("no generator")
            return
        }
        #expect(posts.statuses == [200...299, 404...404])
        #expect(
            String(decoding: posts.requestBytes, as: UTF8.self)
                == "POST / HTTP/1.1\r\nHost: 10.77.0.2:80\r\nUser-Agent: commy-traffic\r\n"
                + "A: b\r\nC: d: e\r\nContent-Length: 1\r\n\r\nx")
    }

    @Test func `sources and servers are told where their certificates are`() throws {
        let words = Self.words([("--tls", "/t"), ("--tls-server", "web")])
        guard case .generate(let source) = try TrafficCommand(words) else {
            Issue.record("no generator")
            return
        }
        #expect(source.tls == TrafficTLS(folder: "/t", server: "web"))
        #expect(
            try TrafficCommand(["echo", "--tcp", "7000", "--tls", "/t"])
                == .echo(tcp: 7000, udp: nil, tls: TrafficTLS(folder: "/t")))
    }

    @Test func `the seed decides arrivals and marks`() throws {
        func source(_ seed: String) throws -> TrafficConfiguration? {
            let words = Self.words([("--arrival", "poisson"), ("--seed", seed)])
            guard case .generate(let found) = try TrafficCommand(words) else { return nil }
            return found
        }
        #expect(try source("1") == source("1"))
        #expect(try source("1")?.identity != source("2")?.identity)
        #expect(try source("1")?.schedule != source("2")?.schedule)
    }

    @Test func `probes are read`() throws {
        var probe = Probe(.tcp, address: SocketAddress(host: .v6(high: 0, low: 1), port: 22))
        #expect(try TrafficCommand(["probe", "tcp", "::1", "22"]) == .probe(probe))
        probe.kind = .http(path: "/ready", hostHeader: "h")
        probe.timeoutNanoseconds = 5
        probe.untilNanoseconds = 6
        let words = [
            "probe", "http", "::1", "22", "/ready", "--host-header", "h", "--timeout-ns", "5",
            "--until-ns", "6",
        ]
        #expect(try TrafficCommand(words) == .probe(probe))
    }

    @Test(arguments: ["--help", "-h"]) func `help is asked for`(_ word: String) throws {
        #expect(try TrafficCommand([word]) == .help)
    }
}

internal import CommyBase
internal import CommyLinux
internal import CommyTLS
internal import Foundation
internal import SimTraffic
internal import Testing

private let ping = Array("PING\r\n\r\n".utf8)

/// The generator and the echo server over TLS, on real sockets.
@Suite(.timeLimit(.minutes(2))) struct TLSTrafficTests {
    private static func tcp(
        _ address: SocketAddress, count: Int, _ rule: TrafficConfiguration.ReplyRule = .echo,
        payload: [UInt8] = ping, keepsConnections: Bool = true
    ) -> TrafficConfiguration {
        GeneratorRun.configuration(address, count: count) {
            $0.exchange = .tcp(rule)
            $0.payload = payload
            $0.keepsConnections = keepsConnections
        }
    }

    @Test(arguments: [true, false])
    func `an echo comes back over kept and over new connections`(_ keeps: Bool) throws {
        let authority = try TestAuthority()
        let server = try TestEcho(try authority.security("server"))
        defer { server.stop() }
        let run = try GeneratorRun(
            Self.tcp(server.tcp, count: 50, keepsConnections: keeps),
            try authority.security("client", server: "server"))
        run.expectConservation(50)
        #expect(run.requests.allSatisfy { $0.result == .ok && $0.tries == 1 })
        #expect(run.requests.allSatisfy { $0.bodyByteCount == UInt64(ping.count) })
    }

    @Test func `a payload of many records comes back whole`() throws {
        let authority = try TestAuthority()
        let server = try TestEcho(try authority.security("server"))
        defer { server.stop() }
        let payload = (0..<Limits.payloadBytes).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let run = try GeneratorRun(
            Self.tcp(server.tcp, count: 6, payload: payload), try authority.security("client"))
        run.expectConservation(6)
        #expect(run.requests.allSatisfy { $0.result == .ok })
        #expect(run.requests.allSatisfy { $0.bodyByteCount == UInt64(Limits.payloadBytes) })
    }

    @Test func `a source that wants no reply is done when the handshake is`() throws {
        let authority = try TestAuthority()
        let server = try TestEcho(try authority.security("server"))
        defer { server.stop() }
        for payload in [[], ping] {
            let run = try GeneratorRun(
                Self.tcp(
                    server.tcp, count: 10, .none, payload: payload, keepsConnections: false),
                try authority.security("client", server: "server"))
            run.expectConservation(10)
            #expect(run.requests.allSatisfy { $0.result == .ok })
        }
    }

    @Test func `a server that is another node is refused before it learns anything`() throws {
        let authority = try TestAuthority()
        let server = try TestTLSServer("", .none, try authority.security("other").context)
        defer { server.stop() }
        let run = try GeneratorRun(
            Self.tcp(server.address, count: 5, .none),
            try authority.security("client", server: "server"))
        run.expectConservation(5)
        #expect(run.requests.allSatisfy { $0.result == .refused })
    }

    @Test func `strangers refuse each other`() throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority(seed: 2))
        let server = try TestEcho(try authority.security("server"))
        defer { server.stop() }
        let run = try GeneratorRun(
            Self.tcp(server.tcp, count: 5), try stranger.security("client"))
        run.expectConservation(5)
        #expect(run.requests.allSatisfy { $0.result == .refused })
        // A client whose certificate nobody knows trusts the server, and is told no.
        let half = StreamSecurity(
            context: try TLSContext(
                identity: try stranger.identity("client"),
                trust: [try TrustBundle([authority.authority.certificate])],
                protocol: .unnamed))
        let told = try GeneratorRun(Self.tcp(server.tcp, count: 5), half)
        told.expectConservation(5)
        #expect(told.requests.allSatisfy { $0.result == .refused })
    }

    @Test func `who speaks TLS and who does not have nothing to say to each other`() throws {
        let authority = try TestAuthority()
        let plain = try TestEcho()
        defer { plain.stop() }
        let run = try GeneratorRun(
            Self.tcp(plain.tcp, count: 3), try authority.security("client"))
        run.expectConservation(3)
        #expect(run.requests.allSatisfy { $0.result == .malformed })
        let secure = try TestEcho(try authority.security("server"))
        defer { secure.stop() }
        // An alert may come back, or a reset: no echo in any case.
        let echoes = try GeneratorRun(Self.tcp(secure.tcp, count: 3))
        echoes.expectConservation(3)
        #expect(echoes.requests.allSatisfy { $0.result != .ok })
    }

    @Test func `requests of http go over TLS, on one connection while it is kept`() throws {
        let authority = try TestAuthority()
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Who: b1\r\n\r\nok"
        let server = try TestTLSServer(
            answer, .none, try authority.security("web", .offered("http/1.1")).context)
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 20, perSecond: 20) {
                $0.attribution = .header("X-Who")
            }, try authority.security("client", server: "web", .offered("http/1.1")))
        run.expectConservation(20)
        #expect(run.requests.allSatisfy { $0.result == .ok && $0.status == 200 })
        #expect(run.requests.allSatisfy { $0.backendText == "b1" })
        #expect(server.connectionCount < 20)
    }

    @Test func `an answer that ends with the stream ends with the close-notify only`() throws {
        let authority = try TestAuthority()
        func results(_ ending: TestTLSServer.Ending) throws -> [TrafficResult] {
            let server = try TestTLSServer(
                "HTTP/1.1 200 OK\r\n\r\nbody", ending, try authority.security("web").context)
            defer { server.stop() }
            let run = try GeneratorRun(
                GeneratorRun.configuration(server.address, count: 3),
                try authority.security("client"))
            run.expectConservation(3)
            return run.requests.map(\.result)
        }
        #expect(try results(.politely) == [.ok, .ok, .ok])
        #expect(try results(.abruptly) == [.reset, .reset, .reset])
    }

    @Test func `the files of a folder are read, and what is wrong with them is said`() throws {
        let authority = try TestAuthority()
        try authority.withFolder("server") { folder in
            let loaded = try TrafficTLS(folder: folder, server: "x").load(for: .http)
            #expect(loaded.context.identity.id.node == "server" && loaded.server == "x")
            try Data("no key".utf8).write(to: URL(fileURLWithPath: "\(folder)/key.pem"))
            #expect(throws: TrafficCommand.Misuse.self) {
                try TrafficTLS(folder: folder).load(for: .bytes)
            }
        }
        #expect(
            throws: TrafficCommand.Misuse(
                "--tls /nowhere: open /nowhere/certificate.pem: No such file or directory (ENOENT)")
        ) { try TrafficTLS(folder: "/nowhere").load(for: .bytes) }
    }
}

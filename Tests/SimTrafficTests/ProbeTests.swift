internal import CommyBase
internal import CommyLinux
internal import SimTraffic
internal import Synchronization
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct ProbeTests {
    static func answer(_ status: Int) -> TestServer.Rule {
        .answer("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n", closes: false)
    }

    static func probe(_ kind: Probe.Kind, _ address: SocketAddress) -> Probe {
        var probe = Probe(kind, address: address)
        probe.timeoutNanoseconds = 30_000_000_000
        return probe
    }

    static let http = Probe.Kind.http(path: "/ready", hostHeader: nil)

    @Test(arguments: [200, 204, 302, 399]) func `a status below 400 is ready`(_ status: Int) throws
    {
        let server = try TestServer(Self.answer(status))
        defer { server.stop() }
        #expect(Self.probe(Self.http, server.address).run() == .ready)
    }

    @Test(arguments: [400, 404, 500, 503])
    func `a status of 400 or more is not ready, and is named`(_ status: Int) throws {
        let server = try TestServer(Self.answer(status))
        defer { server.stop() }
        #expect(
            Self.probe(Self.http, server.address).run()
                == .notReady("GET \(server.address): status \(status)"))
    }

    @Test func `a server that takes connections is ready for TCP, whatever it says`() throws {
        let server = try TestServer(.reset)
        defer { server.stop() }
        #expect(Self.probe(.tcp, server.address).run() == .ready)
    }

    @Test(arguments: [Probe.Kind.tcp, http])
    func `nobody listens, nobody is ready`(_ kind: Probe.Kind) throws {
        let address = try TestServer.closedAddress()
        #expect(
            Self.probe(kind, address).run()
                == .notReady("connect: Connection refused (ECONNREFUSED)"))
    }

    @Test func `an answer that is not HTTP is not ready`() throws {
        let server = try TestServer(.answer("SSH-2.0-OpenSSH_9\r\n", closes: false))
        defer { server.stop() }
        #expect(
            Self.probe(Self.http, server.address).run()
                == .notReady("GET \(server.address): malformed (statusLine)"))
    }

    @Test func `an answer that does not come in time is not ready`() throws {
        let server = try TestServer(.hold(""))
        defer { server.stop() }
        var probe = Self.probe(Self.http, server.address)
        probe.timeoutNanoseconds = 100_000_000
        guard case .notReady(let why) = probe.run() else {
            Issue.record("ready without an answer")
            return
        }
        #expect(why.contains("in time"))
    }

    @Test func `a repeated probe gives up when its time is over`() throws {
        var probe = Self.probe(.tcp, try TestServer.closedAddress())
        probe.untilNanoseconds = 25_000_000
        #expect(probe.run() == .notReady("connect: Connection refused (ECONNREFUSED)"))
    }

    @Test func `a repeated probe waits for the server to listen`() throws {
        let address = try TestServer.closedAddress()
        let late = Late()
        let starter = try WorkerThread(name: "test-late") {
            do {
                let server = try TestServer(.reset, on: address)
                late.server.withLock { $0 = server }
            } catch {
                Issue.record("the late server failed: \(error)")
            }
        }
        var probe = Self.probe(.tcp, address)
        probe.untilNanoseconds = 30_000_000_000
        let outcome = probe.run()
        starter.join()
        late.server.withLock { $0 }?.stop()
        #expect(outcome == .ready)
    }

    private final class Late: Sendable {
        let server = Mutex<TestServer?>(nil)
    }
}

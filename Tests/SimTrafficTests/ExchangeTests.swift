internal import CommyBase
internal import CommyLinux
internal import SimTraffic
internal import Testing

struct ReplyRow: Sendable, CustomTestStringConvertible {
    var rule: TrafficConfiguration.ReplyRule
    var result: TrafficResult
    var testDescription: String { "\(rule)" }
}

private let bytes = Array("PING".utf8)

/// The generator's tcp, udp and exec requests, over real sockets and processes.
@Suite(.timeLimit(.minutes(2))) struct ExchangeTests {
    static let replies: [ReplyRow] = [
        .init(rule: .none, result: .ok), .init(rule: .any, result: .ok),
        .init(rule: .echo, result: .ok), .init(rule: .contains(Array("IN".utf8)), result: .ok),
    ]

    @Test(arguments: replies) func `a tcp request ends as its reply says`(_ row: ReplyRow) throws {
        let server = try TestEcho()
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.tcp, count: 20) {
                $0.exchange = .tcp(row.rule)
                $0.payload = bytes
            })
        run.expectConservation(20)
        #expect(run.requests.allSatisfy { $0.result == row.result && $0.status == nil })
    }

    @Test func `a large tcp payload comes back whole`() throws {
        let server = try TestEcho()
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.tcp, count: 5) {
                $0.exchange = .tcp(.echo)
                $0.payload = (0..<Limits.payloadBytes).map { UInt8(truncatingIfNeeded: $0) }
            })
        run.expectConservation(5)
        #expect(run.requests.allSatisfy { $0.result == .ok })
        #expect(run.requests.allSatisfy { $0.bodyByteCount == UInt64(Limits.payloadBytes) })
    }

    @Test func `a tcp answer that is another one is wrong, and one that ends early malformed`()
        throws
    {
        let server = try TestServer(.answer("PONG", closes: true))
        defer { server.stop() }
        func results(_ rule: TrafficConfiguration.ReplyRule) throws -> Set<TrafficResult> {
            let run = try GeneratorRun(
                GeneratorRun.configuration(server.address, count: 3) {
                    $0.exchange = .tcp(rule)
                    $0.payload = Array("PING\r\n\r\n".utf8)
                })
            run.expectConservation(3)
            return Set(run.requests.map(\.result))
        }
        #expect(try results(.echo) == [.wrongAnswer])
        #expect(try results(.contains(Array("PONGPONG".utf8))) == [.wrongAnswer])
        #expect(try results(.contains(Array("ONG".utf8))) == [.ok])
    }

    @Test func `a body names who answered over tcp`() throws {
        let server = try TestServer(.answer("i am b7", closes: true))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 3) {
                $0.exchange = .tcp(.contains(Array("b7".utf8)))
                $0.payload = Array("who?\r\n\r\n".utf8)
                $0.attribution = .body("i am (b[0-9])")
            })
        #expect(run.requests.allSatisfy { $0.result == .ok && $0.backendText == "b7" })
    }

    @Test(arguments: replies) func `a udp request ends as its reply says`(_ row: ReplyRow) throws {
        let server = try TestEcho()
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.udp, count: 20) {
                $0.exchange = .udp(row.rule)
                $0.payload = bytes
                $0.attribution = .peer
            })
        run.expectConservation(20)
        #expect(run.requests.allSatisfy { $0.result == row.result })
        #expect(run.requests.allSatisfy { $0.backendText == "127.0.0.1" || row.rule == .none })
        #expect(run.repeated.isEmpty)
    }

    @Test func `nobody at a udp port refuses`() throws {
        let closed = try UDPSocket(boundTo: .loopback(port: 0)).localAddress()
        let run = try GeneratorRun(
            GeneratorRun.configuration(closed, count: 10) {
                $0.exchange = .udp(.any)
                $0.payload = bytes
            })
        run.expectConservation(10)
        #expect(run.requests.allSatisfy { $0.result == .refused })
    }

    @Test func `a datagram without an answer times out at its deadline`() throws {
        let silent = try UDPSocket(boundTo: .loopback(port: 0))
        let run = try GeneratorRun(
            GeneratorRun.configuration(try silent.localAddress(), count: 5) {
                $0.exchange = .udp(.echo)
                $0.payload = DatagramPayload.blank(size: 64, identity: 0)
                $0.timeoutNanoseconds = 200_000_000
            })
        run.expectConservation(5)
        #expect(
            run.requests.allSatisfy {
                $0.result == .timeout && $0.latencyNanoseconds >= 200_000_000
            })
    }

    @Test func `commands succeed when they return 0, and their output names who answered`() throws {
        func run(_ line: String, timeout: Int64 = 30_000_000_000) throws -> GeneratorRun {
            let run = try GeneratorRun(
                GeneratorRun.configuration(.loopback(port: 0), count: 3, perSecond: 50) {
                    $0.exchange = .exec(["sh", "-c", line])
                    $0.attribution = .body("who=([a-z]+)")
                    $0.timeoutNanoseconds = timeout
                })
            run.expectConservation(3)
            return run
        }
        let good = try run("echo who=me")
        #expect(good.requests.allSatisfy { $0.result == .ok && $0.backendText == "me" })
        #expect(good.requests.allSatisfy { $0.bodyByteCount == 7 })
        let bad = try run("echo who=me; exit 3")
        #expect(bad.requests.allSatisfy { $0.result == .wrongAnswer && $0.backendText == "me" })
        let killed = try run("kill -9 $$")
        #expect(killed.requests.allSatisfy { $0.result == .wrongAnswer })
        // The group dies with it: the `sleep` below would hold the pipe open for its whole time.
        let slow = try run("sleep 600", timeout: 300_000_000)
        #expect(slow.requests.allSatisfy { $0.result == .timeout })
    }

    @Test func `a program that is not there has failed`() throws {
        let run = try GeneratorRun(
            GeneratorRun.configuration(.loopback(port: 0), count: 2) {
                $0.exchange = .exec(["/no/such/program"])
            })
        run.expectConservation(2)
        #expect(run.requests.allSatisfy { $0.result == .wrongAnswer })
    }

    @Test func `more output than is kept does not block the command`() throws {
        let run = try GeneratorRun(
            GeneratorRun.configuration(.loopback(port: 0), count: 1) {
                $0.exchange = .exec(["head", "-c", "1000000", "/dev/zero"])
            })
        #expect(run.requests.map(\.result) == [.ok])
    }
}

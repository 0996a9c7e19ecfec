internal import CommyBase
internal import CommyLinux
internal import SimTraffic
internal import Testing

private let okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Who: b1\r\n\r\nok"

struct AnswerRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rule: TestServer.Rule
    var result: TrafficResult
    var status: UInt16?
    var keepsConnections = true
}

/// The generator against a server on the loopback, over real sockets.
@Suite(.timeLimit(.minutes(2))) struct TrafficGeneratorTests {
    static let rows: [AnswerRow] = [
        .init(
            testDescription: "kept connections", rule: .answer(okAnswer, closes: false),
            result: .ok, status: 200),
        .init(
            testDescription: "a connection for each", rule: .answer(okAnswer, closes: true),
            result: .ok, status: 200, keepsConnections: false),
        .init(
            testDescription: "kept by the generator, closed by the server after each answer",
            rule: .answer(okAnswer, closes: true), result: .ok, status: 200),
        .init(
            testDescription: "not found",
            rule: .answer("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", closes: false),
            result: .ok, status: 404),
        .init(
            testDescription: "server error",
            rule: .answer("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", closes: false),
            result: .serverError, status: 503),
        .init(
            testDescription: "chunks",
            rule: .answer(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nT: v\r\n\r\n", closes: false),
            result: .ok, status: 200),
        .init(testDescription: "drip", rule: .drip(okAnswer), result: .ok, status: 200),
        .init(
            testDescription: "the end of the body is the end of the connection",
            rule: .answer("HTTP/1.0 200 OK\r\n\r\nhello", closes: true), result: .ok, status: 200),
        .init(
            testDescription: "cut short",
            rule: .answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", closes: true),
            result: .malformed),
        .init(
            testDescription: "garbage", rule: .answer("SSH-2.0-OpenSSH_9\r\n", closes: false),
            result: .malformed),
        .init(testDescription: "reset", rule: .reset, result: .reset),
    ]

    @Test(arguments: rows) func `every request ends as its answer says`(_ row: AnswerRow) throws {
        let server = try TestServer(row.rule)
        defer { server.stop() }
        let count = 20
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: count) {
                $0.keepsConnections = row.keepsConnections
            })
        run.expectConservation(count)
        #expect(run.end == .finished)
        #expect(run.requests.allSatisfy { $0.result == row.result })
        #expect(
            run.requests.allSatisfy { $0.status == row.status || row.result == .malformed })
        if !row.keepsConnections { #expect(server.counts.connections == count) }
        if row.result != .reset, row.result != .malformed {
            #expect(server.counts.requests == count)
        }
    }

    @Test func `a kept connection carries many requests`() throws {
        let server = try TestServer(.answer(okAnswer, closes: false))
        defer { server.stop() }
        // With one request under way at most, there is only ever one connection.
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 50) {
                $0.maximumInFlight = 1
                $0.attribution = .header("x-who")
            })
        run.expectConservation(50)
        #expect(server.counts.connections == 1)
        let answered = run.requests.filter { $0.result == .ok }
        #expect(answered.count == server.counts.requests)
        #expect(answered.allSatisfy { $0.backendText == "b1" && $0.tries == 1 })
    }

    @Test func `a request on a connection that the server has dropped is sent once more`() throws {
        let server = try TestServer(.answerOnce(okAnswer))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 6, perSecond: 50) {
                $0.maximumInFlight = 1
            })
        run.expectConservation(6)
        let sent = run.requests.filter { $0.result != .overload }
        #expect(sent.allSatisfy { $0.result == .ok && $0.status == 200 })
        #expect(server.counts.dropped == sent.count - 1)
        #expect(sent.count { $0.tries == 2 } == sent.count - 1)
        #expect(Int(run.summary.retried) == sent.count - 1)
    }

    @Test func `what may do harm twice is sent once`() throws {
        let server = try TestServer(.answerOnce(okAnswer))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 6, perSecond: 50) {
                $0.maximumInFlight = 1
                $0.method = "POST"
            })
        run.expectConservation(6)
        #expect(run.summary.retried == 0)
        #expect(run.requests.allSatisfy { $0.tries <= 1 })
        #expect(run.requests.contains { $0.result != .ok && $0.result != .overload })
    }

    @Test func `the statuses of a success are as configured`() throws {
        let server = try TestServer(.answer(okAnswer, closes: false))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 3) { $0.statuses = [404...404] })
        #expect(run.requests.allSatisfy { $0.result == .serverError && $0.status == 200 })
    }

    @Test(
        arguments: [
            (.header("X-Who"), "b1"), (.body("(o.)$"), "ok"), (.body("(nothing)"), nil),
            (.peer, "127.0.0.1"), (.none, nil),
        ] as [(TrafficConfiguration.Attribution, String?)])
    func `who answered is known as configured`(
        _ attribution: TrafficConfiguration.Attribution, _ name: String?
    ) throws {
        let server = try TestServer(.answer(okAnswer, closes: false))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 3) { $0.attribution = attribution })
        #expect(run.requests.allSatisfy { $0.result == .ok && $0.backendText == name })
        #expect(run.requests.allSatisfy { $0.bodyByteCount == 2 })
    }

    @Test func `every request is refused when nobody listens`() throws {
        let run = try GeneratorRun(
            GeneratorRun.configuration(try TestServer.closedAddress(), count: 10))
        run.expectConservation(10)
        #expect(run.requests.allSatisfy { $0.result == .refused && $0.tries == 1 })
        #expect(run.summary.retried == 0)
    }

    @Test func `an answer that never comes is a timeout at the deadline`() throws {
        let server = try TestServer(.hold(okAnswer))
        defer { server.stop() }
        let timeout: Int64 = 1_000_000_000
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 3) {
                $0.timeoutNanoseconds = timeout
            })
        run.expectConservation(3)
        #expect(run.requests.map(\.result) == [.timeout, .timeout, .timeout])
        #expect(run.requests.allSatisfy { $0.latencyNanoseconds >= timeout && $0.status == nil })
    }

    @Test func `more requests under way than allowed are overload`() throws {
        let server = try TestServer(.hold(okAnswer))
        defer { server.stop() }
        var overloads = 0
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 10) { $0.maximumInFlight = 2 }
        ) { request in
            // The answers come only when every other request has been refused.
            overloads += request.result == .overload ? 1 : 0
            if overloads == 8 { server.release() }
        }
        run.expectConservation(10)
        #expect(run.requests.prefix(8).map(\.ordinal) == Array(2..<10))
        #expect(run.requests.prefix(8).allSatisfy { $0.result == .overload && $0.tries == 0 })
        #expect(run.requests.suffix(2).allSatisfy { $0.result == .ok })
        #expect(run.summary.sent == 2)
    }

    @Test func `the server may be reached over IPv6`() throws {
        let server = try TestServer(
            .answer(okAnswer, closes: false), on: SocketAddress(host: .v6(high: 0, low: 1), port: 0)
        )
        defer { server.stop() }
        let run = try GeneratorRun(GeneratorRun.configuration(server.address, count: 5))
        run.expectConservation(5)
        #expect(run.requests.allSatisfy { $0.result == .ok })
    }

    @Test func `a run whose records nobody reads ends at once`() throws {
        let server = try TestServer(.hold(okAnswer))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 1_000_000), isUnread: true)
        #expect(run.end == .outputLost)
    }

    @Test func `a request under way when the run is stopped is abandoned`() throws {
        let server = try TestServer(.hold(okAnswer))
        defer { server.stop() }
        let run = try GeneratorRun(
            GeneratorRun.configuration(server.address, count: 1), isStopped: true)
        #expect(run.end == .stopped)
        run.expectConservation(1)
        #expect(run.summary.abandoned == 1)
        #expect(run.requests.isEmpty)
    }
}

internal import CommyBase
internal import CommyLinux
internal import LiveNode
internal import SimTraffic
internal import SimWorkload
internal import Testing

/// `commy-workload` as processes of their own, through a node.
@Suite struct WorkloadTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func serve(_ words: String...) -> [String] {
        ["serve", "--run-dir", folder.path, "--node", "here", "--service", "orders", "--events"]
            + words
    }

    /// A hundred calls within a second from now on, with a timeout that only a test that means it
    /// runs into.
    private func call(_ words: String..., timeout: Duration = .seconds(30)) -> [String] {
        let origin = MonotonicClock().originNanoseconds
        return [
            "call", "--run-dir", folder.path, "--node", "here", "--service", "orders",
            "--rate", "100", "--origin-ns", "\(origin)", "--start-ns", "0",
            "--end-ns", "1000000000", "--timeout-ns", "\(timeout.nanoseconds)",
            "--payload-bytes", "64",
        ] + words
    }

    private func records(_ words: [String]) throws -> [TrafficRequest] {
        var process = try LineProcess("commy-workload", words)
        let (output, status) = try process.finish()
        #expect(status == 0)
        var reader = TrafficRecordReader()
        reader.receive(output[...])
        var requests: [TrafficRequest] = []
        var summary: TrafficSummary?
        while let record = try reader.next() {
            switch record {
            case .request(let request): requests.append(request)
            case .summary(let totals): summary = totals
            case .repeated(let ordinal): Issue.record("\(ordinal) was answered twice")
            }
        }
        #expect(summary?.decided == 100)
        #expect(requests.map(\.ordinal).sorted() == Array(0..<100))
        return requests
    }

    @Test func `every call is answered, and says by whom`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess("commy-workload", serve("--as", "web/2"))
        let line = try server.line(beginning: "@commy serving")
        #expect(line.hasPrefix("@commy serving service=orders instance="))
        #expect(line.hasSuffix(" node=here"))
        for request in try records(call()) {
            #expect(request.result == .ok)
            #expect(request.backendText == "web/2")
            #expect(request.bodyByteCount == 64)
            #expect(request.status == nil)
        }
    }

    @Test(arguments: [
        ("fail", TrafficResult.serverError, ErrorCode?.some(.applicationError)),
        ("discard", .wrongAnswer, nil),
    ])
    func `a handler that does not echo is told apart`(
        _ handler: String, _ result: TrafficResult, _ code: ErrorCode?
    ) throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess("commy-workload", serve("--handler", handler))
        _ = try server.line(beginning: "@commy serving")
        for request in try records(call()) {
            #expect(request.result == result)
            #expect(request.status == code?.rawValue)
        }
    }

    @Test func `what is not looked at may be empty`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess("commy-workload", serve("--handler", "discard"))
        _ = try server.line(beginning: "@commy serving")
        #expect(try records(call("--reply", "any")).allSatisfy { $0.result == .ok })
        #expect(try records(call("--one-way")).allSatisfy { $0.result == .ok })
    }

    @Test func `work takes its time and delays no other request`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess("commy-workload", serve("--work-ns", "300000000"))
        _ = try server.line(beginning: "@commy serving")
        for request in try records(call()) {
            #expect(request.result == .ok)
            #expect(request.latencyNanoseconds >= 300_000_000)
        }
    }

    @Test func `a call that runs out of time is a timeout`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess(
            "commy-workload", serve("--handler", "slow", "--work-ns", "50000000000"))
        _ = try server.line(beginning: "@commy serving")
        for request in try records(call(timeout: .milliseconds(300))) {
            // On a machine that stands still one may be too late to be sent at all.
            #expect(request.result == .timeout || request.result == .overload)
            #expect(request.latencyNanoseconds >= 300_000_000)
        }
    }

    @Test func `a service that nobody serves is unreachable`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        for request in try records(call()) {
            #expect(request.result == .unreachable)
            #expect(request.status == ErrorCode.noSuchService.rawValue)
        }
    }

    @Test func `without a node every call is refused at once`() throws {
        for request in try records(call()) {
            #expect(request.result == .refused)
            #expect(request.status == ErrorCode.notAttached.rawValue)
        }
    }

    @Test func `an instance serves again after its node has come back`() throws {
        let first = try LiveNode(in: folder)
        var server = try LineProcess("commy-workload", serve())
        _ = try server.line(beginning: "@commy serving")
        try first.kill()
        let line = try server.line(beginning: "@commy detached")
        #expect(line == "@commy detached node=here reason=connectionLost")
        let second = try LiveNode(in: folder)
        defer { withExtendedLifetime(second) {} }
        _ = try server.line(beginning: "@commy serving")
        #expect(try records(call()).allSatisfy { $0.result == .ok })
    }

    @Test func `an instance that is asked to stop answers what it has`() throws {
        let node = try LiveNode(in: folder)
        defer { withExtendedLifetime(node) {} }
        var server = try LineProcess("commy-workload", serve("--work-ns", "1500000000"))
        _ = try server.line(beginning: "@commy serving")
        var caller = try LineProcess("commy-workload", call("--reply", "echo"))
        // Its first record comes when the first answer does: others are worked on then.
        try caller.waitForOutput()
        try server.terminate()
        #expect(try server.finish().status == 0)
        let (output, _) = try caller.finish()
        var reader = TrafficRecordReader()
        reader.receive(output[...])
        var results: [TrafficResult] = []
        while case .request(let request)? = try reader.next() { results.append(request.result) }
        // All were sent before the first answer, so none came to a server that was leaving.
        #expect(results == Array(repeating: .ok, count: 100))
    }
}

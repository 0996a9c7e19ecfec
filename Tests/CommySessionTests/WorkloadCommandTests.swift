internal import CommyBase
internal import CommyMesh
internal import CommySession
internal import CommyWire
internal import SimTraffic
internal import SimWorkload
internal import Testing

@Suite struct WorkloadCommandTests {
    private static let place = ["--run-dir", "/run/mesh", "--node", "web", "--service", "orders"]
    private static let schedule = [
        "--rate", "200", "--origin-ns", "5", "--start-ns", "0", "--end-ns", "1000",
    ]

    @Test func `an instance has usual values for what is not said`() throws {
        guard case .serve(let serve) = try WorkloadCommand(["serve"] + Self.place) else {
            Issue.record("not serve")
            return
        }
        #expect(serve.socketPath == "/run/mesh/web.sock")
        #expect(serve.handler == .echo)
        #expect(serve.workNanoseconds == 0)
        #expect(serve.label == "web")
        #expect(serve.offer.weight == ServiceOffer.usualWeight)
        #expect(!serve.printsEvents)
    }

    @Test func `without a folder the node is where nodes usually are`() throws {
        guard
            case .serve(let serve) = try WorkloadCommand([
                "serve", "--node", "web", "--service", "orders",
            ])
        else {
            Issue.record("not serve")
            return
        }
        #expect(serve.socketPath == (try NodeSocket.find(node: "web")))
    }

    @Test func `an instance is as it was told`() throws {
        let words = [
            "--handler", "slow", "--as", "web/2", "--label", "tier=gold", "--label", "a=b=c",
            "--weight", "7", "--events",
        ]
        guard case .serve(let serve) = try WorkloadCommand(["serve"] + Self.place + words) else {
            Issue.record("not serve")
            return
        }
        #expect(serve.handler == .slow)
        #expect(serve.workNanoseconds == 1_000_000_000)
        #expect(serve.label == "web/2")
        #expect(serve.offer.labels.map { "\($0.key)=\($0.value)" } == ["a=b=c", "tier=gold"])
        #expect(serve.offer.weight == 7)
        #expect(serve.printsEvents)
    }

    @Test func `a source of calls takes the schedule of every source`() throws {
        let words = [
            "--method", "place", "--idempotent", "--one-way", "--priority", "2", "--reply", "any",
            "--payload-text", "hello", "--timeout-ns", "77", "--seed", "9",
        ]
        guard
            case .call(let call, let traffic) = try WorkloadCommand(
                ["call"] + Self.place + Self.schedule + words)
        else {
            Issue.record("not call")
            return
        }
        #expect(call.request.service.text == "orders")
        #expect(call.request.method.text == "place")
        #expect(call.request.isIdempotent)
        #expect(call.request.priority.rawValue == 2)
        #expect(call.isOneWay)
        #expect(!call.expectsEcho)
        #expect(traffic.payload == Array("hello".utf8))
        #expect(traffic.timeoutNanoseconds == 77)
        #expect(traffic.originNanoseconds == 5)
    }

    @Test(arguments: [
        ([], "serve or call, and its options"),
        (["dance"], "dance: neither serve nor call"),
        (["serve"], "--node: missing"),
        (["serve", "--node", "Web"], "--node Web: lower-case letters"),
        (["serve"] + place + ["--handler", "sing"], "--handler sing: echo, fail, slow, discard"),
        (["serve"] + place + ["--label", "gold"], "--label gold: not KEY=VALUE"),
        (["serve"] + place + ["--label", "a=1", "--label", "a=2"], "--label: too many"),
        (["serve"] + place + ["--weight", "70000"], "--weight: 70000 is no number"),
        (["serve"] + place + ["--rate", "1"], "unknown option --rate"),
        (["call"] + place, "--start-ns: missing"),
        (["call"] + place + schedule + ["--priority", "8"], "--priority: 8 is no number"),
        (["call"] + place + schedule + ["--reply", "none"], "--reply none: echo or any"),
        (["call"] + place + schedule + ["--one-way", "--one-way"], "--one-way: given twice"),
    ])
    func `wrong words are named`(_ words: [String], _ complaint: String) throws {
        let error = #expect(throws: TrafficCommand.Misuse.self) { try WorkloadCommand(words) }
        #expect(error?.description.hasPrefix(complaint) == true)
    }

    @Test(arguments: [
        (ErrorCode.deadlineExceeded, TrafficResult.timeout), (.connectionLost, .reset),
        (.instanceLost, .reset), (.connectionRefused, .refused), (.peerShuttingDown, .refused),
        (.draining, .refused), (.overloaded, .refused), (.limitReached, .refused),
        (.notAttached, .refused), (.noSuchService, .unreachable),
        (.noHealthyInstance, .unreachable), (.noSuchInstance, .unreachable),
        (.tooManyHops, .unreachable), (.applicationError, .serverError),
        (.noSuchMethod, .serverError), (ErrorCode(rawValue: 8_888), .serverError),
    ])
    func `a failure has its place among the results`(
        _ code: ErrorCode, _ result: TrafficResult
    ) {
        #expect(TrafficResult(code) == result)
    }
}

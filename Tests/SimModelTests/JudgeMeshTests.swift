import CommyBase
import Testing

@testable import SimModel

struct JudgeMeshTests {
    private static let during = ExpectationSpec.Scope.during(.fault("crash"), grace: .zero)
    private static let after = ExpectationSpec.Scope.after(.fault("crash"), grace: .zero)

    private static func states(_ node: String, _ states: MembersClaim.State...) -> MembersClaim {
        .states([MembersClaim.Wanted(node: node, states: states)])
    }

    /// c is dark from t+5s to t+15s; a and b say so after 1 s and 3 s, and that it is back.
    private static var crash: MeshRun {
        var run = MeshRun()
        run.fault(
            "crash", .powerLoss(host: "c"), at: 5, lasts: 10, targets: ["commyd@c"])
        run.ends("c", at: 5_000)
        for (host, delay) in [("a", Int64(0)), ("b", 100)] {
            run.member(host, at: 6_000 + delay, "c", "suspect")
            run.member(host, at: 8_000 + delay, "c", "dead")
            run.view(host, at: 8_000 + delay, "v2", alive: 2)
        }
        run.begins("c", at: 15_100)
        for host in ["a", "b"] {
            run.member(host, at: 15_500, "c", "alive")
            run.view(host, at: 15_500, "v1", alive: 3)
        }
        return run
    }

    @Test func `nodes that agree all the time converge at once`() {
        var run = MeshRun()
        run.expect(.converges(within: .seconds(1)))
        #expect(run.first() == "pass: 3 nodes agree after 0s")
        #expect(run.verdict().judged.count == 1)
    }

    @Test func `agreement counts from when the last one came round`() {
        var run = Self.crash
        run.expect(.converges(within: .milliseconds(3_200)), Self.during)
        run.expect(.converges(within: .milliseconds(3_000)), Self.during)
        run.expect(.converges(within: .milliseconds(500)), Self.after)
        let seen = run.verdict().judged.map { "\($0.verdict.rawValue): \($0.observed)" }
        #expect(
            seen == [
                "pass: 2 nodes agree after 3.1s",
                "fail: 2 nodes agree after 3.1s, until then: a and b have different views",
                "pass: 3 nodes agree after 500ms",
            ])
    }

    @Test func `a node that has told no view does not agree`() {
        var run = MeshRun()
        run.ends("c", at: 1_000)
        run.begins("c", at: 2_000, agrees: false)
        run.expect(.converges(within: .seconds(5)))
        #expect(run.first() == "fail: not at the end: c has told no view")
    }

    @Test func `who disagrees is named in one order, whoever spoke first`() {
        var run = MeshRun(order: ["c", "b", "a"])
        run.view("a", at: 3_000, "v2", alive: 3)
        run.expect(.converges(within: .seconds(5)))
        #expect(run.first() == "fail: not at the end: a and b have different views")
    }

    @Test func `different catalogs are no agreement`() {
        var run = MeshRun()
        run.report("b", at: 3_000, "catalog", ("hash", "c2"))
        run.expect(.converges(within: .seconds(5)))
        #expect(run.first() == "fail: not at the end: a and b have different catalogs")
    }

    @Test func `one node alone agrees with nobody`() {
        var run = MeshRun()
        run.ends("b", at: 1_000)
        run.ends("c", at: 1_000)
        run.expect(.converges(within: .seconds(5)))
        #expect(run.first().hasPrefix("fail: fewer than two nodes lived at its end"))
    }

    @Test func `a paused node is not asked`() {
        var run = MeshRun()
        run.fault("pause", .pause(.host("c")), at: 5, lasts: 20, targets: ["commyd@c"])
        run.view("a", at: 8_000, "v2", alive: 2)
        run.view("b", at: 9_000, "v2", alive: 2)
        run.expect(
            .converges(within: .seconds(5)), .during(.fault("pause"), grace: .zero))
        #expect(run.first() == "pass: 2 nodes agree after 4s")
    }

    @Test func `another fault ends the time in which agreement is looked for`() {
        var run = Self.crash
        run.fault("cut", .cut(.host("a")), at: 16, lasts: 10)
        run.view("a", at: 20_000, "v3", alive: 1)
        run.expect(.converges(within: .seconds(1)), Self.after)
        #expect(run.first() == "pass: 3 nodes agree after 500ms")
    }

    @Test func `a window that ends before the time is over proves nothing`() {
        var run = Self.crash
        run.fault("cut", .cut(.host("a")), at: 16, lasts: 10)
        run.expect(.converges(within: .seconds(2)), Self.after)
        run.expect(.members(.alive(.equal, 3), within: .seconds(2), by: nil), Self.after)
        let seen = run.verdict().judged.prefix(2).map(\.observed)
        #expect(seen[0] == "its window ended 1s before the time for agreement was over")
        #expect(seen[1] == "its window ended 1s before the time to be told was over")
    }

    @Test func `all nodes must see a member so in time, and from then on`() {
        var run = Self.crash
        run.expect(.members(Self.states("c", .dead), within: .seconds(5), by: nil), Self.during)
        run.expect(.members(Self.states("c", .dead), within: .seconds(3), by: nil), Self.during)
        run.expect(.members(Self.states("c", .dead), within: .seconds(3), by: "a"), Self.during)
        run.expect(.members(Self.states("c", .alive), within: .seconds(1), by: nil), Self.after)
        let seen = run.verdict().judged.map { "\($0.verdict.rawValue): \($0.observed)" }
        #expect(
            seen == [
                "pass: after 3.1s", "fail: after 3.1s, until then: to b, c was suspect",
                "pass: after 3s", "pass: after 500ms",
            ])
    }

    @Test func `without a time members must be so in the whole window`() {
        var run = Self.crash
        run.expect(
            .members(Self.states("b", .alive), within: nil, by: "a"), Self.during)
        run.expect(
            .members(Self.states("c", .alive, .suspect), within: nil, by: nil), Self.during)
        let seen = run.verdict().judged.map { "\($0.verdict.rawValue): \($0.observed)" }
        #expect(
            seen == [
                "pass: all the time", "fail: to a, c was dead at t+8.000s (crash + 3s)",
            ])
    }

    @Test func `the number of the living counts the node itself`() {
        var run = Self.crash
        run.expect(.members(.alive(.equal, 2), within: .seconds(5), by: nil), Self.during)
        run.expect(.members(.alive(.equal, 2), within: .seconds(1), by: "b"), Self.during)
        let seen = run.verdict().judged.map { "\($0.verdict.rawValue): \($0.observed)" }
        #expect(
            seen == ["pass: after 3.1s", "fail: after 3.1s, until then: b told 3 alive"])
    }

    @Test func `nobody who could say it proves nothing`() {
        var run = Self.crash
        run.expect(
            .members(Self.states("a", .alive), within: nil, by: "c"), Self.during)
        #expect(run.first() == "fail: no node on c lived in its window")
    }

    @Test func `a transport is judged from the routes of the source's node`() {
        var run = MeshRun()
        run.scenario.traffic = [
            TrafficSpec(
                name: "checkout", source: "a", kind: .mesh(MeshExchange(service: "orders")))
        ]
        for (number, transport) in ["tls", "tls", "tls", "local"].enumerated() {
            run.report(
                "a", at: 1_000 + Int64(number), "route", ("service", "orders"),
                ("transport", transport))
        }
        run.report("b", at: 1_000, "route", ("service", "orders"), ("transport", "shm"))
        run.report("a", at: 1_000, "route", ("service", "other"), ("transport", "shm"))
        run.expect(.transport("tls", .atLeast, 0.75), of: .traffic("checkout"))
        run.expect(.transport("tls", .equal, 1), of: .traffic("checkout"))
        run.expect(
            .transport("tls", .equal, 1), .noFault(grace: .zero), of: .traffic("checkout"))
        let judged = run.verdict().judged
        #expect(judged[0].verdict == .pass && judged[0].observed == "75% (3 of 4)")
        #expect(judged[1].verdict == .fail)
        #expect(judged[1].evidence == ["sent by tls 3 (75%), local 1 (25%)"])
    }

    @Test func `a node without routes proves nothing of their transport`() {
        var run = MeshRun()
        run.scenario.traffic = [
            TrafficSpec(
                name: "checkout", source: "a", kind: .mesh(MeshExchange(service: "orders")))
        ]
        run.expect(.transport("tls", .equal, 1), of: .traffic("checkout"))
        #expect(
            run.first() == "fail: the node of a has told no route to orders in its window")
    }
}

/// What holds in every mesh, whatever its scenario expects.
struct JudgeMeshInvariantTests {
    private func breaches(_ change: (inout MeshRun) -> Void) -> [String] {
        var run = MeshRun()
        change(&run)
        return run.verdict().judged.map { "\($0.expectation): \($0.observed)" }
    }

    @Test func `a mesh in which nothing is wrong has no entry`() {
        #expect(breaches { _ in } == [])
    }

    @Test func `a node that declares itself dead breaks the run`() {
        let seen = breaches { $0.member("b", at: 4_000, "b", "dead") }
        #expect(
            seen == [
                "no node declares itself dead: b has told that it is dead itself at t+4.000s"
            ])
    }

    @Test func `a rule that a node reports as broken breaks the run`() {
        let seen = breaches {
            $0.report("a", at: 4_000, "broken", ("rule", "credits"), ("detail", "-5"))
            $0.report("b", at: 5_000, "broken", ("rule", "credits"), ("detail", "-6"))
        }
        #expect(
            seen == ["the rule credits holds: commyd@a: -5 at t+4.000s, and once more"])
    }

    @Test func `a call that a node decides twice was answered twice`() {
        let seen = breaches {
            $0.report("a", at: 4_000, "request", ("call", "7f"), ("outcome", "ok"))
            $0.report("b", at: 4_000, "request", ("call", "7f"), ("outcome", "ok"))
            $0.report("a", at: 4_001, "request", ("call", "7f"), ("outcome", "error"))
        }
        #expect(
            seen == [
                "a request is answered at most once: commyd@a has decided the call 7f a second "
                    + "time at t+4.001s"
            ])
    }

    @Test func `a caller that sees a second answer breaks the run`() {
        let seen = breaches {
            $0.scenario.traffic = [
                TrafficSpec(
                    name: "checkout", source: "a", kind: .mesh(MeshExchange(service: "orders")))
            ]
            $0.happens(
                at: 10,
                .request(
                    RequestOutcome(
                        traffic: "checkout", ordinal: 3, scheduledNanoseconds: MeshRun.start,
                        latencyNanoseconds: 1, result: .ok, backend: "b")))
            $0.happens(at: 20, .requestRepeated(RequestRepeated(traffic: "checkout", ordinal: 3)))
        }
        #expect(
            seen == [
                "a request is answered at most once: request 3 of checkout was answered again at "
                    + "t+0.020s"
            ])
    }

    @Test(arguments: [
        ("flowControlViolation", "no node sends more than its credits allow"),
        ("protocolViolation", "nodes keep the protocol"),
    ])
    func `a link that ended for a peer's fault breaks the run`(reason: String, rule: String) {
        let seen = breaches {
            $0.report("a", at: 4_000, "link", ("peer", "b"), ("state", "down"), ("reason", reason))
        }
        #expect(seen == ["\(rule): commyd@a has ended its link with b at t+4.000s"])
    }

    @Test(arguments: ["connectionLost", "peerShuttingDown"])
    func `a link may end for other reasons`(reason: String) {
        let seen = breaches {
            $0.report("a", at: 4_000, "link", ("peer", "b"), ("state", "down"), ("reason", reason))
        }
        #expect(seen == [])
    }

    @Test func `a node that has never reported breaks the run`() {
        let seen = breaches { $0.scenario.mesh?.nodes.append("d") }
        #expect(
            seen == ["the nodes of the mesh report: the node of d has reported nothing"])
    }

    @Test func `nodes that differ long after the last fault break the run`() {
        let seen = breaches {
            $0.fault("cut", .cut(.host("a")), at: 5, lasts: 10)
            $0.view("a", at: 6_000, "v2", alive: 1)
        }
        #expect(
            seen == [
                "there is one view when all is healed: a and b have different views"
            ])
    }

    @Test(arguments: [(Int64(5), Int64?.none), (Int64(15), Int64?.some(10))])
    func `nodes may differ while a network fault holds, and shortly after`(
        at: Int64, lasts: Int64?
    ) {
        let seen = breaches {
            $0.fault("cut", .cut(.host("a")), at: at, lasts: lasts)
            $0.view("a", at: 6_000, "v2", alive: 1)
        }
        #expect(seen == [])
    }

    @Test func `a node that is dead need not agree`() {
        let seen = breaches {
            $0.fault("crash", .crash(.host("c")), at: 5, lasts: nil, targets: ["commyd@c"])
            $0.view("c", at: 4_000, "v9", alive: 3)
            $0.ends("c", at: 5_000)
        }
        #expect(seen == [])
    }

    @Test func `reports that were cut off leave the run open`() {
        var run = MeshRun()
        run.happens(
            at: 5_000,
            .processMisreported(
                ProcessMisreported(
                    host: "a", process: "commyd", line: "@commy route",
                    reason: ProcessMisreported.truncation)))
        #expect(run.verdict().verdict == .inconclusive)
    }

    @Test func `reports that a node had to drop leave the run open, and are counted`() throws {
        var run = MeshRun()
        for lines in ["3", "4"] {
            let told = try #require(ReportedLine("@commy dropped lines=\(lines)"))
            guard case .report(let kind, let fields) = told else {
                Issue.record("\(told)")
                return
            }
            run.happens(
                at: 5_000,
                .processReported(
                    ProcessReported(host: "a", process: "commyd", kind: kind, fields: fields)))
        }
        let verdict = run.verdict()
        #expect(verdict.verdict == .inconclusive)
        #expect("\(verdict)".contains("it had to drop 7 that nobody read in time"))
    }
}

/// Patterns of reports in conditions and in claims on events.
struct ReportPatternTests {
    private static let dead = ReportPattern(
        kind: "member",
        wanted: [.init("state", .oneOf(["dead"])), .init("peer", .expression("^b"))], host: "a",
        isState: true)

    @Test func `a pattern means reports of its kind, its fields and its reporter`() {
        let matcher = EventMatcher(.report(Self.dead))
        func fact(_ host: String, _ kind: String, _ peer: String, _ state: String) -> RunEvent.Fact
        {
            .processReported(
                ProcessReported(
                    host: host, process: "commyd", kind: kind,
                    fields: [.init("peer", peer), .init("state", state)]))
        }
        #expect(matcher.matches(fact("a", "member", "b2", "dead")))
        #expect(!matcher.matches(fact("b", "member", "b2", "dead")))
        #expect(!matcher.matches(fact("a", "link", "b2", "dead")))
        #expect(!matcher.matches(fact("a", "member", "ab", "dead")))
        #expect(!matcher.matches(fact("a", "member", "b2", "alive")))
        #expect(EventPattern.report(Self.dead).words == "member dead peer /^b/ on a")
    }

    @Test func `a fault waits for a report`() {
        var watch = ConditionWatch(Condition(steps: [.init(pattern: .report(Self.dead))]))
        let report = ProcessReported(
            host: "a", process: "commyd", kind: "member",
            fields: [.init("peer", "b"), .init("state", "dead")])
        #expect(watch.happened(.processReported(report), at: .seconds(1)) == .begin(after: .zero))
    }

    @Test func `never is proof only where somebody reports`() {
        var run = MeshRun()
        run.expect(.never(.report(Self.dead)))
        #expect(run.first() == "pass: never seen (2 of kind member in the window)")
        var silent = MeshRun()
        var pattern = Self.dead
        pattern.host = "z"
        silent.expect(.never(.report(pattern)))
        #expect(
            silent.first() == "fail: nothing was there to look at: no report of a process on z")
    }

    @Test func `what nodes say when the run stops them breaks no never`() {
        var run = MeshRun()
        run.expect(.never(.report(Self.dead)))
        run.member("a", at: 30_000, "b", "dead")
        #expect(run.first() == "pass: never seen (2 of kind member in the window)")
        var early = MeshRun()
        early.expect(.never(.report(Self.dead)))
        early.member("a", at: 29_999, "b", "dead")
        #expect(early.first().hasPrefix("fail: seen once"))
    }
}

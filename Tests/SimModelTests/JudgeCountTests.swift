import CommyBase
import Testing

@testable import SimModel

/// Claims that count requests: rates, datagrams, phases.
struct JudgeCountTests {
    private func judged(
        _ claim: ExpectationSpec.Claim, _ scope: ExpectationSpec.Scope = .wholeRun,
        _ change: (inout JudgeRun) -> Void = { _ in }
    ) -> Judged {
        var run = JudgeRun()
        run.expect(claim, scope)
        change(&run)
        return run.judged()
    }

    @Test func `throughput counts answers over the window`() {
        let good = judged(.throughput(.atLeast, ratePerSecond: 100))
        #expect(good.verdict == .pass)
        #expect(good.observed == "100/s (1,000 in 10s)")
        let during = ExpectationSpec.Scope.during(.fault("crash"), grace: .zero)
        let bad = judged(.throughput(.atLeast, ratePerSecond: 90), during) {
            $0.fail(4_000..<5_000)
        }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "75/s (300 in 4s)")
        #expect(bad.wanted == ">= 90/s")
    }

    @Test func `throughput that a stall has cost is inconclusive`() {
        let bad = judged(.throughput(.atLeast, ratePerSecond: 99)) {
            $0.fail(4_000..<4_300, .timeout)
            $0.stall(endsAt: 4_300, length: 300)
        }
        #expect(bad.verdict == .inconclusive)
    }

    @Test func `goodput counts the bits of answers`() {
        let claim = ExpectationSpec.Claim.goodput(.atLeast, bitsPerSecond: 800_000)
        let full = judged(claim) { $0.change(0..<10_000) { $0.bytes = 1_000 } }
        #expect(full.verdict == .pass)
        #expect(full.observed == "800 kbit/s (976.56 KiB)")
        #expect(judged(claim) { $0.change(0..<10_000) { $0.bytes = 999 } }.verdict == .fail)
        #expect(
            judged(claim).observed == "no answer had a body: there are no bytes to count")
    }

    @Test func `lost, duplicated and misordered datagrams are told apart`() {
        let lost = judged(.datagrams(.lost, .atMost, .share(0.01))) {
            $0.fail(0..<200, .timeout)
        }
        #expect(lost.verdict == .fail)
        #expect(lost.observed == "2% (20 of 1000)")
        #expect(
            judged(.datagrams(.lost, .atMost, .share(0.02))) { $0.fail(0..<200, .timeout) }.verdict
                == .pass)
        let twice = judged(.datagrams(.duplicated, .equal, .count(0))) {
            $0.happens(at: 90, .requestRepeated(RequestRepeated(traffic: "checkout", ordinal: 7)))
        }
        #expect(twice.verdict == .fail)
        #expect(twice.evidence.contains { $0.hasPrefix("#7 ok, answered 2 times") })
        #expect(judged(.datagrams(.duplicated, .equal, .count(0))).verdict == .pass)
        let order = judged(.datagrams(.misordered, .less, .count(1))) {
            $0.change(500..<510) { $0.misordered = true }
        }
        #expect(order.verdict == .fail)
        #expect(order.observed == "0.1% (1 of 1000)")
    }

    @Test func `datagrams of all traffic that counts them are judged together`() {
        var run = JudgeRun(faults: [])
        run.scenario.traffic[0].kind = .udp(
            UDPExchange(target: SocketTarget(host: "web-1", port: 9)))
        run.expect(.datagrams(.lost, .equal, .count(0)), of: .run)
        #expect(run.judged().verdict == .pass)
        run.fail(0..<10, .timeout)
        #expect(run.judged().verdict == .fail)
        run.scenario.traffic[0].kind = .exec(.shell("true"))
        #expect(run.judged().observed.contains("no request"))
    }

    @Test func `phases are windows, and the warm-up counts only where it is named`() {
        var run = JudgeRun(faults: [])
        run.scenario.phases = [
            Phase(name: "warm-up", begin: .zero, end: .seconds(2)),
            Phase(name: "steady", begin: .seconds(2), end: .seconds(10)),
        ]
        run.fail(0..<1_000)
        run.expect(.success(.equal, 1))
        run.expect(.success(.equal, 1), .during(.phase("steady"), grace: .zero))
        run.expect(.success(.equal, 1), .during(.phase("warm-up"), grace: .seconds(1)))
        run.expect(.success(.equal, 1), .during(.phase("warm-up"), grace: .zero))
        run.expect(.success(.equal, 1), .after(.phase("warm-up"), grace: .zero))
        run.expect(.success(.equal, 1), .before(.phase("steady")))
        run.expect(.success(.equal, 1), .noFault(grace: .zero))
        #expect(
            run.judgement().judged.map(\.verdict)
                == [.pass, .pass, .pass, .fail, .pass, .fail, .pass])
    }

    @Test func `a fault whose condition never held fails the run and its windows`() {
        let condition = Condition(steps: [.init(pattern: .faultBegins("x"))])
        let fault = FaultSpec(
            name: "late", trigger: .when(condition), lasts: nil, action: .cut(.host("web-1")))
        var run = JudgeRun(faults: [fault])
        run.faultBegins = false
        run.expect(.success(.equal, 1), .noFault(grace: .zero))
        run.expect(.success(.equal, 1), .during(.fault("late"), grace: .zero))
        run.happens(
            at: 10_000,
            .faultMissed(FaultMissed(fault: "late", verb: "cut", progress: "begin of x: 0 of 1")))
        let judgement = run.judgement()
        #expect(judgement.judged.map(\.verdict) == [.pass, .fail, .fail])
        #expect(judgement.judged[2].observed == "its condition never held: begin of x: 0 of 1")
        // What it waited for may have come too late only because the machine stood still.
        for number in 0..<60 { run.stall(endsAt: Int64(number) * 100 + 60, length: 10) }
        #expect(run.judgement().judged.map(\.verdict) == [.pass, .inconclusive, .inconclusive])
    }
}

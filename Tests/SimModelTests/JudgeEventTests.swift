import CommyBase
import Testing

@testable import SimModel

/// Claims on events: each holds in one run and fails in its twin, for exactly that reason.
struct JudgeEventTests {
    private static let elected = EventPattern.log(
        .contains("elected"), process: "nginx", host: nil)

    private func run(
        _ claim: ExpectationSpec.Claim, _ scope: ExpectationSpec.Scope = .wholeRun,
        _ change: (inout JudgeRun) -> Void
    ) -> Judged {
        var run = JudgeRun()
        run.expect(claim, scope, of: .run)
        change(&run)
        return run.judged()
    }

    @Test func `an event in time holds and one that is late fails`() {
        let claim = ExpectationSpec.Claim.eventually(Self.elected, within: .seconds(1))
        let scope = ExpectationSpec.Scope.after(.fault("crash"), grace: .zero)
        let good = run(claim, scope) {
            $0.logs(at: 3_000, "elected too early")
            $0.logs(at: 4_500, "elected web-1")
        }
        #expect(good.verdict == .pass)
        #expect(good.observed == "after 500ms")
        #expect(good.evidence == ["t+4.500s (crash + 500ms) nginx@web-1: elected web-1"])
        let late = run(claim, scope) { $0.logs(at: 5_200, "elected web-1") }
        #expect(late.verdict == .fail)
        #expect(late.observed == "after 1.2s")
        #expect(late.wanted == "log elected of nginx within 1s")
    }

    @Test func `an event that never comes fails, with the number of lines that were read`() {
        let never = run(.eventually(Self.elected, within: .seconds(1))) {
            $0.logs(at: 100, "hello")
            $0.logs(at: 200, "hello again")
        }
        #expect(never.verdict == .fail)
        #expect(never.observed == "not seen (2 lines in the window)")
    }

    @Test func `an event that is late by a stall is inconclusive`() {
        let judged = run(
            .eventually(Self.elected, within: .seconds(1)), .after(.fault("crash"), grace: .zero)
        ) {
            $0.logs(at: 5_200, "elected web-1")
            $0.stall(endsAt: 4_900, length: 300)
        }
        #expect(judged.verdict == .inconclusive)
    }

    @Test func `a run that ends before the time is over says nothing`() {
        let judged = run(.eventually(Self.elected, within: .seconds(60))) {
            $0.logs(at: 100, "hello")
        }
        #expect(judged.verdict == .fail)
        #expect(judged.observed.hasPrefix("not seen, and the run ended"))
    }

    @Test func `never holds without the event and fails with it`() {
        let claim = ExpectationSpec.Claim.never(
            .log(.expression("pani[ck]"), process: "nginx", host: "web-1"))
        let good = run(claim) { $0.logs(at: 100, "all is well") }
        #expect(good.verdict == .pass)
        #expect(good.observed == "never seen (1 line in the window)")
        let bad = run(claim) { $0.logs(at: 2_000, "kernel panic") }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "seen once, first at t+2.000s")
        let elsewhere = run(claim) {
            $0.logs(at: 100, "well")
            $0.logs(at: 2_000, "panic", host: "web-2")
        }
        #expect(elsewhere.verdict == .pass)
    }

    @Test func `never of a process that wrote nothing proves nothing`() {
        let judged = run(.never(Self.elected)) { _ in }
        #expect(judged.verdict == .fail)
        #expect(judged.observed == "nothing was there to look at: no output of nginx")
    }

    @Test func `sometimes holds when it is seen once and fails when it is not`() {
        let claim = ExpectationSpec.Claim.sometimes(.ready(process: "nginx", host: "web-1"))
        let good = run(claim) {
            $0.starts(at: 1)
            $0.happens(
                at: 900,
                .processReady(
                    ProcessReady(host: "web-1", process: "nginx", afterNanoseconds: 5)))
        }
        #expect(good.verdict == .pass)
        let bad = run(claim) { $0.starts(at: 1) }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "never seen")
    }

    @Test func `always holds when every line is so and names the first that is not`() {
        let claim = ExpectationSpec.Claim.always(
            .log(.contains("ok"), process: "nginx", host: nil))
        let good = run(claim) { $0.logs(at: 100, "ok 1") }
        #expect(good.verdict == .pass)
        let bad = run(claim) {
            $0.logs(at: 100, "ok 1")
            $0.logs(at: 200, "bad 2")
        }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "1 of 2 are not, first at t+0.200s")
        #expect(bad.evidence == ["t+0.200s nginx@web-1: bad 2"])
        let none = run(claim, .during(.fault("crash"), grace: .zero)) { $0.logs(at: 100, "ok") }
        #expect(none.verdict == .fail)
        #expect(none.observed == "no output of nginx in its window")
    }

    @Test func `what only happened around a stall is inconclusive`() {
        let judged = run(.never(Self.elected)) {
            $0.logs(at: 3_050, "elected a new leader")
            $0.stall(endsAt: 3_000, length: 200)
        }
        #expect(judged.verdict == .inconclusive)
    }

    @Test func `requests are judged by the instant at which they were due`() {
        let web2 = EventPattern.request(RequestPattern(traffic: "checkout", backend: "web-2"))
        let during = ExpectationSpec.Scope.during(.fault("crash"), grace: .zero)
        #expect(run(.sometimes(web2), during) { _ in }.verdict == .pass)
        #expect(run(.never(web2), during) { _ in }.verdict == .fail)
        let silent = run(.never(web2), during) { $0.fail(4_000..<8_000) }
        #expect(silent.verdict == .pass)
        let ok = EventPattern.request(RequestPattern(traffic: "checkout", result: .ok))
        #expect(run(.always(ok)) { _ in }.verdict == .pass)
        let broken = run(.always(ok)) { $0.fail(5_000..<5_020) }
        #expect(broken.verdict == .fail)
        #expect(broken.observed == "not so: 0.2% (2 of 1000)")
        let failed = EventPattern.request(RequestPattern(traffic: "checkout", result: .failed))
        let soon = run(.eventually(failed, within: .seconds(1)), during) {
            $0.fail(4_300..<5_000)
        }
        #expect(soon.verdict == .pass)
        #expect(soon.observed == "after 302ms")
        #expect(
            run(.eventually(failed, within: .milliseconds(100)), during) {
                $0.fail(4_300..<5_000)
            }.verdict == .fail)
    }
}

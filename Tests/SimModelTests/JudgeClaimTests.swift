import CommyBase
import Testing

@testable import SimModel

/// One row: an expectation, a run that meets it, and its twin that differs in one thing and fails.
struct ClaimCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var claim: ExpectationSpec.Claim
    var scope: ExpectationSpec.Scope = .wholeRun
    /// What is done to the run that passes.
    var passing: @Sendable (inout JudgeRun) -> Void = { _ in }
    /// What is done to its twin on top of that.
    var breaking: @Sendable (inout JudgeRun) -> Void
    var observed: String
    var brokenObserved: String
}

struct JudgeClaimTests {
    static let success: [ClaimCase] = [
        ClaimCase(
            testDescription: "success: one failure more than the bound allows",
            claim: .success(.atLeast, 0.999), passing: { $0.fail(0..<10) },
            breaking: { $0.fail(10..<20) }, observed: "99.9% (999 of 1000)",
            brokenObserved: "99.8% (998 of 1000)"),
        ClaimCase(
            testDescription: "success == 100%: one failure",
            claim: .success(.equal, 1), breaking: { $0.fail(9_990..<10_000) },
            observed: "100% (1000 of 1000)", brokenObserved: "99.9% (999 of 1000)"),
        ClaimCase(
            testDescription: "success <= 0% while down: one success",
            claim: .success(.atMost, 0), scope: .during(.fault("crash"), grace: .zero),
            passing: { $0.fail(4_000..<8_000) },
            breaking: { $0.change(5_000..<5_010) { $0.result = .ok } },
            observed: "0% (0 of 400)", brokenObserved: "0.25% (1 of 400)"),
        ClaimCase(
            testDescription: "success < 50%: exactly half is not less",
            claim: .success(.less, 0.5), passing: { $0.fail(0..<5_010) },
            breaking: { $0.change(5_000..<5_010) { $0.result = .ok } },
            observed: "49.9% (499 of 1000)", brokenObserved: "50% (500 of 1000)"),
        ClaimCase(
            testDescription: "success > 50%: exactly half is not more",
            claim: .success(.more, 0.5), passing: { $0.fail(0..<4_990) },
            breaking: { $0.fail(4_990..<5_000) },
            observed: "50.1% (501 of 1000)", brokenObserved: "50% (500 of 1000)"),
        ClaimCase(
            testDescription: "a server error is a failure",
            claim: .success(.atLeast, 1), breaking: { $0.fail(0..<10, .serverError) },
            observed: "100% (1000 of 1000)", brokenObserved: "99.9% (999 of 1000)"),
    ]

    static let latency: [ClaimCase] = [
        ClaimCase(
            testDescription: "p99: the eleventh slow answer of 1000 is the one at rank 990",
            claim: .latency(quantile: 0.99, .atMost, .milliseconds(5)),
            passing: { $0.slow(0..<100, to: 80) }, breaking: { $0.slow(100..<110, to: 80) },
            observed: "p99 2ms of 1,000 answers", brokenObserved: "p99 80ms of 1,000 answers"),
        ClaimCase(
            testDescription: "p99.9: rank 999 in spite of rounding",
            claim: .latency(quantile: 0.999, .atMost, .milliseconds(5)),
            passing: { $0.slow(0..<10, to: 80) }, breaking: { $0.slow(10..<20, to: 80) },
            observed: "p99.9 2ms of 1,000 answers", brokenObserved: "p99.9 80ms of 1,000 answers"),
        ClaimCase(
            testDescription: "max: one slow answer",
            claim: .latency(quantile: 1, .less, .milliseconds(3)),
            breaking: { $0.slow(500..<510, to: 4) },
            observed: "max 2ms of 1,000 answers", brokenObserved: "max 4ms of 1,000 answers"),
        ClaimCase(
            testDescription: "a lower bound: answers that are too fast",
            claim: .latency(quantile: 0.5, .atLeast, .milliseconds(2)),
            breaking: { $0.slow(0..<6_000, to: 1) },
            observed: "p50 2ms of 1,000 answers", brokenObserved: "p50 1ms of 1,000 answers"),
        ClaimCase(
            testDescription: "failed requests have no latency",
            claim: .latency(quantile: 1, .atMost, .milliseconds(5)),
            passing: { $0.fail(0..<100, .timeout) },
            breaking: { $0.slow(100..<110, to: 900) },
            observed: "max 2ms of 990 answers", brokenObserved: "max 900ms of 990 answers"),
    ]

    static let recovery: [ClaimCase] = [
        ClaimCase(
            testDescription: "recovers: the last failure decides, not the first success",
            claim: .recovers(within: .milliseconds(300)),
            scope: .after(.fault("crash"), grace: .zero),
            passing: {
                $0.fail(4_000..<4_100)
                $0.fail(4_290..<4_300)
            }, breaking: { $0.fail(4_300..<4_310) },
            observed: "after 300ms", brokenObserved: "after 310ms"),
        ClaimCase(
            testDescription: "recovers: a late relapse counts",
            claim: .recovers(within: .milliseconds(300)),
            scope: .after(.fault("crash"), grace: .zero),
            passing: { $0.fail(4_000..<4_100) }, breaking: { $0.fail(9_000..<9_010) },
            observed: "after 100ms", brokenObserved: "after 5.01s"),
        ClaimCase(
            testDescription: "recovers: the last request of all fails",
            claim: .recovers(within: .seconds(9)), scope: .after(.fault("crash"), grace: .zero),
            breaking: { $0.fail(9_990..<10_000) },
            observed: "nothing failed (600 requests)",
            brokenObserved: "not recovered: the last request, at t+9.990s, failed too"),
    ]

    static let share: [ClaimCase] = [
        ClaimCase(
            testDescription: "share == 0% while down: one answer of the dead backend",
            claim: .share(backend: "web-2", .equal, 0),
            scope: .during(.fault("crash"), grace: .milliseconds(500)),
            passing: { $0.change(4_500..<8_000) { $0.backend = "web-1" } },
            breaking: { $0.change(7_990..<8_000) { $0.backend = "web-2" } },
            observed: "0% (0 of 350)", brokenObserved: "0.286% (1 of 350)"),
        ClaimCase(
            testDescription: "share > 25% afterwards: the backend does not come back",
            claim: .share(backend: "web-2", .more, 0.25),
            scope: .after(.fault("crash"), grace: .zero),
            breaking: { $0.change(8_000..<10_000) { $0.backend = "web-1" } },
            observed: "33% (66 of 200)", brokenObserved: "0% (0 of 200)"),
        ClaimCase(
            testDescription: "share: only successful requests are answers",
            claim: .share(backend: "web-1", .atLeast, 1),
            passing: {
                $0.change(0..<10_000) { $0.backend = "web-1" }
                $0.change(0..<10) {
                    $0.result = .serverError
                    $0.backend = "web-2"
                }
            }, breaking: { $0.change(10..<20) { $0.backend = "web-2" } },
            observed: "100% (999 of 999)", brokenObserved: "99.9% (998 of 999)"),
    ]

    @Test(arguments: success + latency + recovery + share)
    func `an expectation passes, and its twin fails for that one reason`(row: ClaimCase) {
        var run = JudgeRun()
        run.expect(row.claim, row.scope)
        row.passing(&run)
        let passed = run.judged()
        #expect(passed.verdict == .pass)
        #expect(passed.observed == row.observed)
        #expect(run.judgement().verdict == .pass)
        #expect(run.judgement().reason == nil)

        row.breaking(&run)
        let failed = run.judged()
        #expect(failed.verdict == .fail)
        #expect(failed.observed == row.brokenObserved)
        #expect(run.judgement().verdict == .fail)
        #expect(run.judgement().judged.count == 1)
    }

    @Test func `a failed expectation names the first requests that failed`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1))
        run.fail(4_000..<4_050)
        run.fail(3_000..<3_010, .timeout)
        run.change(3_000..<3_010) { $0.backend = "web-3" }
        #expect(
            run.judged().evidence == [
                "994 ok, 1 timeout, 5 refused",
                "#300 timeout from web-3 after 1s, due t+3.000s",
                "#400 refused after 2ms, due t+4.000s (crash + 0s)",
                "#401 refused after 2ms, due t+4.010s (crash + 10ms)",
                "6 failed in all, from t+3.000s to t+4.040s",
            ])
    }

    @Test func `a failed latency names its quantiles and the slowest answers`() {
        var run = JudgeRun()
        run.expect(.latency(quantile: 1, .atMost, .milliseconds(5)))
        run.slow(4_000..<4_010, to: 30)
        run.slow(5_000..<5_010, to: 40)
        #expect(
            run.judged().evidence == [
                "p50 2ms  p90 2ms  p99 2ms  max 40ms",
                "worst: #500 ok from web-3 after 40ms, due t+5.000s (crash + 1s)",
                "worst: #400 ok from web-2 after 30ms, due t+4.000s (crash + 0s)",
                "worst: #0 ok from web-1 after 2ms, due t+0.000s",
            ])
    }

    @Test func `a late recovery names the last failure and the first successes`() {
        var run = JudgeRun()
        run.expect(
            .recovers(within: .milliseconds(10)), .after(.fault("crash"), grace: .zero))
        run.fail(4_000..<4_050)
        #expect(
            run.judged().evidence == [
                "5 failed; the last: #404 refused after 2ms, due t+4.040s (crash + 40ms)",
                "good again: #405 ok from web-1 after 2ms, due t+4.050s (crash + 50ms)",
                "good again: #406 ok from web-2 after 2ms, due t+4.060s (crash + 60ms)",
                "good again: #407 ok from web-3 after 2ms, due t+4.070s (crash + 70ms)",
            ])
    }

    @Test func `a broken route names all backends and the wrong answers`() {
        var run = JudgeRun()
        run.expect(.share(backend: "web-3", .atMost, 0.3))
        #expect(
            run.judged().evidence == [
                "1,000 ok",
                "answered by web-1 334 (33.4%), web-2 333 (33.3%), web-3 333 (33.3%)",
                "#2 ok from web-3 after 2ms, due t+0.020s",
                "#5 ok from web-3 after 2ms, due t+0.050s",
                "#8 ok from web-3 after 2ms, due t+0.080s",
            ])
    }
}

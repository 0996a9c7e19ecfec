import CommyBase
import Testing

@testable import SimModel

/// One row: a failure that the machine explains, and the same failure when it does not.
struct DoubtCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var claim: ExpectationSpec.Claim
    var scope: ExpectationSpec.Scope = .wholeRun
    var failing: @Sendable (inout JudgeRun) -> Void
    var doubtful: @Sendable (inout JudgeRun) -> Void
    var certain: @Sendable (inout JudgeRun) -> Void
    /// The first line of the evidence of the doubtful run.
    var evidence: String
}

struct JudgeDoubtTests {
    static let stalls: [DoubtCase] = [
        DoubtCase(
            testDescription: "failures during a stall; the same stall elsewhere",
            claim: .success(.atLeast, 1), failing: { $0.fail(5_000..<5_100) },
            doubtful: { $0.stall(endsAt: 5_090, length: 100) },
            certain: { $0.stall(endsAt: 2_000, length: 100) },
            evidence:
                "the machine stalled once: 100ms in all, the longest 100ms until t+5.090s; "
                + "53 requests touched"),
        DoubtCase(
            testDescription: "all failures but one during a stall",
            claim: .success(.atLeast, 0.998), failing: { $0.fail(5_000..<5_100) },
            doubtful: {
                $0.fail(9_000..<9_010)
                $0.stall(endsAt: 5_090, length: 100)
            },
            certain: {
                $0.fail(9_000..<9_020)
                $0.stall(endsAt: 5_090, length: 100)
            },
            evidence:
                "the machine stalled once: 100ms in all, the longest 100ms until t+5.090s; "
                + "53 requests touched"),
        DoubtCase(
            testDescription: "a short stall explains no long timeout",
            claim: .success(.atLeast, 1), failing: { $0.fail(5_000..<5_010, .timeout) },
            doubtful: { $0.stall(endsAt: 5_500, length: 20) },
            certain: { $0.stall(endsAt: 5_500, length: 5) },
            evidence:
                "the machine stalled once: 20ms in all, the longest 20ms until t+5.500s; "
                + "14 requests touched"),
        DoubtCase(
            testDescription: "latency above the bound by less than the stalled time",
            claim: .latency(quantile: 1, .atMost, .milliseconds(5)),
            failing: { $0.slow(5_000..<5_010, to: 60) },
            doubtful: { $0.stall(endsAt: 5_055, length: 50) },
            certain: { $0.stall(endsAt: 5_155, length: 5) },
            evidence:
                "the machine stalled once: 50ms in all, the longest 50ms until t+5.055s; "
                + "28 requests touched"),
        DoubtCase(
            testDescription: "recovery later than the bound by less than the stalled time",
            claim: .recovers(within: .milliseconds(300)),
            scope: .after(.fault("crash"), grace: .zero),
            failing: { $0.fail(4_000..<4_400) },
            doubtful: { $0.stall(endsAt: 4_200, length: 20) },
            certain: { $0.stall(endsAt: 3_500, length: 20) },
            evidence:
                "the machine stalled once: 20ms in all, the longest 20ms until t+4.200s; "
                + "13 requests touched"),
        DoubtCase(
            testDescription: "wrong answers during a stall",
            claim: .share(backend: "web-1", .equal, 0),
            failing: {
                $0.change(0..<10_000) { $0.backend = "web-2" }
                $0.change(5_000..<5_010) { $0.backend = "web-1" }
            },
            doubtful: { $0.stall(endsAt: 5_005, length: 10) },
            certain: { $0.stall(endsAt: 4_900, length: 10) },
            evidence:
                "the machine stalled once: 10ms in all, the longest 10ms until t+5.005s; "
                + "8 requests touched"),
        DoubtCase(
            testDescription: "no success at all in a window that was one stall",
            claim: .latency(quantile: 0.5, .atMost, .milliseconds(5)),
            scope: .after(.fault("crash"), grace: .milliseconds(1_900)),
            failing: { $0.fail(9_900..<10_000, .timeout) },
            doubtful: { $0.stall(endsAt: 10_500, length: 600) },
            certain: { $0.stall(endsAt: 9_000, length: 10) },
            evidence:
                "the machine stalled once: 600ms in all, the longest 600ms until t+10.500s; "
                + "10 requests touched"),
    ]

    static let others: [DoubtCase] = [
        DoubtCase(
            testDescription: "a bound tighter than ten times the fabric's lateness",
            claim: .latency(quantile: 0.5, .atMost, .milliseconds(1)), failing: { _ in },
            doubtful: { $0.link(latenessP99: 101) }, certain: { $0.link(latenessP99: 100) },
            evidence: "the fabric was late: p99 101us on client>proxy, more than 10% of the bound"),
        DoubtCase(
            testDescription: "a recovery bound tighter than ten times the fabric's lateness",
            claim: .recovers(within: .milliseconds(100)),
            scope: .after(.fault("crash"), grace: .zero), failing: { $0.fail(4_000..<4_500) },
            doubtful: { $0.link(latenessP99: 10_001) },
            certain: { $0.link(latenessP99: 10_000) },
            evidence: "the fabric was late: p99 10ms on client>proxy, more than 10% of the bound"),
        DoubtCase(
            testDescription: "latency above the bound by the generator's own delay",
            claim: .latency(quantile: 0.99, .atMost, .milliseconds(2)),
            failing: { $0.slow(0..<10_000, to: 5) },
            doubtful: { $0.worstSendDelay = 3_000_000 },
            certain: { $0.worstSendDelay = 2_999_999 },
            evidence: "the generator sent up to 3ms late"),
        DoubtCase(
            testDescription: "timeouts while the generator was late by a tenth of the timeout",
            claim: .success(.atLeast, 1), failing: { $0.fail(0..<10, .timeout) },
            doubtful: { $0.worstSendDelay = 101_000_000 },
            certain: { $0.worstSendDelay = 100_000_000 },
            evidence: "the generator sent up to 101ms late"),
        DoubtCase(
            testDescription: "requests that were never sent decide; a refusal decides as well",
            claim: .success(.atLeast, 1), failing: { $0.fail(0..<100, .overload) },
            doubtful: { _ in }, certain: { $0.fail(100..<110) },
            evidence: "10 requests not sent: the generator was at its limit"),
    ]

    @Test(arguments: stalls + others)
    func `a failure that the machine explains is inconclusive, another one is not`(
        row: DoubtCase
    ) {
        var run = JudgeRun()
        run.expect(row.claim, row.scope)
        row.failing(&run)
        var doubtful = run
        row.doubtful(&doubtful)
        #expect(doubtful.judged().verdict == .inconclusive)
        #expect(doubtful.judged().evidence.first == row.evidence)
        #expect(doubtful.judgement().verdict == .inconclusive)
        #expect(doubtful.judgement().reason != nil)

        var certain = run
        row.certain(&certain)
        #expect(certain.judged().verdict == .fail)
        #expect(certain.judgement().verdict == .fail)
    }

    @Test func `lateness makes no answer too fast`() {
        var run = JudgeRun()
        run.expect(.latency(quantile: 0.5, .atLeast, .milliseconds(3)))
        run.link(latenessP99: 500_000)
        #expect(run.judged().verdict == .fail)
    }

    @Test func `a pass stays a pass however slow the machine was`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1))
        run.expect(.latency(quantile: 1, .atMost, .milliseconds(5)))
        run.expect(.recovers(within: .seconds(1)), .after(.fault("crash"), grace: .zero))
        run.stall(endsAt: 5_000, length: 4_000)
        run.link(latenessP99: 900_000)
        run.worstSendDelay = 2_000_000_000
        #expect(run.judgement().verdict == .pass)
    }

    @Test func `one request that was sent late excuses no other`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1))
        run.fail(1_000..<1_010, .timeout)
        run.change(2_000..<2_010) { $0.sendDelayNanoseconds = 900_000_000 }
        #expect(run.judged().verdict == .fail)
        run.change(1_000..<1_010) { $0.sendDelayNanoseconds = 900_000_000 }
        #expect(run.judged().verdict == .inconclusive)
    }

    @Test func `a generator that could send nothing gives no verdict`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1))
        run.fail(0..<10_000, .overload)
        #expect(run.judgement().judged.map(\.verdict) == [.inconclusive, .inconclusive])
        #expect(run.judgement().verdict == .inconclusive)
    }

    @Test func `error wins over fail, fail over inconclusive, inconclusive over pass`() {
        func overall(_ verdicts: [Verdict]) -> Verdict {
            Judgement(
                of: verdicts.map {
                    Judged(
                        expectation: "", line: 1, verdict: $0, observed: "", wanted: "",
                        evidence: [])
                }
            ).verdict
        }
        #expect(overall([]) == .pass)
        #expect(overall([.pass, .pass]) == .pass)
        #expect(overall([.pass, .inconclusive, .pass]) == .inconclusive)
        #expect(overall([.inconclusive, .fail, .pass]) == .fail)
        #expect(overall([.fail, .error, .inconclusive]) == .error)
    }

    @Test func `what the run would have shown without the stall is told`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1))
        run.fail(5_000..<5_100)
        run.stall(endsAt: 5_090, length: 100)
        #expect(run.judged().evidence[1] == "without that: 100% (990 of 990)")
    }
}

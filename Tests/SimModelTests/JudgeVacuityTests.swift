import CommyBase
import Testing

@testable import SimModel

struct JudgeVacuityTests {
    /// A run whose only expectation holds.
    private func goodRun(faults: [FaultSpec] = [JudgeRun.crash]) -> JudgeRun {
        var run = JudgeRun(faults: faults)
        run.expect(.success(.atLeast, 0.1))
        return run
    }

    @Test func `a fault that touched nothing fails a run whose expectations hold`() {
        var run = goodRun()
        #expect(run.judgement().verdict == .pass)
        run.touched = 0
        let judgement = run.judgement()
        #expect(judgement.verdict == .fail)
        #expect(judgement.judged.map(\.verdict) == [.pass, .fail])
        #expect(judgement.judged[1].expectation == "fault crash takes hold")
        #expect(judgement.judged[1].observed == "it touched no process")
        #expect(judgement.judged[1].line == 0)
        #expect(judgement.reason == "fault crash takes hold: it touched no process")
    }

    @Test func `a cut that dropped no packet says packet`() {
        let cut = FaultSpec(
            name: "cut", at: .seconds(1), lasts: .seconds(1), action: .cut(.host("web-1")))
        var run = goodRun(faults: [cut])
        run.touched = 0
        #expect(run.judgement().judged.last?.observed == "it touched no packet")
    }

    @Test func `a fault whose effect nobody has counted proves nothing`() {
        var run = goodRun()
        run.faultCloses = false
        #expect(run.judgement().verdict == .fail)
        #expect(run.judgement().judged.last?.observed == "no entry says what it touched")
    }

    @Test func `a fault that never began is an error, for the run and for its windows`() {
        var run = goodRun()
        run.expect(.success(.atLeast, 0.1), .during(.fault("crash"), grace: .zero))
        run.expect(.success(.atLeast, 0.1), .noFault(grace: .zero))
        run.expect(.recovers(within: .seconds(1)), .after(.fault("crash"), grace: .zero))
        run.faultBegins = false
        let judgement = run.judgement()
        #expect(judgement.verdict == .error)
        #expect(judgement.judged.map(\.verdict) == [.pass, .error, .error, .error, .error])
        #expect(
            judgement.judged[1].observed
                == "the fault crash never began: its window is not known")
        #expect(judgement.judged[4].observed == "it was scheduled and never began")
    }

    @Test func `traffic that sent nothing fails the run`() {
        var run = goodRun()
        run.requests = []
        let judgement = run.judgement()
        #expect(judgement.verdict == .fail)
        #expect(judgement.judged.map(\.verdict) == [.fail, .fail])
        #expect(judgement.judged[1].expectation == "traffic checkout is sent")
        #expect(judgement.judged[1].observed == "it sent nothing")
    }

    @Test(arguments: [
        ExpectationSpec.Claim.success(.atLeast, 0), .success(.atMost, 1),
        .latency(quantile: 0.5, .atMost, .seconds(9)), .share(backend: "web-1", .atMost, 1),
    ])
    func `a window without a request fails even the weakest claim`(claim: ExpectationSpec.Claim) {
        var run = JudgeRun()
        run.expect(claim, .after(.fault("crash"), grace: .seconds(1)))
        #expect(run.judged().verdict == .pass)
        run.requests.removeAll { $0.scheduledNanoseconds >= JudgeRun.instant(9_000) }
        #expect(run.judged().verdict == .fail)
        #expect(
            run.judged().observed == "no request of checkout was scheduled after t+9.000s")
    }

    @Test func `recovery without a later request is not seen`() {
        var run = JudgeRun()
        run.expect(.recovers(within: .seconds(5)), .after(.fault("crash"), grace: .zero))
        run.requests.removeAll { $0.scheduledNanoseconds >= JudgeRun.instant(4_000) }
        #expect(run.judged().verdict == .fail)
        #expect(
            run.judged().observed == "no request of checkout was scheduled after t+4.000s")
    }

    @Test func `a latency without a success in its window fails`() {
        var run = JudgeRun()
        run.expect(
            .latency(quantile: 0.5, .atMost, .seconds(1)),
            .during(.fault("crash"), grace: .zero))
        run.fail(4_000..<8_000)
        #expect(run.judged().verdict == .fail)
        #expect(
            run.judged().observed
                == "none of 400 requests in the window succeeded: there is no latency to measure")
    }

    @Test func `a share of 0% without any answer fails`() {
        var run = JudgeRun()
        run.expect(
            .share(backend: "web-2", .equal, 0), .during(.fault("crash"), grace: .zero))
        run.fail(4_000..<8_000)
        #expect(run.judged().verdict == .fail)
        #expect(run.judged().observed.hasSuffix("there is no route to see"))
    }

    @Test func `a share of 0% fails when no answer names its backend`() {
        var run = JudgeRun()
        run.expect(.share(backend: "web-2", .equal, 0))
        run.change(0..<10_000) { $0.backend = nil }
        #expect(run.judged().verdict == .fail)
        #expect(run.judged().observed == "none of 1,000 answers names its backend")
    }

    @Test func `a run whose traffic never began is an error`() {
        var run = goodRun()
        run.trafficBegins = false
        #expect(run.judgement().verdict == .error)
        #expect(run.judgement().judged.isEmpty)
    }

    @Test(arguments: [
        (ProcessSpec.Restart.never, Int32?(0), false), (.never, 1, false), (.never, nil, false),
        (.onFailure, 0, false), (.onFailure, 1, true), (.onFailure, nil, true),
        (.always, 0, true), (.always, nil, true),
    ])
    func `a process that ends by itself fails the run unless its policy restarts it`(
        policy: ProcessSpec.Restart, code: Int32?, isCovered: Bool
    ) {
        var run = goodRun()
        run.scenario.processes[0].restart = policy
        let at = MeshInstant(nanoseconds: JudgeRun.instant(2_500))
        for number in 1...4 {
            run.others.append(
                RunEvent(
                    at: at,
                    fact: .processOutput(
                        ProcessOutput(
                            host: "web-1", process: "nginx", stream: .stderr,
                            line: "line \(number)"))))
        }
        let exit = ProcessExited(
            host: "web-1", process: "nginx", exitCode: code, signal: code == nil ? 11 : nil,
            expected: false, maximumResidentBytes: 0, cpuNanoseconds: 0)
        run.others.append(RunEvent(at: at, fact: .processExited(exit)))
        let judgement = run.judgement()
        #expect(judgement.verdict == (isCovered ? .pass : .fail))
        guard !isCovered else { return }
        let entry = judgement.judged[1]
        #expect(entry.expectation == "nginx@web-1 stays alive")
        let ending = code.map { "ended with code \($0)" } ?? "was killed by signal 11"
        #expect(entry.observed == "\(ending) at t+2.500s, and no fault had asked for it")
        #expect(
            entry.evidence == [2, 3, 4].map { "its last words: line \($0)" })
    }

    @Test func `an exit that a fault has asked for is no failure`() {
        var run = goodRun()
        let exit = ProcessExited(
            host: "web-2", process: "nginx", exitCode: nil, signal: 9, expected: true,
            maximumResidentBytes: 0, cpuNanoseconds: 0)
        run.others.append(
            RunEvent(
                at: MeshInstant(nanoseconds: JudgeRun.instant(4_001)), fact: .processExited(exit)))
        #expect(run.judgement().verdict == .pass)
    }
}

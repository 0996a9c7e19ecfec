import CommyBase
import Testing

@testable import SimModel

/// Claims on processes: each holds in one run and fails in its twin, for exactly that reason.
struct JudgeProcessTests {
    private func run(
        _ claim: ExpectationSpec.Claim, _ scope: ExpectationSpec.Scope = .wholeRun,
        _ change: (inout JudgeRun) -> Void
    ) -> Judged {
        var run = JudgeRun()
        run.expect(claim, scope, of: .process("nginx", host: "web-1"))
        change(&run)
        return run.judged()
    }

    @Test func `memory is judged by its peak in the window`() {
        let claim = ExpectationSpec.Claim.resource(.memory, .atMost, Double(64 << 20))
        let good = run(claim) { $0.sample(at: 100, memory: 60 << 20) }
        #expect(good.verdict == .pass)
        #expect(good.observed == "60 MiB")
        let bad = run(claim) {
            $0.sample(at: 100, memory: 60 << 20)
            $0.sample(at: 200, memory: 65 << 20)
            $0.sample(at: 300, memory: 10 << 20)
        }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "65 MiB")
        #expect(bad.wanted == "<= 64 MiB")
    }

    @Test func `processor time is an average, over incarnations`() {
        let claim = ExpectationSpec.Claim.resource(.cpu, .atMost, 0.5)
        let good = run(claim) {
            $0.sample(at: 1_000, cpuMilliseconds: 800)
            $0.sample(at: 2_000, cpuMilliseconds: 1_200)
            $0.sample(at: 3_000, cpuMilliseconds: 100)
        }
        #expect(good.verdict == .pass)
        #expect(good.observed == "25% of a processor")
        let bad = run(claim) {
            $0.sample(at: 1_000, cpuMilliseconds: 0)
            $0.sample(at: 2_000, cpuMilliseconds: 600)
        }
        #expect(bad.verdict == .fail)
        #expect(bad.observed == "60% of a processor")
    }

    @Test func `a process that was not measured in the window proves nothing`() {
        let judged = run(
            .resource(.openFiles, .atMost, 100), .during(.fault("crash"), grace: .zero)
        ) { $0.sample(at: 100) }
        #expect(judged.verdict == .fail)
        #expect(
            judged.observed == "nginx@web-1 was not measured between t+4.000s and t+8.000s")
    }

    @Test func `open files and threads are counted`() {
        #expect(
            run(.resource(.openFiles, .atMost, 10)) { $0.sample(at: 1) }.verdict == .pass)
        let files = run(.resource(.openFiles, .atMost, 10)) { $0.sample(at: 1, files: 11) }
        #expect(files.verdict == .fail)
        #expect(files.observed == "11 open files")
        #expect(run(.resource(.threads, .equal, 2)) { $0.sample(at: 1) }.verdict == .pass)
        #expect(run(.resource(.threads, .less, 2)) { $0.sample(at: 1) }.verdict == .fail)
    }

    @Test func `an exit state is the one at the end of the traffic`() {
        let running = run(.exit(.running)) {
            $0.starts(at: -500)
            $0.exits(at: 10_500, signal: 15, expected: true)
        }
        #expect(running.verdict == .pass)
        let ended = run(.exit(.running)) {
            $0.starts(at: -500)
            $0.exits(at: 2_000, code: 3)
        }
        #expect(ended.verdict == .fail)
        #expect(ended.observed == "nginx@web-1 ended with code 3")
        let again = run(.exit(.running)) {
            $0.starts(at: -500)
            $0.exits(at: 2_000, code: 3)
            $0.starts(at: 2_100, incarnation: 2)
        }
        #expect(again.verdict == .pass)
        #expect(
            run(.exit(.code(0))) {
                $0.starts(at: -500)
                $0.exits(at: 2_000, code: 0)
            }.verdict == .pass)
        #expect(
            run(.exit(.signal(9))) {
                $0.starts(at: -500)
                $0.exits(at: 2_000, signal: 11)
            }.observed == "nginx@web-1 was killed by signal 11")
        #expect(run(.exit(.running)) { _ in }.observed == "nginx@web-1 was never started")
    }

    @Test func `an end that an expectation asks for is no failure by itself`() {
        var run = JudgeRun(faults: [])
        run.expect(.exit(.code(7)), of: .process("nginx", host: nil))
        run.scenario.processes[0].hosts = ["web-1"]
        run.starts(at: -500)
        run.exits(at: 2_000, code: 7)
        #expect(run.judgement().verdict == .pass)
    }

    @Test func `restarts are counted in the window`() {
        let claim = ExpectationSpec.Claim.restarts(.atMost, 1)
        let once = run(claim) {
            $0.starts(at: -500)
            $0.starts(at: 1_000, incarnation: 2)
        }
        #expect(once.verdict == .pass)
        let twice = run(claim) {
            $0.starts(at: -500)
            $0.starts(at: 1_000, incarnation: 2)
            $0.starts(at: 2_000, incarnation: 3)
        }
        #expect(twice.verdict == .fail)
        #expect(twice.observed == "nginx@web-1: 2")
    }
}

import CommyBase
import Testing

@testable import SimModel

/// Machines that are too slow for any verdict.
struct JudgeMachineTests {
    /// A tenth of the requests is late, evenly, which no single stall explains.
    private func lateRun() -> JudgeRun {
        var run = JudgeRun()
        for begin in stride(from: Int64(0), to: 10_000, by: 100) {
            run.slow(begin..<begin + 10, to: 300)
        }
        run.expect(.latency(quantile: 0.99, .atMost, .milliseconds(50)))
        return run
    }

    @Test func `a machine that stands still for a twentieth of the time leaves no verdict`() {
        var run = lateRun()
        #expect(run.judged().verdict == .fail)
        // 60 stalls of 10 ms in 10 s, in the middle between the late requests.
        for number in 0..<60 { run.stall(endsAt: Int64(number) * 100 + 60, length: 10) }
        #expect(run.judged().verdict == .inconclusive)
        #expect(run.judged().evidence.first == "the machine stood still for 600ms of 10s")
    }

    @Test func `what takes no time is judged on such a machine too`() {
        var run = JudgeRun()
        run.requests = run.requests.map { request in
            var nameless = request
            nameless.backend = nil
            return nameless
        }
        run.expect(.share(backend: "web-1", .atLeast, 0.1))
        for number in 0..<60 { run.stall(endsAt: Int64(number) * 10 + 60, length: 10) }
        #expect(run.judged().verdict == .fail)
    }

    @Test func `claims on processes and events are left open on such a machine`() {
        var run = JudgeRun()
        run.expect(
            .resource(.cpu, .atLeast, 0.5), of: .process("nginx", host: "web-1"))
        run.sample(at: 1_000, cpuMilliseconds: 0)
        run.sample(at: 9_000, cpuMilliseconds: 600)
        run.expect(
            .never(.log(.contains("gave up"), process: "nginx", host: nil)), of: .run)
        run.logs(at: 9_900, "gave up")
        #expect(run.judgement().judged.map(\.verdict) == [.fail, .fail])
        for number in 0..<60 { run.stall(endsAt: Int64(number) * 100 + 60, length: 10) }
        let judged = run.judgement().judged
        #expect(judged.map(\.verdict) == [.inconclusive, .inconclusive])
        #expect(
            judged.allSatisfy { $0.evidence.contains("the machine stood still for 600ms of 10s") })
    }

    @Test func `a stall that two threads have seen counts once`() {
        var run = lateRun()
        for number in 0..<30 {
            run.stall(endsAt: Int64(number) * 10 + 9_000, length: 10)
            run.stall(endsAt: Int64(number) * 10 + 9_000, length: 10)
        }
        #expect(run.judged().verdict == .fail)
    }

    @Test func `a stall in another window is no excuse`() {
        var run = JudgeRun()
        run.fail(5_000..<5_200)
        run.expect(.success(.atLeast, 1), .during(.fault("crash"), grace: .zero))
        run.stall(endsAt: 1_000, length: 900)
        #expect(run.judged().verdict == .fail)
    }

    @Test func `a fault that began far too late leaves no verdict, and one that was not does`() {
        var run = JudgeRun()
        run.fail(9_000..<9_500)
        run.expect(.success(.atLeast, 1))
        run.faultDelay = 400 * JudgeRun.millisecond
        #expect(run.judged().verdict == .fail)
        run.faultDelay = 2_000 * JudgeRun.millisecond
        #expect(run.judged().verdict == .inconclusive)
        #expect(run.judged().evidence.first == "fault crash began 2s late")
    }

    @Test func `a fault that touched nothing on such a machine is inconclusive too`() {
        var run = JudgeRun()
        run.touched = 0
        #expect(run.judgement().verdict == .fail)
        run.faultDelay = 2_000 * JudgeRun.millisecond
        #expect(run.judgement().verdict == .inconclusive)
    }
}

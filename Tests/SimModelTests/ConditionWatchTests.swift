import CommyBase
import Testing

@testable import SimModel

struct ConditionWatchTests {
    private static func line(_ text: String) -> RunEvent.Fact {
        .processOutput(
            ProcessOutput(host: "a", process: "etcd", stream: .stderr, line: text))
    }
    private static let elected = EventPattern.log(
        .contains("elected"), process: "etcd", host: nil)

    @Test func `it begins after the event, so many times, plus the delay`() {
        var watch = ConditionWatch(
            Condition(
                steps: [.init(pattern: Self.elected, count: 2)], delay: .milliseconds(200)))
        #expect(watch.happened(Self.line("hello"), at: .seconds(1)) == .nothing)
        #expect(watch.happened(Self.line("elected"), at: .seconds(1)) == .nothing)
        #expect(watch.progress == "log elected of etcd: 1 of 2")
        #expect(
            watch.happened(Self.line("elected"), at: .seconds(2))
                == .begin(after: .milliseconds(200)))
        #expect(watch.state == .held)
        #expect(watch.happened(Self.line("elected"), at: .seconds(3)) == .nothing)
    }

    @Test func `what happens before its time does not count`() {
        var watch = ConditionWatch(
            Condition(steps: [.init(pattern: Self.elected)], notBefore: .seconds(3)))
        #expect(watch.happened(Self.line("elected"), at: nil) == .nothing)
        #expect(watch.happened(Self.line("elected"), at: .seconds(2)) == .nothing)
        #expect(watch.happened(Self.line("elected"), at: .seconds(3)) == .begin(after: .zero))
    }

    @Test func `a sequence goes in its order, and one event counts for one step`() {
        let steps = [
            Condition.Step(pattern: .faultBegins("crash")), .init(pattern: Self.elected),
            .init(pattern: Self.elected),
        ]
        var watch = ConditionWatch(Condition(steps: steps))
        let begun = RunEvent.Fact.faultStarted(
            FaultTransition(fault: "crash", verb: "crash", targets: []))
        #expect(watch.happened(Self.line("elected"), at: .seconds(1)) == .nothing)
        #expect(watch.progress == "step 1 of 3, begin of crash: 0 of 1")
        #expect(watch.happened(begun, at: .seconds(2)) == .nothing)
        #expect(watch.happened(Self.line("elected"), at: .seconds(3)) == .nothing)
        #expect(watch.progress == "step 3 of 3, log elected of etcd: 0 of 1")
        #expect(watch.happened(Self.line("elected"), at: .seconds(4)) == .begin(after: .zero))
    }

    @Test func `requests are matched by what is asked of them`() {
        let pattern = RequestPattern(traffic: "t", result: .failed, backend: "web-2")
        var watch = ConditionWatch(Condition(steps: [.init(pattern: .request(pattern))]))
        func request(_ result: RequestOutcome.Result, _ backend: String?) -> RunEvent.Fact {
            .request(
                RequestOutcome(
                    traffic: "t", ordinal: 0, scheduledNanoseconds: 0, latencyNanoseconds: 0,
                    result: result, backend: backend))
        }
        #expect(watch.happened(request(.ok, "web-2"), at: .zero) == .nothing)
        #expect(watch.happened(request(.serverError, "web-1"), at: .zero) == .nothing)
        #expect(watch.happened(request(.serverError, nil), at: .zero) == .nothing)
        #expect(watch.happened(request(.serverError, "web-2"), at: .zero) == .begin(after: .zero))
    }

    @Test func `a condition without a step traps`() async {
        await #expect(processExitsWith: .failure) {
            _ = ConditionWatch(Condition(steps: []))
        }
    }
}

import CommyBase
import Testing

@testable import SimModel

/// One row: which requests a scope counts, given as their number and the first and last one due.
struct WindowCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var faults: [FaultSpec] = [JudgeRun.crash]
    var scope: ExpectationSpec.Scope
    /// Milliseconds since the begin of the traffic in which requests count.
    var counted: [Range<Int64>]
    var faultDelay: Int64 = 0
}

struct JudgeWindowTests {
    static let stays = FaultSpec(
        name: "crash", at: .seconds(4), lasts: nil, action: .crash(.host("web-2")))
    static let restart = FaultSpec(
        name: "crash", at: .seconds(4), lasts: nil, action: .restart(.host("web-2")))
    static let second = FaultSpec(
        name: "pause", at: .seconds(6), lasts: .seconds(3), action: .pause(.host("web-1")))

    static let windows: [WindowCase] = [
        WindowCase(
            testDescription: "the whole run", scope: .wholeRun, counted: [0..<10_000]),
        WindowCase(
            testDescription: "before", scope: .before(.fault("crash")), counted: [0..<4_000]),
        WindowCase(
            testDescription: "during, with grace",
            scope: .during(.fault("crash"), grace: .milliseconds(500)), counted: [4_500..<8_000]),
        WindowCase(
            testDescription: "after, with grace",
            scope: .after(.fault("crash"), grace: .seconds(1)), counted: [9_000..<10_000]),
        WindowCase(
            testDescription: "no fault: the gaps around it, with grace at its end",
            scope: .noFault(grace: .milliseconds(500)), counted: [0..<4_000, 8_500..<10_000]),
        WindowCase(
            testDescription: "no fault: overlapping faults are one span",
            faults: [JudgeRun.crash, second], scope: .noFault(grace: .milliseconds(100)),
            counted: [0..<4_000, 9_100..<10_000]),
        WindowCase(
            testDescription: "during a fault that stays: to the end of the run",
            faults: [stays], scope: .during(.fault("crash"), grace: .zero),
            counted: [4_000..<10_000]),
        WindowCase(
            testDescription: "after a fault that stays: from its begin",
            faults: [stays], scope: .after(.fault("crash"), grace: .seconds(1)),
            counted: [5_000..<10_000]),
        WindowCase(
            testDescription: "no fault, with one that stays: until its begin",
            faults: [stays], scope: .noFault(grace: .zero), counted: [0..<4_000]),
        WindowCase(
            testDescription: "after a restart: from its begin, for it is over at once",
            faults: [restart], scope: .after(.fault("crash"), grace: .milliseconds(100)),
            counted: [4_100..<10_000]),
        WindowCase(
            testDescription: "no fault, with a restart: only the grace is left out",
            faults: [restart], scope: .noFault(grace: .seconds(1)),
            counted: [0..<4_000, 5_000..<10_000]),
        WindowCase(
            testDescription: "a fault that began late moves its window with it",
            scope: .during(.fault("crash"), grace: .zero), counted: [4_200..<8_200],
            faultDelay: 200_000_000),
    ]

    @Test(arguments: windows)
    func `a scope counts the requests that were due in its window`(row: WindowCase) {
        var run = JudgeRun(faults: row.faults)
        run.faultDelay = row.faultDelay
        run.expect(.success(.atMost, 0), row.scope)
        for span in row.counted { run.fail(span) }
        let total = row.counted.reduce(0) { $0 + $1.count } / 10
        #expect(run.judged().observed == "0% (0 of \(total))")
    }

    @Test(arguments: [
        (ExpectationSpec.Scope.before(.fault("crash")), 399),
        (.noFault(grace: .zero), 599),
        (.wholeRun, 1_000),
        (.during(.fault("crash"), grace: .zero), 400),
    ])
    func `a request under way when a fault begins says nothing of the time before`(
        row: (scope: ExpectationSpec.Scope, count: Int)
    ) {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1), row.scope)
        run.fail(3_990..<4_000, .timeout)
        let isCounted = row.scope == .wholeRun
        #expect(run.judged().verdict == (isCounted ? .fail : .pass))
        let good = isCounted ? row.count - 1 : row.count
        #expect(run.judged().observed.hasSuffix("(\(good) of \(row.count))"))
    }

    @Test(arguments: [ExpectationSpec.Scope.before(.fault("crash")), .noFault(grace: .zero)])
    func `a request that failed before a fault began counts`(scope: ExpectationSpec.Scope) {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1), scope)
        run.fail(3_990..<4_000)
        #expect(run.judged().verdict == .fail)
    }

    @Test func `a timeout at the end of the run counts where no fault follows`() {
        var run = JudgeRun()
        run.expect(.success(.atLeast, 1), .noFault(grace: .zero))
        run.fail(9_990..<10_000, .timeout)
        #expect(run.judged().verdict == .fail)
    }

    @Test func `recovery is looked for until the next fault begins`() {
        var run = JudgeRun(faults: [JudgeRun.crash, Self.second])
        run.expect(
            .recovers(within: .milliseconds(100)), .after(.fault("crash"), grace: .zero))
        run.fail(6_000..<7_000)
        #expect(run.judged().observed == "nothing failed (200 requests)")
        run.fail(5_980..<5_990)
        #expect(run.judged().observed == "after 1.99s")
        run.fail(5_990..<6_000)
        #expect(run.judged().verdict == .fail)
        #expect(run.judged().observed.hasPrefix("not recovered"))
    }

    @Test func `a fault of the same instant does not end the search for recovery`() {
        let twin = FaultSpec(
            name: "twin", at: .seconds(4), lasts: .seconds(1), action: .pause(.host("web-1")))
        var run = JudgeRun(faults: [JudgeRun.crash, twin])
        run.expect(
            .recovers(within: .milliseconds(100)), .after(.fault("crash"), grace: .zero))
        #expect(run.judged().observed == "nothing failed (600 requests)")
    }

    @Test func `requests may be told in any order`() {
        var run = JudgeRun()
        run.expect(.recovers(within: .seconds(1)), .after(.fault("crash"), grace: .zero))
        run.expect(.success(.atLeast, 0.5), .during(.fault("crash"), grace: .zero))
        run.fail(4_000..<4_100)
        var judge = Judge(scenario: run.scenario)
        for event in run.events.reversed() { judge.observe(event) }
        #expect(judge.verdict() == run.judgement())
    }
}

import CommyBase
import Foundation
import SimModel
import SimReport
import Testing

/// junit.xml, read by programs that others wrote.
struct JUnitReportTests {
    /// Everything that XML might stumble over.
    private static let nasty =
        "a<b> & \"c\" 'd' ]]> \u{0}\u{1}\u{1b}[31m\u{7f}\u{85}\u{fffe}\u{ffff} \t\nnext \u{1f600} é"

    private static let doubtful = Judged(
        expectation: "visit: recovers within 1s", line: 14, verdict: .inconclusive,
        observed: "1.2s", wanted: "<= 1s", evidence: ["the machine stalled once"])

    private static func report(_ events: [RunEvent]) throws -> SuiteEntry {
        SuiteEntry(try #require(RunReport(events)))
    }

    /// What the validator says of a file with this text.
    static func validated(_ text: String) throws -> [String] {
        let python = try PythonTools.python()
        let file = URL.temporaryDirectory.appending(path: "\(UUID().uuidString).xml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = Snapshot.root.appending(path: "Tests/validate-junit.py").path
        let result = try ToolProcess.run(
            python, [script, PythonTools.schema.path, file.path], within: 60)
        #expect(result.status == 0, "\(result.output)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test func `Jenkins's schema accepts the report of runs of every verdict`() throws {
        let unsure = SampleRun.events(
            verdict: .inconclusive, judged: [SampleRun.held, Self.doubtful], faultBites: true)
        let text = JUnitReport.merged([
            try Self.report(SampleRun.passing), try Self.report(SampleRun.failing),
            try Self.report(unsure), try Self.report(Self.brokenOff("no such program")),
        ])
        try Snapshot.expect("snapshots/junit-merged.xml", text)
        let lines = try Self.validated(text)
        let suites = lines.filter { $0.hasPrefix("suite|") }
        #expect(
            suites == [
                "suite|a \"sample\" [loss=0.1%]|1|0|0|0",
                "suite|a \"sample\" [loss=0.1%] (run 2)|2|1|0|0",
                "suite|a \"sample\" [loss=0.1%] (run 3)|2|0|0|1",
                "suite|broken|1|0|1|0",
            ])
        let cases = lines.filter { $0.hasPrefix("case|") }
        #expect(cases.count { $0.contains("|Failure|") } == 1)
        #expect(cases.count { $0.contains("|Skipped|") } == 1)
        #expect(cases.count { $0.contains("|Error|") && $0.contains("'the run'") } == 1)
        #expect(cases[0].hasPrefix("case|Scenarios.sample[loss=0.1%]|'visit: success >= 50%'|"))
        #expect(lines.contains("property|seed|7") && lines.contains("property|world|realtime"))
        #expect(lines.contains { $0.hasPrefix("property|replay|commy sim run Scenarios/sample") })
    }

    @Test func `whatever a program wrote is well-formed`() throws {
        let judged = Judged(
            expectation: Self.nasty, line: 3, verdict: .fail, observed: Self.nasty,
            wanted: Self.nasty, evidence: [Self.nasty, Self.nasty])
        let events = SampleRun.events(verdict: .fail, judged: [judged], faultBites: false)
        let lines = try Self.validated(JUnitReport.merged([try Self.report(events)]))
        let line = try #require(lines.first { $0.hasPrefix("case|") })
        #expect(line.contains("a<b> & \"c\""))
        #expect(line.contains("␀␁␛[31m␡"), "forbidden characters are shown by pictures")
    }

    @Test func `the schema refuses what is not JUnit`() throws {
        let python = try PythonTools.python()
        let file = URL.temporaryDirectory.appending(path: "\(UUID().uuidString).xml")
        try Data("<testsuites><testsuite name=\"x\"/></testsuites>".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = Snapshot.root.appending(path: "Tests/validate-junit.py").path
        let result = try ToolProcess.run(
            python, [script, PythonTools.schema.path, file.path], within: 60)
        #expect(result.status == 1 && result.output.contains("invalid: line 1"))
    }

    @Test func `the times of the cases add up to the run's`() throws {
        let text = JUnitReport.merged([try Self.report(SampleRun.failing)])
        let times = text.matches(of: /testcase [^>]*time="([0-9.]+)"/).compactMap {
            Double(String($0.output.1))
        }
        let suite = try #require(text.firstMatch(of: /testsuite [^>]*time="([0-9.]+)"/))
        #expect(times.count == 2)
        let sum = times.reduce(0) { $0 + ($1 * 1_000).rounded() }
        #expect(sum == (Double(String(suite.output.1)).map { ($0 * 1_000).rounded() }))
    }

    @Test func `two expectations in the same words have different names`() throws {
        var other = SampleRun.held
        other.line = 20
        let events = SampleRun.events(
            verdict: .pass, judged: [SampleRun.held, other], faultBites: false)
        let text = JUnitReport.merged([try Self.report(events)])
        #expect(text.contains("(line 12)") && text.contains("(line 20)"))
    }

    /// A run that ended before anything could be judged.
    static func brokenOff(_ reason: String) -> [RunEvent] {
        [
            RunEvent(
                at: .zero,
                fact: .runStarted(
                    RunStarted(
                        scenario: "broken", file: "Scenarios/broken.yaml", seed: 1,
                        world: "realtime", sandbox: "root", durationNanoseconds: 1,
                        version: "0.1.0"))),
            RunEvent(at: .zero, fact: .runEnded(RunEnded(verdict: .error, reason: reason))),
        ]
    }
}

import Foundation
import SimModel
import SimReport
import Testing

/// The reports over many runs, with scenarios that were left out or could not be run.
struct SuiteReportTests {
    private static func suite() throws -> SuiteReport {
        var suite = SuiteReport()
        suite.add(SuiteEntry(try #require(RunReport(SampleRun.passing))))
        suite.add(
            .skipped(
                scenario: "etcd loses its leader", file: "Scenarios/etcd.yaml",
                reason: "needs the Debian package etcd-server"))
        suite.add(
            .notRun(
                scenario: "typo.yaml", file: "Scenarios/typo.yaml", line: 7,
                reason: "7:3: unknown word 'hots': did you mean 'hosts'?"))
        suite.add(SuiteEntry(try #require(RunReport(SampleRun.failing))))
        return suite
    }

    @Test func `validators read what was left out as skipped, what was not run as an error`()
        throws
    {
        let text = try Self.suite().junit
        try Snapshot.expect("snapshots/junit-suite.xml", text)
        let lines = try JUnitReportTests.validated(text)
        #expect(
            lines.filter { $0.hasPrefix("suite|") } == [
                "suite|a \"sample\" [loss=0.1%]|1|0|0|0", "suite|etcd loses its leader|1|0|0|1",
                "suite|typo.yaml|1|0|1|0", "suite|a \"sample\" [loss=0.1%] (run 2)|2|1|0|0",
            ])
        #expect(text.contains("message=\"needs the Debian package etcd-server\""))
        #expect(text.contains("at Scenarios/typo.yaml:7"))
    }

    @Test func `the summary counts what was left out and folds what was not run`() throws {
        let text = try Self.suite().markdown
        try Snapshot.expect("snapshots/summary-suite-skipped.md", text)
        #expect(text.hasPrefix("## ❌ 1 failed, 1 could not be run, 1 skipped of 4 scenarios\n"))
        #expect(text.components(separatedBy: "<details>").count == 3)
    }

    @Test func `a broken file is one error with all its mistakes, and a remark for each`() throws {
        var suite = SuiteReport()
        suite.add(
            .invalid(
                file: "Scenarios/typo.yaml",
                [
                    .init(file: "Scenarios/typo.yaml", line: 7, column: 3, text: "unknown 'hots'"),
                    .init(file: "Scenarios/part.yaml", line: 2, column: 9, text: "100% of < 5"),
                ]))
        let junit = suite.junit
        let lines = try JUnitReportTests.validated(junit)
        #expect(lines.contains("suite|Scenarios/typo.yaml|1|0|1|0"))
        #expect(junit.contains("message=\"Scenarios/typo.yaml:7:3: unknown 'hots' (and 1 more)\""))
        #expect(junit.contains("\nScenarios/part.yaml:2:9: 100% of &lt; 5\n"))
        #expect(
            suite.annotations == [
                "::error file=Scenarios/typo.yaml,line=7,col=3,title=no valid scenario"
                    + "::unknown 'hots'",
                "::error file=Scenarios/part.yaml,line=2,col=9,title=no valid scenario"
                    + "::100%25 of < 5",
            ])
        #expect(suite.markdown.hasPrefix("## 💥 1 could not be run of 1 scenario\n"))
        #expect(suite.markdown.contains("\nScenarios/part.yaml:2:9: 100% of < 5\n"))
    }

    @Test func `nothing but skipped scenarios does not look like a pass`() {
        var suite = SuiteReport()
        suite.add(.skipped(scenario: "a", file: "a.yaml", reason: "no right"))
        #expect(suite.markdown.hasPrefix("## ⏭️ 0 of 1 scenario passed, 1 skipped\n"))
    }

    @Test func `each has a remark at its place in the file`() throws {
        let lines = try Self.suite().annotations
        #expect(lines.count == 3)
        #expect(
            lines[0] == "::warning file=Scenarios/etcd.yaml,line=1,title=etcd loses its leader"
                + "::needs the Debian package etcd-server")
        #expect(lines[1].hasPrefix("::error file=Scenarios/typo.yaml,line=7,title=typo.yaml::7:3:"))
        #expect(lines[2].hasPrefix("::error file=Scenarios/sample.yaml,line=13,"))
    }

    @Test func `a run is added from its directory, and the files are written`() throws {
        let place = URL.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: place) }
        let run = place.appending(path: "run")
        try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
        let log = run.appending(path: "trace.jsonl")
        try EventLogTests.log(SampleRun.failing).write(to: log)
        var suite = SuiteReport()
        #expect(try suite.add(directory: run.path))
        #expect(suite.entries.first?.outcome == .judged(.fail))
        let file = place.appending(path: "new/junit.xml")
        try suite.writeJUnit(to: file.path)
        #expect(try String(contentsOf: file, encoding: .utf8) == suite.junit)
        try suite.writeMarkdown(to: place.appending(path: "new/summary.md").path)
        try Data().write(to: log)
        #expect(try !suite.add(directory: run.path), "an empty log has no run")
        #expect(suite.entries.count == 1)
    }
}

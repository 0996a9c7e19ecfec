import CommyBase
import SimModel
import SimReport
import Testing

/// What a pull request shows: the summary of several runs, and remarks beside the scenario file.
struct PullRequestTests {
    private static let doubtful = SampleRun.events(
        verdict: .inconclusive,
        judged: [
            Judged(
                expectation: "visit: recovers within 1s", line: 14, verdict: .inconclusive,
                observed: "1.2s", wanted: "<= 1s", evidence: ["the machine stalled once"])
        ], faultBites: true)

    private func reports(_ runs: [RunEvent]...) throws -> [SuiteEntry] {
        try runs.map { SuiteEntry(try #require(RunReport($0))) }
    }

    @Test func `a summary of several runs has what failed first, and folds the details`() throws {
        let broken = JUnitReportTests.brokenOff("no such program")
        let text = MarkdownReport.suite(
            try reports(SampleRun.passing, Self.doubtful, SampleRun.failing, broken))
        try Snapshot.expect("snapshots/summary-suite.md", text)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ❌") || $0.hasPrefix("| ✅") }
        #expect(
            text.hasPrefix("## ❌ 1 failed, 1 could not be run, 1 inconclusive of 4 scenarios\n"))
        #expect(rows.first?.hasPrefix("| ❌") == true)
        #expect(text.split(separator: "<details>").count == 4)
        #expect(text.split(separator: "</details>").count == 4)
    }

    @Test func `nothing but passes is one table`() throws {
        let text = MarkdownReport.suite(try reports(SampleRun.passing))
        #expect(text.hasPrefix("## ✅ 1 scenario passed\n"))
        #expect(!text.contains("<details>"))
    }

    @Test func `no table and no fence is broken by what a program wrote`() throws {
        let judged = Judged(
            expectation: "a | b <script> @everyone", line: 1, verdict: .fail,
            observed: "x\ny", wanted: "`z`", evidence: ["```", "````\u{1b}[0m"])
        let events = SampleRun.events(verdict: .fail, judged: [judged], faultBites: false)
        let text = MarkdownReport(try #require(RunReport(events))).text
        #expect(text.contains(#"| ❌ | a \| b &lt;script&gt; \@everyone | \`z\` | x y |"#))
        #expect(text.contains("`````\n```\n````␛[0m\n`````\n"))
        #expect(!text.contains("<script>"))
    }

    @Test func `a failure is an error beside its line, a doubt a warning`() throws {
        let lines = GitHubAnnotations.lines(
            try reports(SampleRun.passing, SampleRun.failing, Self.doubtful))
        #expect(lines.count == 2)
        #expect(
            lines[0]
                == "::error file=Scenarios/sample.yaml,line=13,title="
                + "a \"sample\" [loss=0.1%25]%3A visit%3A p99 <= 5ms::saw p99 14ms, wanted <= 5ms"
                + "%0Ap50 12ms  max 14ms%0Aworst: #4 ok after 14ms"
                + "%0Aagain: commy sim run Scenarios/sample.yaml --seed 7 --set loss=0.1%25")
        #expect(lines[1].hasPrefix("::warning file=Scenarios/sample.yaml,line=14,title="))
    }

    @Test func `a run that was not judged is one error on its file`() throws {
        let broken = JUnitReportTests.brokenOff("50% of a,b:c\r\nis missing")
        #expect(
            GitHubAnnotations.lines(try reports(broken)) == [
                "::error file=Scenarios/broken.yaml,line=1,title=broken"
                    + "::50%25 of a,b:c%0D%0Ais missing"
            ])
    }

    @Test func `a property cannot be ended by its text`() throws {
        let judged = Judged(
            expectation: "a,b::c\n%", line: 2, verdict: .fail, observed: "", wanted: "",
            evidence: [])
        let events = SampleRun.events(verdict: .fail, judged: [judged], faultBites: false)
        let line = try #require(GitHubAnnotations.lines(try reports(events)).first)
        #expect(line.contains("a%2Cb%3A%3Ac%0A%25::saw"))
        #expect(!line.contains("\n"))
    }
}

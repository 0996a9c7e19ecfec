import Foundation
import SimModel
import Testing

@testable import SimReport

struct ReportTests {
    private func expectSnapshot(_ name: String, _ text: String) throws {
        try Snapshot.expect("snapshots/\(name)", text)
    }

    private func terminal(_ events: [RunEvent], width: Int, colour: Bool = false) throws -> String {
        let report = try #require(RunReport(events))
        return TerminalReport(report, width: width, colour: colour).text(directory: "reports/x")
            + "\n"
    }

    @Test func `the terminal shows a failed run`() throws {
        let text = try terminal(SampleRun.failing, width: 100)
        try expectSnapshot("terminal-failing-100.txt", text)
        let lines = text.split(separator: "\n")
        #expect(lines[0].hasPrefix("FAIL"))
        #expect(lines[1].contains("visit: p99"), "what failed comes first")
    }

    @Test func `the terminal shows a passed run in 80 columns`() throws {
        let text = try terminal(SampleRun.passing, width: 80)
        try expectSnapshot("terminal-passing-80.txt", text)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test(arguments: [("passing", SampleRun.passing, 100), ("failing", SampleRun.failing, 80)])
    func `the terminal shows a run in its width`(row: (String, [RunEvent], Int)) throws {
        let text = try terminal(row.1, width: row.2)
        try expectSnapshot("terminal-\(row.0)-\(row.2).txt", text)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= row.2 })
    }

    @Test(arguments: [60, 80, 100, 160])
    func `fifty hosts and all their links fit`(width: Int) throws {
        let text = try terminal(ManyHosts.events, width: width)
        let lines = text.split(separator: "\n")
        #expect(lines.filter { $0.count > width } == [])
        #expect(lines.count <= 60)
        if width == 80 { try expectSnapshot("terminal-many-hosts-80.txt", text) }
    }

    @Test func `one of a thing is not called many`() throws {
        let text = try terminal(ManyHosts.events, width: 100)
        #expect(text.contains("1 process ") && text.contains("50 hosts"))
    }

    @Test func `a restart is over when it has begun`() throws {
        let report = try #require(RunReport(ManyHosts.events))
        let fault = try #require(report.faults.first { $0.verb == "restart" })
        #expect(fault.end == fault.begin && fault.touched == 1)
    }

    @Test func `colour changes nothing but colour`() throws {
        let coloured = try terminal(SampleRun.failing, width: 100, colour: true)
        try expectSnapshot("terminal-failing-100-colour.txt", coloured)
        #expect(coloured.contains("\u{1b}["))
        let plain = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
        #expect(plain == (try terminal(SampleRun.failing, width: 100)))
    }

    @Test func `a pull request gets a table, and the command first`() throws {
        let report = try #require(RunReport(SampleRun.failing))
        let text = MarkdownReport(report).text
        try expectSnapshot("summary-failing.md", text)
        #expect(
            text.hasPrefix("`commy sim run Scenarios/sample.yaml --seed 7 --set loss=0.1%`\n"))
    }

    @Test func `the verdict object has every promised key`() throws {
        let files = try #require(ReportFiles(SampleRun.failing))
        let data = Data(try files.verdict(pretty: false).utf8)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "scenario", "file", "world", "seed", "verdict", "reason", "trace_hash",
                "virtual_s", "wall_s", "expectations",
            ])
        #expect(object["trace_hash"] is NSNull && object["virtual_s"] is NSNull)
        #expect((object["expectations"] as? [Any])?.count == 2)
    }

    @Test func `latencies and node logs are files of their own`() throws {
        let files = try #require(ReportFiles(SampleRun.failing)).all()
        let names = files.map(\.path)
        #expect(
            names == [
                "summary.md", "verdict.json", "junit.xml", "report.html", "latency.json",
                "nodes/web.log",
            ])
        let latency = try #require(files.first { $0.path == "latency.json" }).content
        try expectSnapshot("latency-failing.json", latency)
        let log = try #require(files.first { $0.path == "nodes/web.log" }).content
        #expect(
            log == "t-0.050s nginx stderr| tab\there \u{1b}[0m\n"
                + "t-0.040s nginx stdout| @commy member peer=client state=alive\n"
                + "t-0.039s nginx stdout| @commy member peer\n")
    }

    @Test func `a log that does not begin with a run has no report`() {
        #expect(RunReport([]) == nil)
        #expect(ReportFiles(Array(SampleRun.passing.dropFirst())) == nil)
    }
}

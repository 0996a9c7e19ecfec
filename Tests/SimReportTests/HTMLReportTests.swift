import CommyBase
import Foundation
import SimModel
import Testing

@testable import SimReport

/// The text of report.html; how it behaves is for `BrowserTests`.
struct HTMLReportTests {
    private func page(_ events: [RunEvent]) throws -> String {
        HTMLReport(try #require(RunReport(events))).text
    }

    @Test func `the same log is the same page`() throws {
        #expect(try page(SampleRun.failing) == page(SampleRun.failing))
    }

    @Test func `what failed comes first, opened`() throws {
        let text = try page(SampleRun.failing)
        let failed = try #require(text.range(of: "<li class=\"fail\"><details open>"))
        let held = try #require(text.range(of: "<li class=\"pass\"><details>"))
        #expect(failed.lowerBound < held.lowerBound)
        #expect(text.contains("<title>fail: a &quot;sample&quot; [loss=0.1%]</title>"))
        #expect(
            text.contains(">commy sim run Scenarios/sample.yaml --seed 7 --set loss=0.1%</code>"))
    }

    @Test(arguments: [
        "Expectations", "Timeline", "Traffic", "Topology", "Network", "Resources", "Machine",
        "Logs", "Facts",
    ])
    func `the page has the section`(title: String) throws {
        #expect(try page(SampleRun.failing).contains("tabindex=\"-1\">\(title)</h2>"))
    }

    @Test func `a run that was not carried out still has a page`() throws {
        let text = try page(JUnitReportTests.brokenOff("no <such> program"))
        #expect(text.contains("<p class=\"reason\">no &lt;such&gt; program</p>"))
        #expect(text.contains("Nothing was judged."))
        #expect(!text.contains("id=\"traffic\""))
    }

    @Test func `an author's text is shown as text, and no sign for its line breaks`() throws {
        var events = SampleRun.passing
        guard case .runStarted(var started) = events[0].fact else { return }
        started.why = "One line.\nAnd <b>.\n"
        events[0].fact = .runStarted(started)
        #expect(
            try page(events).contains("<div class=\"why\"><p>One line. And &lt;b&gt;.</p></div>"))
    }

    /// Hostile text in every field that a file or a program can fill.
    @Test func `nothing that a scenario or a process says becomes markup`() throws {
        let text = try page(Self.hostile)
        let script = try #require(text.range(of: "<script>\n"))
        let markup = text[..<script.lowerBound]
        #expect(!markup.contains("<img"))
        #expect(!markup.contains("<!--"))
        #expect(!markup.contains("onerror=window.pwned=1>"))
        #expect(text.components(separatedBy: "<script").count == 3, "the page's own two")
        #expect(text.components(separatedBy: "</script").count == 3)
        #expect(text.components(separatedBy: "<style").count == 2)
        #expect(!markup.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(markup.contains("&lt;/script&gt;&lt;script&gt;window.pwned=1&lt;/script&gt;"))
    }

    @Test func `the policy allows the page's own style and script and nothing else`() throws {
        let text = try page(SampleRun.passing)
        let policy = try #require(text.firstMatch(of: /Policy" content="([^"]+)"/)).output.1
        #expect(
            policy
                == "default-src 'none'; base-uri 'none'; form-action 'none'; style-src "
                + "'\(SHA256.policySource(of: PageStyle.text))'; script-src "
                + "'\(SHA256.policySource(of: PageScript.text))'")
        #expect(!text.contains("unsafe-inline"))
        #expect(!text.contains(" style=\""), "the policy would stop it")
        #expect(text.firstMatch(of: /https?:\/\//) == nil, "no address of anything")
    }

    @Test func `each log line that is left out is told of`() throws {
        var events = SampleRun.passing
        for number in 0..<3_000 {
            events.append(
                RunEvent(
                    at: events[0].at,
                    fact: .processOutput(
                        ProcessOutput(
                            host: "web", process: "nginx", stream: .stdout,
                            line: number == 0
                                ? String(repeating: "x", count: 700) : "line \(number)"))))
        }
        let text = try page(events)
        #expect(text.contains("1,003 lines of nginx@web left out here: nodes/web.log has them all"))
        #expect(text.contains("… 100 characters more"))
        #expect(text.contains(">line 2999</code>") && !text.contains(">line 800</code>"))
        #expect(text.contains(">3,003 lines</span>"))
    }

    private static let hostile: [RunEvent] = {
        let line = HostileText.line
        var started = RunStarted(
            scenario: line, file: line, seed: 1, world: line, sandbox: line,
            durationNanoseconds: 1_000_000_000, version: line)
        started.why = line
        started.tags = [line]
        started.settings = [line]
        started.phases = [PhaseSpan(phase: line, beginNanoseconds: 0, endNanoseconds: 9_000_000)]
        let facts: [RunEvent.Fact] = [
            .runStarted(started),
            .hostUp(HostUp(host: line, zone: line, addresses: [line])),
            .linkUp(LinkUp(link: line, from: line, to: "b", conditions: line)),
            .processStarted(
                ProcessStarted(host: line, process: line, pid: 1, command: [line], incarnation: 1)),
            .processOutput(ProcessOutput(host: line, process: line, stream: .stdout, line: line)),
            .processSampled(
                ProcessSampled(
                    host: line, process: line, residentBytes: 1, cpuNanoseconds: 1, openFiles: 1,
                    threads: 1)),
            .trafficStarted(TrafficStarted(traffic: [line])),
            .request(
                RequestOutcome(
                    traffic: line, ordinal: 0, scheduledNanoseconds: 0, latencyNanoseconds: 5,
                    result: .ok, status: 200, backend: line)),
            .faultStarted(FaultTransition(fault: line, verb: line, targets: [line], detail: line)),
            .linkChanged(LinkChanged(link: line, conditions: line)),
            .faultMissed(FaultMissed(fault: line, verb: line, progress: line)),
            .linkTotals(
                LinkTotals(
                    link: line, packets: 1, bytes: 1, delivered: 0,
                    dropped: [DropCount(reason: line, count: 1)], duplicated: 1, corrupted: 1,
                    reordered: 1, latenessP50Nanoseconds: 1, latenessP99Nanoseconds: 1,
                    latenessP999Nanoseconds: 1, latenessMaxNanoseconds: 1)),
            .judged(
                Judged(
                    expectation: line, line: 1, verdict: .fail, observed: line, wanted: line,
                    evidence: [line])),
            .runEnded(RunEnded(verdict: .fail, reason: line)),
        ]
        return facts.map { RunEvent(at: .zero, fact: $0) }
    }()
}

internal import SimModel

/// `junit.xml`: what GitLab, GitHub's reporters and Jenkins show as test results.
///
/// One suite for each run, one case for each judged expectation. An inconclusive one is `skipped`:
/// all three show that without turning the pipeline red, which is what inconclusive means. A run
/// that ended in an error without saying so about an expectation has a case of its own.
public enum JUnitReport {
    /// One document with a suite for each run, in the given order.
    public static func merged(_ reports: [RunReport]) -> String {
        var names: [String: Int] = [:]
        let suites = reports.map { report in
            let count = names[report.title, default: 0] + 1
            names[report.title] = count
            return Suite(report, number: count)
        }
        let milliseconds = suites.reduce(0) { $0 + $1.milliseconds }
        let head =
            "<testsuites name=\"commy sim\" tests=\"\(suites.reduce(0) { $0 + $1.cases.count })\""
            + " failures=\"\(suites.reduce(0) { $0 + $1.count(.fail) })\""
            + " errors=\"\(suites.reduce(0) { $0 + $1.count(.error) })\""
            + " time=\"\(Suite.seconds(milliseconds))\">"
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(head)\n"
            + suites.map(\.text).joined() + "</testsuites>\n"
    }

    /// One `testcase` element.
    private struct Case {
        var name: String
        var verdict: Verdict
        var message: String
        var body: [String]
    }

    /// One `testsuite` element.
    private struct Suite {
        let report: RunReport
        let name: String
        let cases: [Case]
        let milliseconds: Int64

        init(_ report: RunReport, number: Int) {
            self.report = report
            // Readers take two cases of one name for the same: a repeated run must be another one.
            name = number == 1 ? report.title : "\(report.title) (run \(number))"
            milliseconds = (report.wall + 500_000) / 1_000_000
            cases = Self.cases(report)
        }

        func count(_ verdict: Verdict) -> Int { cases.count { $0.verdict == verdict } }

        static func seconds(_ milliseconds: Int64) -> String {
            "\(milliseconds / 1_000).\(String(1_000 + milliseconds % 1_000).dropFirst())"
        }

        var text: String {
            let attribute = XMLText.attribute
            let head =
                "  <testsuite name=\"\(attribute(name))\" tests=\"\(cases.count)\""
                + " failures=\"\(count(.fail))\" errors=\"\(count(.error))\""
                + " skipped=\"\(count(.inconclusive))\" time=\"\(Self.seconds(milliseconds))\""
                + " file=\"\(attribute(report.started.file))\">\n"
            let properties = [
                ("seed", String(report.started.seed)), ("world", report.started.world),
                ("verdict", report.verdict.rawValue), ("replay", report.replayCommand),
                ("version", report.started.version),
            ].map { name, value in
                "      <property name=\"\(name)\" value=\"\(attribute(value))\"/>\n"
            }
            return head + "    <properties>\n" + properties.joined() + "    </properties>\n"
                + cases.enumerated().map { element($1, at: $0) }.joined() + "  </testsuite>\n"
        }

        private func element(_ item: Case, at place: Int) -> String {
            // Readers add the times up, and an expectation has none of its own.
            let share =
                milliseconds * Int64(place + 1) / Int64(cases.count)
                - milliseconds * Int64(place) / Int64(cases.count)
            let head =
                "    <testcase classname=\"\(XMLText.attribute(className))\""
                + " name=\"\(XMLText.attribute(item.name))\" time=\"\(Self.seconds(share))\""
            guard let tag = Self.tag(of: item.verdict) else { return head + "/>\n" }
            return head
                + ">\n      <\(tag) type=\"\(item.verdict.rawValue)\""
                + " message=\"\(XMLText.attribute(item.message))\">"
                + XMLText.content(item.body.joined(separator: "\n"))
                + "</\(tag)>\n    </testcase>\n"
        }

        /// `Scenarios.failover.one-way-cut`: readers make a tree of it.
        private var className: String {
            let file = report.started.file
            let stem = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
            let parts = stem.split(separator: "/").filter { $0 != "." && $0 != ".." }
            let path = parts.map { $0.split(separator: ".").joined(separator: "-") }
            let settings = report.started.settings.joined(separator: ",")
            let place = path.isEmpty ? "scenario" : path.joined(separator: ".")
            let run = name == report.title ? "" : String(name.dropFirst(report.title.count))
            return (settings.isEmpty ? place : "\(place)[\(settings)]") + run
        }

        private static func tag(of verdict: Verdict) -> String? {
            switch verdict {
            case .pass: nil
            case .fail: "failure"
            case .error: "error"
            case .inconclusive: "skipped"
            }
        }

        private static func cases(_ report: RunReport) -> [Case] {
            var names: [String: Int] = [:]
            for judged in report.judged { names[judged.expectation, default: 0] += 1 }
            var cases = report.judged.map { judged in
                let isRepeated = names[judged.expectation, default: 0] > 1
                return Case(
                    name: judged.expectation + (isRepeated ? " (line \(judged.line))" : ""),
                    verdict: judged.verdict, message: message(of: judged),
                    body: body(judged.evidence, judged.line, report))
            }
            // An error, an interruption or a run that was given up is not about an expectation.
            let isTold = cases.contains { $0.verdict == report.verdict }
            if !isTold || cases.isEmpty {
                cases.append(
                    Case(
                        name: "the run", verdict: report.verdict,
                        message: report.reason ?? report.verdict.rawValue,
                        body: body([], 0, report)))
            }
            return cases
        }

        private static func message(of judged: Judged) -> String {
            let figures = "saw \(judged.observed), wanted \(judged.wanted)"
            return judged.verdict == .inconclusive ? "inconclusive: \(figures)" : figures
        }

        private static func body(_ evidence: [String], _ line: Int, _ report: RunReport) -> [String]
        {
            let place = line > 0 ? "\(report.started.file):\(line)" : report.started.file
            return evidence + ["at \(place)", "again: \(report.replayCommand)"]
        }
    }
}

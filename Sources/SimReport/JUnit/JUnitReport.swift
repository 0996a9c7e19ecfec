internal import SimModel

/// `junit.xml`: what GitLab, GitHub's reporters and Jenkins show as test results.
///
/// One suite for each run, one case for each judged expectation. An inconclusive one is `skipped`:
/// all three show that without turning the pipeline red, which is what inconclusive means. A run
/// that ended in an error without saying so about an expectation has a case of its own, and so has
/// a scenario that was left out (`skipped`) or could not be run (`error`).
public enum JUnitReport {
    /// One document with a suite for each entry, in the given order.
    public static func merged(_ entries: [SuiteEntry]) -> String {
        var names: [String: Int] = [:]
        let suites = entries.map { entry in
            let count = names[entry.title, default: 0] + 1
            names[entry.title] = count
            return Suite(entry, number: count)
        }
        let milliseconds = suites.reduce(0) { $0 + $1.milliseconds }
        let head =
            "<testsuites name=\"commy sim\" tests=\"\(suites.reduce(0) { $0 + $1.cases.count })\""
            + " failures=\"\(suites.reduce(0) { $0 + $1.count("failure") })\""
            + " errors=\"\(suites.reduce(0) { $0 + $1.count("error") })\""
            + " time=\"\(Suite.seconds(milliseconds))\">"
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(head)\n"
            + suites.map(\.text).joined() + "</testsuites>\n"
    }

    /// One `testcase` element.
    private struct Case {
        var name: String
        /// The element that says so; nil for a pass.
        var tag: String?
        var type: String
        var message: String
        var body: [String]
    }

    /// One `testsuite` element.
    private struct Suite {
        let entry: SuiteEntry
        let name: String
        let cases: [Case]
        let milliseconds: Int64

        init(_ entry: SuiteEntry, number: Int) {
            self.entry = entry
            // Readers take two cases of one name for the same: a repeated run must be another one.
            name = number == 1 ? entry.title : "\(entry.title) (run \(number))"
            milliseconds = (entry.wallNanoseconds + 500_000) / 1_000_000
            cases = Self.cases(entry)
        }

        func count(_ tag: String) -> Int { cases.count { $0.tag == tag } }

        static func seconds(_ milliseconds: Int64) -> String {
            "\(milliseconds / 1_000).\(String(1_000 + milliseconds % 1_000).dropFirst())"
        }

        var text: String {
            let attribute = XMLText.attribute
            let head =
                "  <testsuite name=\"\(attribute(name))\" tests=\"\(cases.count)\""
                + " failures=\"\(count("failure"))\" errors=\"\(count("error"))\""
                + " skipped=\"\(count("skipped"))\" time=\"\(Self.seconds(milliseconds))\""
                + " file=\"\(attribute(entry.file))\">\n"
            let lines = properties.map { name, value in
                "      <property name=\"\(name)\" value=\"\(attribute(value))\"/>\n"
            }
            return head + "    <properties>\n" + lines.joined() + "    </properties>\n"
                + cases.enumerated().map { element($1, at: $0) }.joined() + "  </testsuite>\n"
        }

        private var properties: [(String, String)] {
            let outcome = ("verdict", Self.word(of: entry.outcome))
            guard let run = entry.run else { return [outcome] }
            return [
                ("seed", String(run.seed)), ("world", run.world), outcome,
                ("replay", run.replayCommand), ("version", run.version),
            ]
        }

        private func element(_ item: Case, at place: Int) -> String {
            // Readers add the times up, and an expectation has none of its own.
            let share =
                milliseconds * Int64(place + 1) / Int64(cases.count)
                - milliseconds * Int64(place) / Int64(cases.count)
            let head =
                "    <testcase classname=\"\(XMLText.attribute(className))\""
                + " name=\"\(XMLText.attribute(item.name))\" time=\"\(Self.seconds(share))\""
            guard let tag = item.tag else { return head + "/>\n" }
            return head
                + ">\n      <\(tag) type=\"\(item.type)\""
                + " message=\"\(XMLText.attribute(item.message))\">"
                + XMLText.content(item.body.joined(separator: "\n"))
                + "</\(tag)>\n    </testcase>\n"
        }

        /// `Scenarios.failover.one-way-cut`: readers make a tree of it.
        private var className: String {
            let file = entry.file
            let stem = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
            let parts = stem.split(separator: "/").filter { $0 != "." && $0 != ".." }
            let path = parts.map { $0.split(separator: ".").joined(separator: "-") }
            let settings = entry.settings.joined(separator: ",")
            let place = path.isEmpty ? "scenario" : path.joined(separator: ".")
            let run = name == entry.title ? "" : String(name.dropFirst(entry.title.count))
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

        private static func word(of outcome: SuiteEntry.Outcome) -> String {
            switch outcome {
            case .judged(let verdict): verdict.rawValue
            case .skipped: "skipped"
            }
        }

        private static func tag(of outcome: SuiteEntry.Outcome) -> String? {
            switch outcome {
            case .judged(let verdict): tag(of: verdict)
            case .skipped: "skipped"
            }
        }

        private static func cases(_ entry: SuiteEntry) -> [Case] {
            var names: [String: Int] = [:]
            for judged in entry.judged { names[judged.expectation, default: 0] += 1 }
            var cases = entry.judged.map { judged in
                let isRepeated = names[judged.expectation, default: 0] > 1
                return Case(
                    name: judged.expectation + (isRepeated ? " (line \(judged.line))" : ""),
                    tag: tag(of: judged.verdict), type: judged.verdict.rawValue,
                    message: message(of: judged), body: body(judged.evidence, judged.line, entry))
            }
            // An error, an interruption or a run that was given up is not about an expectation.
            let isTold = entry.judged.contains { .judged($0.verdict) == entry.outcome }
            if !isTold || cases.isEmpty {
                let word = word(of: entry.outcome)
                cases.append(
                    Case(
                        name: "the run", tag: tag(of: entry.outcome), type: word,
                        message: entry.shortReason ?? word,
                        body: body(entry.mistakes.map(\.placed), entry.line, entry)))
            }
            return cases
        }

        private static func message(of judged: Judged) -> String {
            let figures = "saw \(judged.observed), wanted \(judged.wanted)"
            return judged.verdict == .inconclusive ? "inconclusive: \(figures)" : figures
        }

        private static func body(_ evidence: [String], _ line: Int, _ entry: SuiteEntry) -> [String]
        {
            let place = line > 0 ? "\(entry.file):\(line)" : entry.file
            let again = entry.run.map { ["again: \($0.replayCommand)"] } ?? []
            return evidence + ["at \(place)"] + again
        }
    }
}

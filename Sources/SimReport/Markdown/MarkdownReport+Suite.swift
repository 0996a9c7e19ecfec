internal import SimModel

extension MarkdownReport {
    /// One text for several runs: a table with what failed first, then the details of each run that
    /// did not pass, folded.
    public static func suite(_ entries: [SuiteEntry]) -> String {
        let ordered = entries.enumerated().sorted { left, right in
            (order(left.element.outcome), left.offset)
                < (order(right.element.outcome), right.offset)
        }.map(\.element)
        var lines = ["## \(headline(entries))", ""]
        lines += [
            "| | scenario | what did not hold | held | seed | time |", "|---|---|---|--:|--:|--:|",
        ]
        lines += ordered.map(row)
        for entry in ordered where isTold(entry.outcome) { lines += details(entry) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `❌ 1 failed, 1 inconclusive of 3 scenarios`.
    private static func headline(_ entries: [SuiteEntry]) -> String {
        let count = { (outcome: SuiteEntry.Outcome) in entries.count { $0.outcome == outcome } }
        let total = FigureText.count(entries.count, "scenario")
        let skipped = count(.skipped)
        let rest = skipped > 0 ? ", \(skipped) skipped" : ""
        let worst = entries.map(\.outcome).min { order($0) < order($1) } ?? .judged(.pass)
        guard isTold(worst) else {
            let passed = count(.judged(.pass))
            let all = skipped > 0 ? "\(passed) of \(total)" : total
            // Nothing but what was left out has shown nothing.
            let sign = passed > 0 || entries.isEmpty ? mark(.judged(.pass)) : mark(.skipped)
            return "\(sign) \(all) passed\(rest)"
        }
        let words: [(Verdict, String)] = [
            (.fail, "failed"), (.error, "could not be run"), (.inconclusive, "inconclusive"),
        ]
        let parts = words.map { (count(.judged($0.0)), $0.1) }.filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)" }
        return "\(mark(worst)) \(parts.joined(separator: ", "))\(rest) of \(total)"
    }

    private static func row(_ entry: SuiteEntry) -> String {
        let held = entry.judged.count { $0.verdict == .pass }
        let worst = entry.judgedByWeight.first { $0.verdict != .pass }
        let what = worst.map { "\($0.expectation): saw \($0.observed)" } ?? entry.shortReason ?? ""
        let cells = [
            mark(entry.outcome), MarkdownText.inline(entry.title), MarkdownText.inline(what),
            entry.run == nil ? "-" : "\(held) of \(entry.judged.count)",
            entry.run.map { String($0.seed) } ?? "-",
            entry.run == nil ? "-" : "\(RunReport.seconds(entry.wallNanoseconds))s",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func details(_ entry: SuiteEntry) -> [String] {
        let title = MarkdownText.inline(entry.title)
        let sign = mark(entry.outcome)
        let first = entry.run.map { $0.replayCommand } ?? entry.file
        return [
            "", "<details>", "<summary>\(sign) \(word(entry.outcome)): \(title)</summary>",
            "", MarkdownText.code(first),
        ] + body(entry.reason, entry.judgedByWeight) + (entry.run?.figures ?? [])
            + ["", "</details>"]
    }

    /// True for what has details: it did not pass, and was not left out on purpose.
    private static func isTold(_ outcome: SuiteEntry.Outcome) -> Bool {
        switch outcome {
        case .judged(let verdict): verdict != .pass
        case .skipped: false
        }
    }

    private static func order(_ outcome: SuiteEntry.Outcome) -> Int {
        switch outcome {
        case .judged(.fail): 0
        case .judged(.error): 1
        case .judged(.inconclusive): 2
        case .skipped: 3
        case .judged(.pass): 4
        }
    }

    private static func mark(_ outcome: SuiteEntry.Outcome) -> String {
        switch outcome {
        case .judged(let verdict): mark(verdict)
        case .skipped: "⏭️"
        }
    }

    private static func word(_ outcome: SuiteEntry.Outcome) -> String {
        switch outcome {
        case .judged(let verdict): verdict.rawValue
        case .skipped: "skipped"
        }
    }
}

internal import SimModel

/// Lines on standard output that GitHub Actions turns into remarks beside the scenario file.
public enum GitHubAnnotations {
    /// One line for each expectation that did not hold, of all runs, and for each mistake in a file
    /// that is no scenario. What failed or could not be run is an error, what could not be told or
    /// was left out a warning.
    public static func lines(_ entries: [SuiteEntry]) -> [String] {
        entries.flatMap { entry in
            let mistakes = entry.mistakes.map(line(of:))
            if !mistakes.isEmpty { return mistakes }
            let judged = entry.judgedByWeight.compactMap { line(of: $0, in: entry) }
            let (verdict, fallback) = wholeRun(entry.outcome)
            if !judged.isEmpty || verdict == .pass { return judged }
            return [
                command(
                    verdict, entry.file, line: entry.line, title: entry.title,
                    message: entry.reason ?? fallback)
            ].compactMap { $0 }
        }
    }

    /// How a run is told of that has no expectation to tell of.
    private static func wholeRun(_ outcome: SuiteEntry.Outcome) -> (Verdict, String) {
        switch outcome {
        case .judged(let verdict): (verdict, verdict.rawValue)
        case .skipped: (.inconclusive, "skipped")
        }
    }

    private static func line(of mistake: SuiteEntry.Mistake) -> String {
        "::error file=\(property(mistake.file)),line=\(mistake.line),col=\(mistake.column),"
            + "title=no valid scenario::\(data(mistake.text))"
    }

    private static func line(of judged: Judged, in entry: SuiteEntry) -> String? {
        let again = entry.run.map { ["again: \($0.replayCommand)"] } ?? []
        let message =
            ["saw \(judged.observed), wanted \(judged.wanted)"] + judged.evidence + again
        return command(
            judged.verdict, entry.file, line: judged.line,
            title: "\(entry.title): \(judged.expectation)",
            message: message.joined(separator: "\n"))
    }

    private static func command(
        _ verdict: Verdict, _ file: String, line: Int, title: String, message: String
    ) -> String? {
        guard let word = word(of: verdict) else { return nil }
        // Without a line of its own it belongs to the file.
        let place = "file=\(property(file)),line=\(max(1, line))"
        return "::\(word) \(place),title=\(property(title))::\(data(message))"
    }

    private static func word(of verdict: Verdict) -> String? {
        switch verdict {
        case .pass: nil
        case .fail, .error: "error"
        case .inconclusive: "warning"
        }
    }

    /// In the message: what would end the line, and the sign of such references.
    private static func data(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result += ForeignText.visible(String(scalar))
            }
        }
        return result
    }

    /// In a property: also what would end it.
    private static func property(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case ":": result += "%3A"
            case ",": result += "%2C"
            default: result += data(String(scalar))
            }
        }
        return result
    }
}

internal import SimModel

/// Lines on standard output that GitHub Actions turns into remarks beside the scenario file.
public enum GitHubAnnotations {
    /// One line for each expectation that did not hold, of all runs. What failed is an error, what
    /// could not be told a warning.
    public static func lines(_ reports: [RunReport]) -> [String] {
        reports.flatMap { report in
            let judged = report.judgedByWeight.compactMap { line(of: $0, in: report) }
            if !judged.isEmpty || report.verdict == .pass { return judged }
            return [
                command(
                    report.verdict, report.started.file, line: 0, title: report.title,
                    message: report.reason ?? report.verdict.rawValue)
            ].compactMap { $0 }
        }
    }

    private static func line(of judged: Judged, in report: RunReport) -> String? {
        let message =
            ["saw \(judged.observed), wanted \(judged.wanted)"] + judged.evidence
            + ["again: \(report.replayCommand)"]
        return command(
            judged.verdict, report.started.file, line: judged.line,
            title: "\(report.title): \(judged.expectation)",
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

extension Rule {
    /// One scenario a line: its path below `Scenarios/`, then the reason. `#` opens a comment.
    static let knownFailing = Rule(
        "known-failing", because: "An excused failure names a scenario that exists, and says why."
    ) { repository in
        guard let file = repository.file(at: listPath) else { return [] }
        return (0..<file.lineStarts.count).flatMap { index -> [Violation] in
            let text = file.lineText(index + 1).prefix { $0 != "#" }.trimmed
            let words = text.split(separator: " ")
            guard let path = words.first else { return [] }
            var violations: [Violation] = []
            let short = path.hasPrefix("Scenarios/") ? String(path) : "Scenarios/\(path)"
            if repository.file(at: short) == nil {
                violations.append(
                    Violation(
                        path: file.path, line: index + 1, what: "\(path) does not exist",
                        cure: "remove the line"))
            }
            if words.count < 4 {
                violations.append(
                    Violation(
                        path: file.path, line: index + 1, what: "\(path) has no reason",
                        cure: "say on the same line why it fails"))
            }
            return violations
        }
    }

    private static let listPath = "Scenarios/known-failing.txt"
}

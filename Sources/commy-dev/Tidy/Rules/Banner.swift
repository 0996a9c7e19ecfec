extension Rule {
    static let banner = Rule(
        "banner",
        because: "Comments are sentences; decoration ages and hides that a file is too long."
    ) { repository in
        repository.swiftFiles.flatMap { file in
            file.tokens.filter { $0.kind == .comment || $0.kind == .docComment }
                .filter { isBanner(file.text($0)) }
                .map { token in
                    Violation(
                        path: file.path, line: token.line, what: "a banner",
                        cure: "delete it, or cut the file where it stands")
                }
        }
    }

    /// Nothing but decoration, framed by decoration, or a `MARK:`.
    private static func isBanner(_ comment: String) -> Bool {
        let lines = comment.split(separator: "\n")
        return lines.contains { line in
            let isBlock = line.hasPrefix("/*")
            let text = line.drop { $0 == "/" || (isBlock && $0 == "*") }.trimmed
            if text.hasPrefix("MARK:") { return true }
            let decoration = "=-*#~/_"
            let leading = text.prefix { decoration.contains($0) }.count
            let trailing = text.reversed().prefix { decoration.contains($0) }.count
            return (leading == text.count && leading >= 4) || (leading >= 3 && trailing >= 3)
        }
    }
}

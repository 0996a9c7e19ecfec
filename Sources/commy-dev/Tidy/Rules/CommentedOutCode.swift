extension Rule {
    /// A `//` comment counts as code when it ends like a statement or opens like a declaration. Doc
    /// comments are not read: they hold examples.
    static let commentedOutCode = Rule(
        "commented-out-code", because: "Old code is in the history; in the file it only misleads."
    ) { repository in
        repository.swiftFiles.flatMap { file in
            file.tokens.filter { $0.kind == .comment && isCode(file.text($0)) }.map { token in
                Violation(
                    path: file.path, line: token.line, what: "this comment is code",
                    cure: "delete it, or say in a sentence what it meant")
            }
        }
    }

    private static let openers: Set<String> = [
        "let", "var", "func", "guard", "import", "struct", "enum", "class", "private", "public",
        "static",
        "return", "if", "for", "while", "switch", "try", "await", "else", "#expect",
    ]

    private static func isCode(_ comment: String) -> Bool {
        guard comment.hasPrefix("//") else { return false }
        let text = comment.drop { $0 == "/" }.trimmed
        guard let last = text.last else { return false }
        if text == "}" || text == "})" || text.hasSuffix(" {") || last == ";" { return true }
        let first = String(text.prefix { !" (".contains($0) })
        let isClosed = last == ")" || last == "}" || last == "]"
        if openers.contains(first) { return isClosed && text.contains("(") || text.contains(" = ") }
        let isCall = last == ")" && first.contains(".") && text.dropFirst(first.count).first == "("
        return isCall && !text.contains(". ")
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    var trimmed: Substring {
        var result = drop { $0 == " " || $0 == "\t" }
        while let last = result.last, last == " " || last == "\t" || last == "\r" {
            result.removeLast()
        }
        return result
    }
}

/// The lines that people read: comments in Swift, whole lines in Markdown and YAML.
enum Prose {
    struct Line: Sendable, Equatable {
        let path: String
        let number: Int
        let text: String

        /// Runs of letters and digits.
        var words: [Substring] {
            text.split { !($0.isLetter || $0.isNumber) }
        }
    }

    static func lines(of repository: Repository) -> [Line] {
        repository.files.flatMap { file -> [Line] in
            if isExempt(file.path) { return [] }
            if file.isSwift { return comments(of: file) }
            guard
                [".md", ".yaml", ".yml"].contains(where: file.path.hasSuffix) || file.name == "dev"
            else { return [] }
            return (0..<file.lineStarts.count).map {
                Line(path: file.path, number: $0 + 1, text: file.lineText($0 + 1))
            }
        }
    }

    /// The rules and their tests quote what they ban.
    static func isExempt(_ path: String) -> Bool {
        path.hasPrefix("Sources/commy-dev/Tidy/Rules/") || path.hasPrefix("Tests/CommyDevTests/")
    }

    private static func comments(of file: SourceFile) -> [Line] {
        file.tokens.filter { $0.kind == .comment || $0.kind == .docComment }.flatMap { token in
            file.text(token).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map {
                    Line(path: file.path, number: token.line + $0.offset, text: String($0.element))
                }
        }
    }
}

/// Words that code of a pure target may not contain, for the rules on async, clocks and randomness.
enum BannedNames {
    static func violations(
        of names: Set<String>, in repository: Repository, what: String, cure: String
    ) -> [Rule.Violation] {
        repository.pureFiles.flatMap { file in
            file.code.filter { $0.kind == .word && names.contains(file.text($0)) }.map { token in
                Rule.Violation(
                    path: file.path, line: token.line,
                    what: "`\(file.text(token))` \(what)", cure: cure)
            }
        }
    }
}

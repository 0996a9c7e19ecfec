extension Rule {
    static let pureRandomness = Rule(
        "pure-randomness",
        because: "Every draw comes from a labelled stream, so that a seed replays a run."
    ) { repository in
        repository.pureFiles.flatMap { file in
            file.code.indices.filter { isUnseeded(file, at: $0) }.map { index in
                Violation(
                    path: file.path, line: file.code[index].line,
                    what: "`\(file.text(file.code[index]))` draws unseeded randomness",
                    cure: "draw from a RandomKey or RandomStream that is handed in")
            }
        }
    }

    private static let drawing: Set<String> = [
        "random", "shuffled", "shuffle", "randomElement",
    ]

    /// The system's generator by name, or a drawing member without `using:` in its call.
    private static func isUnseeded(_ file: SourceFile, at index: Int) -> Bool {
        let code = file.code
        guard code[index].kind == .word else { return false }
        let word = file.text(code[index])
        if ["SystemRandomNumberGenerator", "arc4random", "getrandom"].contains(word) {
            return true
        }
        guard drawing.contains(word), index > 0, file.token(code[index - 1], is: "."),
            index + 1 < code.count, file.token(code[index + 1], is: "(")
        else { return false }
        let close = file.closing(of: index + 1, in: code)
        return !code[index..<close].contains { file.token($0, is: "using") }
    }
}

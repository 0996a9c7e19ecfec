extension Rule {
    static let functionLength = Rule(
        "function-length", because: "A function fits on one screen: at most 70 lines."
    ) { repository in
        repository.files.filter(\.isSwift).flatMap { file in
            file.functions.filter { $0.lineCount > functionLines }.map { function in
                Violation(
                    path: file.path, line: function.line,
                    what: "\(function.name) has \(function.lineCount) lines",
                    cure: "keep the decision here and move the steps into functions of their own")
            }
        }
    }

    private static let functionLines = 70
}

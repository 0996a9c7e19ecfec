extension Rule {
    static let testNames = Rule(
        "test-names", because: "A failing test's name says which behaviour broke, as a sentence."
    ) { repository in
        repository.swiftFiles.filter { $0.path.hasPrefix("Tests/") }.flatMap { file in
            file.testFunctions.filter { !isSentence(file.text($0)) }.map { name in
                Violation(
                    path: file.path, line: name.line, what: "the test name \(file.text(name))",
                    cure: "write a sentence about behaviour in backticks")
            }
        }
    }

    private static func isSentence(_ name: String) -> Bool {
        name.split(separator: " ").count >= 3 && !name.hasSuffix(".")
    }
}

extension SourceFile {
    /// The name tokens of the functions under `@Test`.
    fileprivate var testFunctions: [Token] {
        code.indices.compactMap { index in
            guard token(code[index], is: "@"), index + 1 < code.count,
                token(code[index + 1], is: "Test")
            else { return nil }
            let keyword = code[index...].firstIndex { $0.kind == .word && token($0, is: "func") }
            guard let keyword, keyword + 1 < code.count else { return nil }
            return code[keyword + 1]
        }
    }
}

extension Rule {
    static let testSleeps = Rule(
        "test-sleeps",
        because: "A test of pure code that waits is slow, and flaky when the machine is."
    ) { repository in
        repository.swiftFiles.filter { file in
            file.path.hasPrefix("Tests/")
                && Architecture.pure.contains { "\($0)Tests" == file.target }
        }
        .flatMap { file in
            file.code.indices.filter { index in
                ["sleep", "usleep", "nanosleep"].contains(file.text(file.code[index]))
                    && file.code[index].kind == .word && index + 1 < file.code.count
                    && file.token(file.code[index + 1], is: "(")
            }
            .map { index in
                Violation(
                    path: file.path, line: file.code[index].line, what: "a test that sleeps",
                    cure: "hand the later instant in")
            }
        }
    }
}

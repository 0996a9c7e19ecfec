extension Rule {
    static let pureImports = Rule(
        "pure-imports",
        because: "Pure targets decide in values: the standard library and each other, nothing else."
    ) { repository in
        repository.pureFiles.flatMap { file -> [Violation] in
            let allowed = Architecture.arrows[file.target ?? ""] ?? []
            return file.imports.filter { !allowed.contains($0.module) }.map { line in
                Violation(
                    path: file.path, line: line.line,
                    what: "the pure target \(file.target ?? "") imports \(line.module)",
                    cure: "take the value as an argument and import in an effects target")
            }
        }
    }
}

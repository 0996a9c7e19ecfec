extension Rule {
    static let foundationImports = Rule(
        "foundation-imports",
        because:
            "Daemons and what runs by the hundred start fast and stay small without Foundation."
    ) { repository in
        repository.swiftFiles.filter {
            $0.path.hasPrefix("Sources/")
                && Architecture.withoutFoundation.contains($0.target ?? "")
        }
        .flatMap { file in
            file.imports.filter { $0.module.hasPrefix("Foundation") }.map { line in
                Violation(
                    path: file.path, line: line.line,
                    what: "\(file.target ?? "") imports \(line.module)",
                    cure: "use the standard library, or a call of CommyLinux")
            }
        }
    }
}

extension Rule {
    static let atomicsImports = Rule(
        "atomics-imports",
        because: "Memory orderings are reviewed in one place, CommyShm; the facade may use Mutex."
    ) { repository in
        repository.swiftFiles.filter { $0.path.hasPrefix("Sources/") }.flatMap {
            file -> [Violation] in
            if file.target == "CommyShm" { return [] }
            if file.target == "Commy" {
                return file.code.filter { $0.kind == .word && file.token($0, is: "Atomic") }.map {
                    Violation(
                        path: file.path, line: $0.line, what: "an atomic outside CommyShm",
                        cure: "guard the state with Mutex, or move it into CommyShm")
                }
            }
            return file.imports.filter { ["Synchronization", "Atomics"].contains($0.module) }.map {
                Violation(
                    path: file.path, line: $0.line,
                    what: "\($0.module) is imported outside CommyShm",
                    cure: "give the state one owner, or move it into CommyShm")
            }
        }
    }
}

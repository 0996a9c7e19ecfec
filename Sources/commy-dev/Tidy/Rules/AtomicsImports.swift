extension Rule {
    static let atomicsImports = Rule(
        "atomics-imports",
        because:
            "Memory orderings are reviewed in one place, CommyShm; elsewhere a Mutex has to do."
    ) { repository in
        repository.swiftFiles.filter { $0.path.hasPrefix("Sources/") }.flatMap {
            file -> [Violation] in
            if file.target == "CommyShm" { return [] }
            // Cold state between a few threads: callers of the facade, the run and its fabric, a
            // reader and its big-stack helper, a benchmark and its peer.
            if ["Commy", "MeshBench", "SimLab", "SimScenario"].contains(file.target) {
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

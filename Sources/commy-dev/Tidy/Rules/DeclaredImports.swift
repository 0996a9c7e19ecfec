extension Rule {
    static let declaredImports = Rule(
        "declared-imports",
        because: "A file imports only the targets that Package.swift declares for its own target."
    ) { repository in
        guard let manifestFile = repository.file(at: "Package.swift") else { return [] }
        let manifest = PackageManifest(manifestFile)
        let targetOfModule = Dictionary(
            manifest.targets.map { ($0.name.replacing("-", with: "_"), $0.name) },
            uniquingKeysWith: { first, _ in first })
        return repository.swiftFiles.flatMap { file -> [Violation] in
            guard let target = manifest.target(file.target ?? "") else { return [] }
            let declared = Set(target.dependencies.map(\.name))
            return file.imports.compactMap { line in
                guard let name = targetOfModule[line.module], !declared.contains(name) else {
                    return nil
                }
                return Violation(
                    path: file.path, line: line.line,
                    what: "\(target.name) does not declare a dependency on \(name)",
                    cure: "declare it in Package.swift if the design allows the arrow")
            }
        }
    }
}

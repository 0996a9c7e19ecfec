extension Rule {
    static let packageArrows = Rule(
        "package-arrows",
        because:
            "Arrows point down only: Package.swift has no target and no arrow beyond the design."
    ) { repository in
        guard let file = repository.file(at: "Package.swift") else { return [] }
        return PackageManifest(file).targets.filter { !$0.isTest }.flatMap { target in
            guard let allowed = Architecture.arrows[target.name] else {
                return [
                    Violation(
                        path: file.path, line: target.line,
                        what: "the target \(target.name) is not in the design",
                        cure: "state it and its arrows in Architecture.swift")
                ]
            }
            return target.dependencies.filter { !allowed.contains($0.name) }.map { dependency in
                Violation(
                    path: file.path, line: dependency.line,
                    what: "\(target.name) may not depend on \(dependency.name)",
                    cure: "invert the dependency, or change the design and Architecture.swift")
            }
        }
    }
}

extension Rule {
    static let topLevel = Rule(
        "top-level", because: "The first screen of the repository is its table of contents."
    ) { repository in
        repository.topLevel.filter { !allowedAtTop.contains($0) && !$0.hasPrefix(".") }.map {
            name in
            Violation(
                path: name, line: 1, what: "\(name) at the top level",
                cure: "move it into the folder of its concern")
        }
    }

    private static let allowedAtTop: Set<String> = [
        "Package.swift", "Sources", "Tests", "Scenarios", "Fixtures", "reports", "README.md",
        "LICENSE",
        "dev",
    ]
}

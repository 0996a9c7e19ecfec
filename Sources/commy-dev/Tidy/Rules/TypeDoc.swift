extension Rule {
    /// Types at the top level of a file; a nested one is explained by its owner when its name does
    /// not do it.
    static let typeDoc = Rule(
        "type-doc",
        because: "A reader of a pure target learns each type's job from its first sentence."
    ) { repository in
        repository.pureFiles.flatMap { file in
            file.declaredTypes.filter { $0.isTopLevel && !$0.hasDoc }.map { type in
                Violation(
                    path: file.path, line: type.line, what: "\(type.name) has no doc comment",
                    cure: "open it with one sentence about its job")
            }
        }
    }
}

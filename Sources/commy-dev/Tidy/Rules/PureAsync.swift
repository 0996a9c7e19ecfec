extension Rule {
    static let pureAsync = Rule(
        "pure-async",
        because: "What a scheduler has ordered cannot be replayed; pure code returns values."
    ) { repository in
        BannedNames.violations(
            of: ["async", "await", "Task", "actor", "MainActor"], in: repository,
            what: "in a pure target",
            cure: "return an action and let the shell wait")
    }
}

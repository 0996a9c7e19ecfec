extension RuleCase {
    static let tree: [RuleCase] = [
        RuleCase("top-level", "Scenarios/a/b.yaml", "", lines: []),
        RuleCase("top-level", ".ci/run", "", lines: []),
        RuleCase("top-level", "docs/a.md", "", lines: [1]),
        RuleCase("file-size", "Fixtures/a.md", "x", lines: []),
        RuleCase(
            "file-size", "Fixtures/a.md", String(repeating: "x", count: (1 << 20) + 1), lines: [1]),
        RuleCase("target-described", "Sources/README.md", "`commy-dev` checks.", lines: []),
        RuleCase("target-described", "Sources/commy-dev/A.swift", "", lines: [1]),
        RuleCase("machine-paths", "README.md", "See $ROOT/work/here.", lines: []),
        RuleCase("machine-paths", "README.md", "See Sources/work/here.", lines: []),
        RuleCase("machine-paths", "README.md", "a\nSee /home/ann/commy.", lines: [2]),
        RuleCase("known-failing", "Scenarios/known-failing.txt", "# None.\n\n", lines: []),
        RuleCase(
            "known-failing", "Scenarios/known-failing.txt", "a/b.yaml the fabric drops it\n",
            lines: [1]),
        RuleCase("known-failing", "Scenarios/known-failing.txt", "\na/b.yaml\n", lines: [2, 2]),
        RuleCase("scenario-names", "Scenarios/failover/one-way-cut.yaml", "", lines: []),
        RuleCase("scenario-names", "Scenarios/regression/0042-lost-heal.yaml", "", lines: []),
        RuleCase("scenario-names", "Scenarios/failover/OneWay.yaml", "", lines: [1]),
        RuleCase("scenario-names", "Scenarios/one-way-cut.yaml", "", lines: [1]),
    ]
}

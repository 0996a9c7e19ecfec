/// One rule of the house style: its name, why it exists, and how it is checked.
///
/// Each rule stands in a file of its own under `Rules/`. A rule reads the repository as values and
/// touches nothing, so that a test is a handful of strings.
struct Rule: Sendable {
    let name: String
    /// Why the rule exists, in one sentence.
    let reason: String
    /// Finds what breaks the rule; the order does not matter.
    let check: @Sendable (Repository) -> [Violation]

    init(
        _ name: String, because reason: String,
        check: @escaping @Sendable (Repository) -> [Violation]
    ) {
        self.name = name
        self.reason = reason
        self.check = check
    }

    /// What a rule reports; the rule's name is added by `findings(in:)`.
    struct Violation: Sendable, Equatable {
        var path: String
        var line: Int
        var severity = Finding.Severity.failure
        var what: String
        var cure: String
    }

    /// This rule's findings, sorted.
    func findings(in repository: Repository) -> [Finding] {
        check(repository).map { violation in
            Finding(
                path: violation.path, line: violation.line, rule: name,
                severity: violation.severity, what: violation.what, cure: violation.cure)
        }
        .sorted()
    }

    /// The findings of all rules, sorted.
    static func findings(in repository: Repository) -> [Finding] {
        all.flatMap { $0.findings(in: repository) }.sorted()
    }

    /// All rules, in the order in which `--rules` lists them.
    static let all: [Rule] = [
        .packageArrows, .declaredImports, .pureImports, .atomicsImports, .foundationImports,
        .unorderedIteration, .pureAsync, .pureClocks, .pureRandomness, .defaultArm, .typeDoc,
        .fileLength, .functionLength, .lineLength,
        .names, .words, .unfinished, .commentedOutCode, .banner,
        .testNames, .testSleeps,
        .topLevel, .fileSize, .targetDescribed, .machinePaths, .knownFailing, .scenarioNames,
    ]
}

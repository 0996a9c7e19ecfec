extension RuleCase {
    private static func lab(_ rule: String, _ text: String, lines: [Int]) -> RuleCase {
        RuleCase(rule, "Sources/SimLab/A.swift", text, lines: lines)
    }

    static let text: [RuleCase] = [
        lab("names", "struct CommonName {}\nlet helper = 1\nstruct Managed {}", lines: []),
        lab("names", "struct SocketManager {}\nenum Common {}", lines: [1, 2]),
        RuleCase("names", "Sources/SimLab/StringUtils.swift", "", lines: [1]),
        RuleCase("names", "Sources/SimLab/Helpers/A.swift", "", lines: [1]),
        lab("words", "/// Uses an allowlist.\nlet whitelist = 1", lines: []),
        lab("words", "/// Uses a\n/// whitelist.", lines: [2]),
        RuleCase("words", "README.md", "Simply run it.\n", lines: [1]),
        lab("unfinished", "let a = \"XXX\"\n// mktemp a.XXXXXX", lines: []),
        lab("unfinished", "// TODO: later", lines: [1]),
        lab(
            "commented-out-code", "// If it fails, try again (see close()).\n/// let a = b()\n",
            lines: []),
        lab(
            "commented-out-code", "// The fabric's own clock.\n// return early when there is one",
            lines: []),
        lab(
            "commented-out-code", "// let a = b()\n// if a.b {\n// self.close(now)\n// }",
            lines: [1, 2, 3, 4]),
        lab("banner", "/// admitting --limit failures--> ejected\n// A - b - c.", lines: []),
        lab("banner", "// =====\n// --- Parsing ---\n// MARK: - Parsing", lines: [1, 2, 3]),
        RuleCase(
            "test-names", "Tests/SimLabTests/A.swift",
            "@Test(arguments: [1]) func `a b c`(_ n: Int) {}", lines: []),
        RuleCase(
            "test-names", "Tests/SimLabTests/A.swift",
            "@Suite struct S {\n@Test func testA() {}\n}", lines: [2]),
        RuleCase("test-names", "Tests/SimLabTests/A.swift", "@Test func `parses`() {}", lines: [1]),
        RuleCase("test-sleeps", "Tests/SimLabTests/A.swift", "usleep(3)", lines: []),
        RuleCase("test-sleeps", "Tests/SimModelTests/A.swift", "let s = \"sleep(3)\"", lines: []),
        RuleCase(
            "test-sleeps", "Tests/SimModelTests/A.swift", "try await Task.sleep(for: .seconds(1))",
            lines: [1]),
    ]
}

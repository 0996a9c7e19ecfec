import Testing

@testable import commy_dev

/// One snippet for one rule: where it stands, what it says, and the lines that the rule must name.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let path: String
    let text: String
    /// Empty: the rule must be content.
    let lines: [Int]
    var manifest: String?

    init(_ rule: String, _ path: String, _ text: String, lines: [Int], manifest: String? = nil) {
        self.rule = rule
        self.path = path
        self.text = text
        self.lines = lines
        self.manifest = manifest
    }

    var testDescription: String {
        "\(rule) \(lines.isEmpty ? "passes" : "fails") \(path): \(text.prefix(40))"
    }

    var findings: [Finding] {
        var texts = [path: text]
        if let manifest { texts["Package.swift"] = manifest }
        let rules = Rule.all.filter { $0.name == rule }
        return rules.flatMap { $0.findings(in: Repository(texts)) }
    }
}

@Suite struct RuleTests {
    @Test(
        arguments: RuleCase.imports + RuleCase.pure + RuleCase.sizes + RuleCase.text + RuleCase.tree
    )
    func `a rule finds exactly the lines that break it`(_ row: RuleCase) {
        #expect(row.findings.map(\.line) == row.lines, "\(row.findings.map(\.text))")
    }

    @Test func `every rule has a snippet that passes and one that fails`() {
        let rows =
            RuleCase.imports + RuleCase.pure + RuleCase.sizes + RuleCase.text + RuleCase.tree
        for rule in Rule.all {
            let own = rows.filter { $0.rule == rule.name }
            #expect(own.contains { $0.lines.isEmpty }, "\(rule.name) has no passing snippet")
            #expect(own.contains { !$0.lines.isEmpty }, "\(rule.name) has no failing snippet")
        }
    }

    @Test func `rule names are unique and each has a reason`() {
        #expect(Set(Rule.all.map(\.name)).count == Rule.all.count)
        #expect(Rule.all.allSatisfy { $0.reason.hasSuffix(".") && !$0.reason.contains("\n") })
    }

    @Test func `findings are sorted by path, line and rule`() {
        let repository = Repository([
            "Sources/SimModel/B.swift": "import Glibc\nimport Foundation\n",
            "Sources/SimModel/A.swift": "struct Helper {}\n",
        ])
        let findings = Rule.findings(in: repository)
        #expect(findings == findings.sorted())
        #expect(findings.first?.path == "Sources/README.md")
    }

    @Test func `a finding reads as path, line, rule, what and cure`() {
        let row = RuleCase("pure-imports", "Sources/SimModel/A.swift", "import Glibc\n", lines: [1])
        #expect(
            row.findings.first?.text
                == "Sources/SimModel/A.swift:1: pure-imports: the pure target SimModel imports Glibc; "
                + "take the value as an argument and import in an effects target")
    }
}

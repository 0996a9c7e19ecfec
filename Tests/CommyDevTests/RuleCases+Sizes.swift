extension RuleCase {
    private static func lines(_ count: Int) -> String {
        String(repeating: "// A line.\n", count: count)
    }

    private static func function(_ inner: Int, head: String = "func f() {") -> String {
        "\(head)\n\(String(repeating: "    g(\"}\")  // }\n", count: inner))}\n"
    }

    private static let longString = "let s = \"\(String(repeating: "x", count: 100))\"\n"

    static let sizes: [RuleCase] = [
        RuleCase("file-length", "Sources/SimLab/A.swift", lines(400), lines: []),
        RuleCase("file-length", "Sources/SimLab/A.swift", lines(401), lines: [1]),
        RuleCase("file-length", "Sources/CLinux/a.c", lines(801), lines: [1]),
        RuleCase("file-length", "Fixtures/a.md", lines(801), lines: []),
        RuleCase("function-length", "Sources/SimLab/A.swift", function(68), lines: []),
        RuleCase("function-length", "Sources/SimLab/A.swift", function(69), lines: [1]),
        RuleCase(
            "function-length", "Sources/SimLab/A.swift",
            "\n" + function(69, head: "init?(a: Int = { 1 }()) throws(E) {"), lines: [2]),
        RuleCase(
            "function-length", "Sources/SimLab/A.swift", function(69, head: "var a: [Int] {"),
            lines: [1]),
        RuleCase(
            "function-length", "Sources/SimLab/A.swift",
            "protocol P {\nfunc f()\n}\n" + function(66, head: "struct S {"), lines: []),
        RuleCase(
            "line-length", "Sources/SimLab/A.swift", "// \(String(repeating: "é", count: 97))\n",
            lines: []),
        RuleCase(
            "line-length", "Sources/SimLab/A.swift",
            "// https://\(String(repeating: "x", count: 97))\n", lines: []),
        RuleCase("line-length", "Tests/SimLabTests/A.swift", longString, lines: []),
        RuleCase(
            "line-length", "Sources/SimLab/A.swift", String(repeating: "x", count: 100) + ",",
            lines: []),
        RuleCase("line-length", "Sources/SimLab/A.swift", "\n\(longString)", lines: [2]),
        RuleCase(
            "line-length", "Sources/CLinux/a.c", String(repeating: "x", count: 101), lines: [1]),
    ]
}

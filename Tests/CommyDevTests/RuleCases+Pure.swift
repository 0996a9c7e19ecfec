extension RuleCase {
    private static func pure(_ rule: String, _ text: String, lines: [Int]) -> RuleCase {
        RuleCase(rule, "Sources/SimModel/A.swift", text, lines: lines)
    }

    static let pure: [RuleCase] =
        walks + [
            pure("pure-async", "/// How to await it.\nfunc f() -> Int { 1 }", lines: []),
            pure("pure-async", "func f() async {\n    await g()\n}", lines: [1, 2]),
            pure("pure-clocks", "func f(now: MeshInstant) {}", lines: []),
            pure("pure-clocks", "let c = ContinuousClock()", lines: [1]),
            pure(
                "pure-randomness", "let n = list.shuffled(using: &stream)\nlet random = 1",
                lines: []),
            pure("pure-randomness", "let n = Int.random(in: 0..<3)", lines: [1]),
            pure("pure-randomness", "let n = list.randomElement()", lines: [1]),
            pure("default-arm", "switch n {\n// Larger units are rare.\ndefault: 1\n}", lines: []),
            pure("default-arm", "switch n {\ndefault: 1  // larger units are rare\n}", lines: []),
            pure("default-arm", "switch n {\ncase 1: 1\ndefault: 1\n}", lines: [3]),
            pure(
                "type-doc", "/// A gate.\n@frozen public struct Gate { enum State {} }", lines: []),
            pure("type-doc", "/// A constant.\nlet x = 1\nstruct Gate {}", lines: [3]),
            pure("type-doc", "public enum Loss {}", lines: [1]),
        ]

    private static let walks: [RuleCase] = [
        pure("unordered-iteration", "let d: [Int] = []\nfor x in d {}", lines: []),
        pure("unordered-iteration", "let d: [Int: Int]\nfor x in d.keys.sorted() {}", lines: []),
        pure(
            "unordered-iteration", "let d: [Int: Int]\nlet n = d.map { $0.key }.sorted()", lines: []
        ),
        pure(
            "unordered-iteration", "let d: Set<Int>\nlet n = d.contains(1) || d.count > 1",
            lines: []),
        pure("unordered-iteration", "let d: [Int: [Int]]\nfor x in d[1] {}", lines: []),
        pure(
            "unordered-iteration",
            "let d: Set<Int>\n// tidy: ordered because a sum has no order\nfor x in d {}", lines: []
        ),
        pure(
            "unordered-iteration", "let d: Set<Int>\n// tidy: ordered because\nfor x in d {}",
            lines: [3]),
        pure("unordered-iteration", "let d: [Int: Int]\nfor (k, v) in d {}", lines: [2]),
        pure(
            "unordered-iteration", "var d = Set<Int>()\nfor x in self.d where x > 1 {}", lines: [2]),
        pure(
            "unordered-iteration",
            "func f(d: inout [String: Int]) {\nd.values.forEach { g($0) }\n}", lines: [2]),
        pure("unordered-iteration", "let d: [Int: Int]\nlet n = d.map { $0.key }", lines: [2]),
        pure(
            "unordered-iteration", "let d = Dictionary(grouping: a) { $0.b }\nlet n = Array(d)",
            lines: [2]),
        pure("unordered-iteration", "for x in other.table.values {}", lines: [1]),
    ]
}

import Foundation
import Testing

/// Each kind of expectation has a scenario that holds and a twin that fails for exactly that
/// reason, and each rule against empty proof has one in which it fires: Fixtures/twins/README.md.
@Suite(.serialized) struct TwinSuite {
    /// One scenario of the folder and what it says of itself.
    private struct Twin {
        let name: String
        let text: String
        /// The failures that it must have, with `~` for figures.
        var failures: [String] {
            text.split(separator: "\n").compactMap { line in
                line.hasPrefix("# fails: ") ? String(line.dropFirst(9)) : nil
            }
        }
    }

    /// What a run came to: its verdict, and what did not pass.
    private struct Outcome {
        var verdict: String
        var failures: [String]
    }

    private static let folder = "\(Tool.root)/Fixtures/twins"

    private static func twins() throws -> [Twin] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasSuffix(".yaml") }
            .map { file in
                Twin(
                    name: String(file.dropLast(5)),
                    text: try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8))
            }
    }

    @Test func `each kind of expectation has its twins`() throws {
        let names = Set(try Self.twins().map(\.name))
        let page = try LanguagePage()
        // A percentile is written with its number, so the page names it by a pattern.
        var kinds = page.choices(in: "expectation", with: "success") + ["percentile"]
        kinds += page.choices(in: "expectation", with: "during")
        kinds += page.choices(in: "pattern", with: "log").map { "pattern-\($0)" }
        #expect(kinds.count > 25, "\(kinds)")
        for kind in kinds {
            for half in ["holds", "fails"] {
                #expect(names.contains("\(kind)-\(half)"), "\(kind)-\(half).yaml is missing")
            }
        }
    }

    @Test func `twins differ in what makes one of them fail, and in nothing else`() throws {
        let twins = try Self.twins()
        for twin in twins where twin.name.hasSuffix("-holds") {
            let other = twins.first { $0.name == twin.name.dropLast(5) + "fails" }
            guard let other else {
                Issue.record("\(twin.name) has no twin")
                continue
            }
            let different = Self.content(twin).difference(from: Self.content(other))
            #expect(different.insertions.count == 1, "\(twin.name)")
            #expect(different.removals.count == 1, "\(twin.name)")
            #expect(twin.failures.isEmpty && other.failures.count == 1, "\(twin.name)")
        }
    }

    /// The lines that the runner reads, but for the name.
    private static func content(_ twin: Twin) -> [Substring] {
        twin.text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("name:") }
    }

    @Test func `each rule against empty proof is shown to fire`() throws {
        let shown = try Self.twins().filter { $0.name.hasPrefix("vacuous-") }.flatMap(\.failures)
        let rules = try VacuityRules().sentences
        #expect(rules.count > 10, "\(rules)")
        for rule in rules where VacuityRules.unreachable[rule] == nil {
            #expect(shown.contains { $0.contains(rule) }, "no vacuous-*.yaml shows: \(rule)")
        }
        for condition in VacuityRules.conditions {
            #expect(shown.contains { $0.contains(condition) }, "nothing shows: \(condition)")
        }
        for rule in VacuityRules.unreachable.keys {
            #expect(rules.contains(rule), "no longer a rule: \(rule)")
        }
    }

    @Test func `all of them come to what they say`() throws {
        let twins = try Self.twins()
        var outcomes = try Self.run([Self.folder], atOnce: 2)
        // A busy machine leaves some open, or starts no generator in time; these are asked again. A
        // pass or a failure stays.
        for _ in 0..<5 {
            let open = outcomes.filter { ["inconclusive", "error"].contains($0.value.verdict) }
                .keys.sorted()
            guard !open.isEmpty else { break }
            let again = try Self.run(open.map { "\(Self.folder)/\($0).yaml" }, atOnce: 1)
            outcomes.merge(again) { $1 }
        }
        for twin in twins {
            guard let outcome = outcomes[twin.name] else {
                Issue.record("\(twin.name) was not run")
                continue
            }
            Self.compare(outcome, with: twin)
        }
    }

    private static func compare(_ outcome: Outcome, with twin: Twin) {
        let wanted = twin.failures
        // A machine that was busy each time keeps a failure from being certain, never from being
        // seen; what is seen must be right all the same.
        let verdicts = wanted.isEmpty ? ["pass"] : ["fail", "inconclusive"]
        #expect(verdicts.contains(outcome.verdict), "\(twin.name): \(outcome)")
        #expect(outcome.failures.count == wanted.count, "\(twin.name): \(outcome.failures)")
        for text in wanted {
            let isSeen = outcome.failures.contains { matches($0, text) }
            #expect(isSeen, "\(twin.name): wanted \(text), saw \(outcome.failures)")
        }
    }

    /// Whether a sentence is the wanted one; `~` in that stands for a figure with its unit of time.
    private static func matches(_ seen: String, _ wanted: String) -> Bool {
        let pattern = NSRegularExpression.escapedPattern(for: wanted)
            .replacingOccurrences(of: "~", with: "[0-9][0-9.,]*(ns|us|ms|s)?")
        return seen.range(of: "^\(pattern)$", options: .regularExpression) != nil
    }

    private static func run(_ paths: [String], atOnce count: Int) throws -> [String: Outcome] {
        let tool = try Tool()
        defer { tool.remove() }
        let command = [
            "\(tool.products)/commy", "sim", "run", "--json", "--capture", "off", "-j", "\(count)",
        ]
        let result = try tool.run(command + paths)
        var outcomes: [String: Outcome] = [:]
        for line in result.output.split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let members = try #require(object as? [String: Any])
            let file = try #require(members["file"] as? String)
            let checks = members["expectations"] as? [[String: Any]] ?? []
            outcomes[URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent] =
                Outcome(
                    verdict: members["verdict"] as? String ?? "",
                    failures: checks.filter { $0["verdict"] as? String != "pass" }.map {
                        "\($0["expectation"] as? String ?? ""): \($0["observed"] as? String ?? "")"
                    })
        }
        return outcomes
    }
}

/// The reference page of the language, which is made from the reader's own tables.
private struct LanguagePage {
    private let lines: [Substring]

    init() throws {
        let path = "\(Tool.root)/Scenarios/REFERENCE.md"
        lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The words of a section's line `... one of ...` that has a certain word among them.
    func choices(in section: String, with word: String) -> [String] {
        let rest = lines.drop { $0 != "## \(section)" }.dropFirst()
        let body = rest.prefix { !$0.hasPrefix("## ") }
        let line = body.first { $0.contains(" one of `") && $0.contains("`\(word)`") } ?? ""
        return line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }
}

/// What the judge says when there was nothing to judge by, read from its source.
private struct VacuityRules {
    /// Rules that no scenario which the reader accepts can reach, and why.
    static let unreachable = [
        "there is no such process": "the reader has resolved every process",
        " was never started": "the traffic begins when all processes are ready",
        " lies in its window": "a request in the window has taken time in it",
        " has told no route to ": "its twin needs a node and a workload that run",
    ]

    /// What every run is held to, whatever it expects: `Judge+Conditions.swift`.
    static let conditions = [
        "takes hold: its condition never held", "takes hold: it touched no packet",
        "takes hold: it touched no process", "takes hold: it touched no command",
        "is healed: its command ended", "is healed: web@server was not ready again",
        "is sent: it sent nothing", "stays alive: ended with code",
        "never began: its window is not known",
    ]

    /// The longest plain part of each sentence.
    let sentences: [String]

    init() throws {
        let judge = "\(Tool.root)/Sources/SimModel/Judge"
        let files = FileManager.default.enumerator(atPath: judge)?.allObjects ?? []
        var found: Set<String> = []
        for file in files.compactMap({ $0 as? String }) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(judge)/\(file)", encoding: .utf8)
            for piece in text.components(separatedBy: ".vacuous(").dropFirst() {
                if let longest = Self.literalParts(piece).max(by: { $0.count < $1.count }) {
                    found.insert(longest)
                }
            }
        }
        sentences = found.sorted()
    }

    /// The plain parts of the string literal that a call's arguments begin with.
    private static func literalParts(_ arguments: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        var rest = arguments.drop { $0.isWhitespace }
        guard rest.popFirst() == "\"" else { return [] }
        while let character = rest.popFirst() {
            if depth > 0 {
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
            } else if character == "\\", rest.first == "(" {
                rest.removeFirst()
                depth = 1
                parts.append(part)
                part = ""
            } else if character == "\"" {
                break
            } else {
                part.append(character)
            }
        }
        return parts + [part]
    }
}

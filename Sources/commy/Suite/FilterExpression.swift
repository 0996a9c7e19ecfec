internal import SimModel
internal import SimScenario

/// One `--filter`: words with commas between them.
///
/// `smoke`, `full` and `soak` are tiers. Any other word is a tag, or a text in the path or the name
/// of a scenario (upper and lower case are the same). A scenario is selected when one of the words
/// holds and none of those with a `!` before them does; with only such words, every other scenario
/// is selected.
struct FilterExpression {
    private let wanted: [String]
    private let unwanted: [String]

    init(_ text: String) throws {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard words.allSatisfy({ !$0.isEmpty && $0 != "!" }) else {
            throw ToolError("--filter '\(text)' has an empty word; write words with commas between")
        }
        unwanted = words.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
        wanted = words.filter { !$0.hasPrefix("!") }
    }

    func selects(_ scenario: Scenario, file: String) -> Bool {
        let holds = { (word: String) in Self.holds(word, scenario, file) }
        return (wanted.isEmpty || wanted.contains(where: holds)) && !unwanted.contains(where: holds)
    }

    private static func holds(_ word: String, _ scenario: Scenario, _ file: String) -> Bool {
        if let tier = Scenario.Tier(rawValue: word) { return scenario.tier == tier }
        if scenario.tags.contains(word) { return true }
        let text = word.lowercased()
        return file.lowercased().contains(text) || scenario.title.lowercased().contains(text)
    }

    /// Why nothing was selected, with the words that would select something.
    static func nothing(_ texts: [String], among scenarios: [SelectedScenario]) -> ToolError {
        let tags = Set(scenarios.flatMap(\.scenario.tags)).sorted()
        let known = Scenario.Tier.allCases.map(\.rawValue) + tags
        let words = texts.flatMap { $0.split(separator: ",") }.map { word in
            String(word.drop { $0 == " " || $0 == "!" })
        }
        let nearest = words.filter { !known.contains($0) }
            .compactMap { Suggestion.nearest(to: $0, among: known) }.first
        let meant = nearest.map { " (did you mean '\($0)'?)" } ?? ""
        let list =
            tags.isEmpty ? "no scenario has a tag" : "tags are " + tags.joined(separator: ", ")
        let filters = texts.map { "--filter '\($0)'" }.joined(separator: " ")
        return ToolError(
            "no scenario of \(scenarios.count) matches \(filters)\(meant); tiers are "
                + "smoke, full, soak; \(list)")
    }
}

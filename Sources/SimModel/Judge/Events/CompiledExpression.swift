/// A regular expression in Swift's dialect, compiled once and used from anywhere.
///
/// `Regex` is not `Sendable` because its transforms may hold anything; one that is made from text
/// has none.
struct CompiledExpression: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    /// Nil when the text is no regular expression.
    init?(_ text: String) {
        guard let regex = try? Regex(text) else { return nil }
        self.regex = regex
    }

    /// True when it matches somewhere in the line.
    func matches(_ line: String) -> Bool {
        line.firstMatch(of: regex) != nil
    }
}

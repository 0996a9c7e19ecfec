/// Text as GitHub's and GitLab's Markdown take it.
enum MarkdownText {
    /// In a table cell or a heading: signs that would mean something are escaped, and a line break
    /// is a blank. HTML is not let through: `<` is a reference.
    static func inline(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "\\", "`", "*", "_", "[", "]", "~", "#", "@": result += "\\\(scalar)"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\n", "\r": result += " "
            default: result += ForeignText.visible(String(scalar))
            }
        }
        return result
    }

    /// Code in a line, with as many backticks as it takes.
    static func code(_ text: String) -> String {
        let line = ForeignText.visible(text)
        let fence = String(repeating: "`", count: longestRun(of: "`", in: line) + 1)
        let gap = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return "\(fence)\(gap)\(line)\(gap)\(fence)"
    }

    /// Lines of code, in a fence that none of them can close.
    static func block(_ lines: [String]) -> [String] {
        let shown = lines.map(ForeignText.visible)
        let longest = shown.map { longestRun(of: "`", in: $0) }.max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return [fence] + shown + [fence]
    }

    private static func longestRun(of sign: Character, in text: String) -> Int {
        var longest = 0
        var run = 0
        for character in text {
            run = character == sign ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}

/// Fits text into the columns of a terminal.
enum TextLayout {
    /// Items of a list that are named at most, however wide the terminal is: more are not read.
    static let listedItems = 6

    /// Lines of at most `width` characters, broken at blanks. A longer word has a line for itself.
    static func wrapped(_ text: String, width: Int) -> [String] {
        guard text.count > width else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(trimmed(line))
                line = String(word)
            }
        }
        return lines + [trimmed(line)]
    }

    /// The first items that fit, and how many more there are: `web-1, web-2 and 48 more`.
    static func listed(_ items: [String], width: Int) -> String {
        var count = min(items.count, listedItems)
        while count > 0 {
            let shown = items.prefix(count).joined(separator: ", ")
            let text = count == items.count ? shown : "\(shown) and \(items.count - count) more"
            if text.count <= width { return text }
            count -= 1
        }
        return items.count > 1 ? "\(items.count) in all" : items.first ?? ""
    }

    /// Without the blanks at its end.
    static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// One thing that is wrong with a scenario file: where it is, what was found, what was expected.
public struct Diagnostic: Sendable, Hashable {
    /// The file as the caller named it.
    public var file: String
    /// Counted from 1.
    public var line: Int
    /// Counted from 1, in Unicode scalars.
    public var column: Int
    /// How many characters from `column` on it is about; at least 1.
    public var width: Int
    /// What is wrong, in one clause without a full stop: `unknown key 'latencyy'`.
    public var message: String
    /// What would be right, where that can be said: `a duration such as 40ms, 1.5s or 2m`.
    public var expected: String?
    /// The nearest valid word, if one is near.
    public var suggestion: String?
    /// The line of the file that it is about.
    public var sourceLine: String?
    /// Where its file is included, as `FILE:LINE`, the nearest first; empty for the scenario's own.
    public var includedFrom: [String] = []

    public init(
        file: String, line: Int, column: Int, width: Int = 1, message: String,
        expected: String? = nil, suggestion: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.width = width
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    /// What is wrong together with the nearest valid word.
    private var headline: String {
        suggestion.map { "\(message); did you mean '\($0)'?" } ?? message
    }

    /// The diagnostic with its source line and a caret underneath, as a compiler shows it.
    public func rendered(colour: Bool = false) -> String {
        let paint = Paint(isOn: colour)
        var result = paint.bold("\(file):\(line):\(column):") + " "
        result += paint.red("error:") + " " + paint.bold(headline) + "\n"
        let number = String(line)
        let margin = String(repeating: " ", count: max(5, number.count))
        if let text = sourceLine {
            let numbered = margin.dropLast(number.count) + number
            let (shown, indentation) = Self.expanded(text, before: column)
            let caret = "^" + String(repeating: "~", count: max(0, width - 1))
            result += paint.blue("\(numbered) |") + (shown.isEmpty ? "" : " " + shown) + "\n"
            result += paint.blue("\(margin) |") + " " + indentation + paint.red(caret) + "\n"
        }
        if let expected {
            result += paint.blue("\(margin) =") + " expected: \(expected)\n"
        }
        if let origin {
            result += paint.blue("\(margin) =") + " \(origin)\n"
        }
        return result
    }

    private var origin: String? {
        includedFrom.isEmpty
            ? nil : includedFrom.map { "included from \($0)" }.joined(separator: ", ")
    }

    /// The line with tabs and control characters shown as one space each, and the blank space that
    /// leads to `column`.
    private static func expanded(_ line: String, before column: Int) -> (String, String) {
        var shown = ""
        for scalar in line.unicodeScalars.prefix(Limits.shownLineLength) {
            let isControl = scalar.value < 0x20 || scalar.value == 0x7f
            shown.unicodeScalars.append(isControl ? " " : scalar)
        }
        let width = min(column - 1, Limits.shownLineLength)
        return (shown, String(repeating: " ", count: max(0, width)))
    }
}

extension Diagnostic: CustomStringConvertible {
    /// One line: `file:line:column: error: message; did you mean 'x'? (expected ...)`.
    public var description: String { "\(file):\(line):\(column): error: \(statement)" }

    /// What is wrong and what would be right, without the place.
    public var statement: String {
        let tail = expected.map { " (expected \($0))" } ?? ""
        let end = origin.map { ", \($0)" } ?? ""
        return headline + tail + end
    }
}

/// Terminal colours, or nothing.
private struct Paint {
    var isOn: Bool

    func bold(_ text: String) -> String { wrapped(text, "1") }
    func red(_ text: String) -> String { wrapped(text, "1;31") }
    func blue(_ text: String) -> String { wrapped(text, "34") }

    private func wrapped(_ text: String, _ code: String) -> String {
        isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}

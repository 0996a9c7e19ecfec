/// A place in the source: line and column from 1, column in Unicode scalars.
struct SourcePosition: Sendable, Equatable, Comparable {
    var line: Int
    var column: Int
    /// Which of the files that make up a scenario: its number in `DiagnosticSink.files`.
    var file = 0

    static let start = SourcePosition(line: 1, column: 1)

    static func start(of file: Int) -> SourcePosition {
        SourcePosition(line: 1, column: 1, file: file)
    }

    static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// One file of a scenario: the file itself, or one that it includes.
struct SourceFile: Sendable {
    /// What diagnostics call it.
    var name: String
    var text: SourceText
    /// Where it is included; nil for the scenario's own file.
    var includedFrom: SourcePosition?
}

/// The text of a file, cut into lines where YAML cuts them.
struct SourceText: Sendable {
    /// Lines without their line breaks; at least one.
    let lines: [String]

    init(_ text: String) {
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r":
                break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(current))
                current = String.UnicodeScalarView()
            case "\u{feff}" where lines.isEmpty && current.isEmpty:
                break
            default:
                current.append(scalar)
            }
            previous = scalar
        }
        lines.append(String(current))
        self.lines = lines
    }

    /// The line with this number, from 1.
    func line(_ number: Int) -> String? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// The nearest place that exists: the parser puts some errors just after the end of the file.
    func clamped(_ position: SourcePosition) -> SourcePosition {
        let line = min(max(1, position.line), lines.count)
        let length = lines[line - 1].unicodeScalars.count
        let column = position.line > lines.count ? length + 1 : position.column
        return SourcePosition(
            line: line, column: min(max(1, column), length + 1), file: position.file)
    }

    /// Where `text` stands for the `ordinal`-th time (from 0) at or after `start`.
    func find(_ text: String, ordinal: Int, from start: SourcePosition) -> SourcePosition? {
        let wanted = Array(text.unicodeScalars)
        guard !wanted.isEmpty, lines.indices.contains(start.line - 1) else { return nil }
        var left = ordinal
        for index in (start.line - 1)..<lines.count {
            let scalars = Array(lines[index].unicodeScalars)
            var column = index == start.line - 1 ? start.column - 1 : 0
            while column + wanted.count <= scalars.count {
                if scalars[column..<(column + wanted.count)].elementsEqual(wanted) {
                    guard left > 0 else {
                        return SourcePosition(
                            line: index + 1, column: column + 1, file: start.file)
                    }
                    left -= 1
                    column += wanted.count
                } else {
                    column += 1
                }
            }
        }
        return nil
    }
}

/// Collects what is wrong with one file while it is read. A class, because every part of the reader
/// writes into the same one; it never leaves the reader.
final class DiagnosticSink {
    let file: String
    let source: SourceText
    private var found: [Diagnostic] = []

    init(file: String, source: SourceText) {
        self.file = file
        self.source = source
    }

    /// How many were reported so far; lets a caller see whether a step went well.
    var count: Int { found.count }

    func report(
        _ message: String, at position: SourcePosition, width: Int = 1, expected: String? = nil,
        suggestion: String? = nil
    ) {
        let place = source.clamped(position)
        let room = (source.line(place.line)?.unicodeScalars.count ?? 0) - place.column + 1
        let diagnostic = Diagnostic(
            file: file, line: place.line, column: place.column, width: max(1, min(width, room)),
            message: message, expected: expected, suggestion: suggestion)
        // An anchored value that is used twice would be reported twice, at the same place.
        if !found.contains(diagnostic) { found.append(diagnostic) }
    }

    func report(
        _ message: String, at node: YamlNode, expected: String? = nil, suggestion: String? = nil
    ) {
        report(
            message, at: node.position, width: node.width, expected: expected,
            suggestion: suggestion)
    }

    /// What was found, in file order; where one place has several, in the order of their finding.
    var inFileOrder: [Diagnostic] {
        let sorted = found.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            return (first.line, first.column, left.offset)
                < (second.line, second.column, right.offset)
        }
        return sorted.prefix(Limits.diagnosticsPerFile).map(\.element)
    }
}

/// Collects what is wrong with a scenario while it is read, whichever of its files it stands in. A
/// class, because every part of the reader writes into the same one; it never leaves the reader.
final class DiagnosticSink {
    /// The scenario's own file first, then those that it includes.
    private(set) var files: [SourceFile]
    private var found: [(position: SourcePosition, diagnostic: Diagnostic)] = []
    /// An anchored value that is used twice would be reported twice, at the same place.
    private var seen: Set<Diagnostic> = []
    /// Values that could not be known: what is said of them would mislead.
    private var muted: [SourcePosition] = []

    init(file: String, source: SourceText) {
        files = [SourceFile(name: file, text: source)]
    }

    private init(files: [SourceFile], muted: [SourcePosition]) {
        (self.files, self.muted) = (files, muted)
    }

    /// A sink for one more reading of the same files.
    func emptied() -> DiagnosticSink {
        DiagnosticSink(files: files, muted: muted)
    }

    /// How many were reported so far; lets a caller see whether a step went well.
    var count: Int { found.count }

    /// The number of a file that is read from now on.
    func add(_ file: SourceFile) -> Int {
        files.append(file)
        return files.count - 1
    }

    func source(of position: SourcePosition) -> SourceText {
        files[position.file].text
    }

    /// `FILE:LINE`.
    func place(of position: SourcePosition) -> String {
        "\(files[position.file].name):\(position.line)"
    }

    /// Nothing more is said of the value at this place.
    func mute(_ position: SourcePosition) {
        muted.append(position)
    }

    func report(
        _ message: String, at position: SourcePosition, width: Int = 1, expected: String? = nil,
        suggestion: String? = nil
    ) {
        guard !muted.contains(position) else { return }
        let file = files[position.file]
        let place = file.text.clamped(position)
        let line = file.text.line(place.line)
        let room = (line?.unicodeScalars.count ?? 0) - place.column + 1
        var diagnostic = Diagnostic(
            file: file.name, line: place.line, column: place.column,
            width: max(1, min(width, room)), message: message, expected: expected,
            suggestion: suggestion)
        diagnostic.sourceLine = line
        diagnostic.includedFrom = includes(of: file)
        take(diagnostic, at: place)
    }

    func report(
        _ message: String, at node: YamlNode, expected: String? = nil, suggestion: String? = nil
    ) {
        report(
            message, at: node.position, width: node.width, expected: expected,
            suggestion: suggestion)
    }

    /// Takes over a diagnostic, which another reading of the same files may have found.
    func take(_ diagnostic: Diagnostic, at position: SourcePosition) {
        guard found.count < Limits.diagnosticsKept, seen.insert(diagnostic).inserted else { return }
        found.append((position, diagnostic))
    }

    /// What was found, in the order of its finding.
    var all: [(position: SourcePosition, diagnostic: Diagnostic)] { found }

    /// What was found, file by file in their order; where one place has several, in the order of
    /// their finding.
    var inFileOrder: [Diagnostic] {
        let sorted = found.enumerated().sorted { left, right in
            let (first, second) = (left.element.position, right.element.position)
            return first == second ? left.offset < right.offset : first < second
        }
        return sorted.prefix(Limits.diagnosticsPerFile).map(\.element.diagnostic)
    }

    private func includes(of file: SourceFile) -> [String] {
        var places: [String] = []
        var next = file.includedFrom
        while let position = next {
            places.append(place(of: position))
            next = files[position.file].includedFrom
        }
        return places
    }
}

import Foundation
public import SimModel

/// Reads scenario files: text to checked values, or to everything that is wrong with it.
///
///     switch ScenarioReader.read(text: text, file: "failover.yaml") {
///     case .scenario(let scenario): run(scenario)
///     case .invalid(let diagnostics): print(diagnostics)
///     }
public enum ScenarioReader {
    public enum Outcome: Sendable, Equatable {
        /// Every reference in it resolves; nothing in it is known to be vacuous.
        case scenario(Scenario)
        /// Never empty, in file order.
        case invalid([Diagnostic])

        public var scenario: Scenario? {
            if case .scenario(let scenario) = self { return scenario }
            return nil
        }
        public var diagnostics: [Diagnostic] {
            if case .invalid(let diagnostics) = self { return diagnostics }
            return []
        }
    }

    /// Reads a text; `file` is what diagnostics call it.
    public static func read(text: String, file: String) -> Outcome {
        let sink = DiagnosticSink(file: file, source: SourceText(text))
        if let root = YamlLoader.load(text, into: sink) {
            let document = DocumentReader(sink: sink)
            document.read(root)
            if sink.count == 0 { return .scenario(document.scenario) }
        } else if sink.count == 0 {
            sink.report(
                "the file is empty", at: .start, expected: "a mapping with name, topology, ...")
        }
        return .invalid(sink.inFileOrder)
    }

    /// Reads the file at `path`; one that cannot be read gives a diagnostic on its first line.
    public static func read(path: String) -> Outcome {
        switch text(path: path) {
        case .success(let text): read(text: text, file: path)
        case .failure(let failure): .invalid([failure.diagnostic])
        }
    }

    /// The diagnostics of `outcome` with their source lines, a blank line between them.
    public static func rendered(
        _ diagnostics: [Diagnostic], source: String, colour: Bool = false
    ) -> String {
        let text = SourceText(source)
        return diagnostics.map { $0.rendered(source: text, colour: colour) }
            .joined(separator: "\n")
    }

    private struct Unreadable: Error {
        var diagnostic: Diagnostic
    }

    private static func text(path: String) -> Result<String, Unreadable> {
        func failure(_ message: String, expected: String) -> Result<String, Unreadable> {
            .failure(
                Unreadable(
                    diagnostic: Diagnostic(
                        file: path, line: 1, column: 1, message: message, expected: expected)))
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return failure("the file cannot be opened", expected: "a readable file")
        }
        defer { try? handle.close() }
        // One byte more than the limit tells a file that is too large without reading all of it.
        guard let data = try? handle.read(upToCount: Limits.fileBytes + 1) else {
            return failure("the file cannot be read", expected: "a readable file")
        }
        guard data.count <= Limits.fileBytes else {
            return failure(
                "the file is too large", expected: "at most \(Limits.fileBytes) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            return failure("the file is not UTF-8", expected: "UTF-8 text")
        }
        return .success(text)
    }
}

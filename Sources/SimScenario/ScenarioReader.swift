public import SimModel

/// Reads scenario files: text to checked values, or to everything that is wrong with it.
///
///     switch ScenarioReader.read(path: "failover.yaml") {
///     case .scenarios(let scenarios): run(scenarios)
///     case .invalid(let diagnostics): print(diagnostics)
///     }
public enum ScenarioReader {
    public enum Outcome: Sendable, Equatable {
        /// Never empty: one for each combination of the file's matrix, in its order; one for a file
        /// without a matrix. Every reference in them resolves; nothing in them is known to be
        /// vacuous.
        case scenarios([Scenario])
        /// Never empty, in file order.
        case invalid([Diagnostic])

        public var scenarios: [Scenario] {
            if case .scenarios(let scenarios) = self { return scenarios }
            return []
        }
        /// The scenario of a file that makes exactly one.
        public var scenario: Scenario? {
            scenarios.count == 1 ? scenarios.first : nil
        }
        public var diagnostics: [Diagnostic] {
            if case .invalid(let diagnostics) = self { return diagnostics }
            return []
        }
    }

    /// Files below a folder of this name are parts that scenarios include, and none themselves.
    public static let partsFolder = "common"

    /// Whether a file that was found below a directory is a part of scenarios.
    public static func isPart(path: String) -> Bool {
        path.split(separator: "/").dropLast().contains { $0 == partsFolder }
    }

    /// Reads a text. `file` is what diagnostics call it, and what its includes are relative to;
    /// relative names are found in `directory`, or in the working directory. `settings` replace the
    /// values of its variables and pin the axes of its matrix.
    public static func read(
        text: String, file: String, directory: String? = nil, settings: [Setting] = []
    ) -> Outcome {
        let sink = DiagnosticSink(file: file, source: SourceText(text))
        guard let own = YamlLoader.load(text, into: sink) else {
            if sink.count == 0 {
                sink.report(
                    "the file is empty", at: .start,
                    expected: "a mapping with name, topology, ...")
            }
            return .invalid(sink.inFileOrder)
        }
        var loader = IncludeLoader(directory: directory, sink: sink)
        let before = sink.count
        let root = loader.tree(of: own, name: file)
        // Without a part, whatever refers to it would be reported as well.
        guard sink.count == before else { return .invalid(sink.inFileOrder) }
        let variables = VariableTable(root, settings: settings, sink: sink)
        let scenarios = VariantReader(root: root, variables: variables, sink: sink).scenarios()
        return sink.count == 0 ? .scenarios(scenarios) : .invalid(sink.inFileOrder)
    }

    /// Reads the file at `path`; one that cannot be read gives a diagnostic on its first line.
    public static func read(path: String, settings: [Setting] = []) -> Outcome {
        switch FileText.read(path: path) {
        case .success(let text):
            read(text: text, file: path, settings: settings)
        case .failure(let failure):
            .invalid([
                Diagnostic(
                    file: path, line: 1, column: 1, message: failure.message,
                    expected: failure.expected)
            ])
        }
    }

    /// The diagnostics with the lines that they are about, a blank line between them.
    public static func rendered(_ diagnostics: [Diagnostic], colour: Bool = false) -> String {
        diagnostics.map { $0.rendered(colour: colour) }.joined(separator: "\n")
    }
}

import SimModel

/// Reads the tree of a scenario once for each combination of its matrix.
struct VariantReader {
    let root: YamlNode
    let variables: VariableTable
    let sink: DiagnosticSink

    /// What a combination was found to be.
    private struct Reading {
        var variant: [Setting]
        var found: [(position: SourcePosition, diagnostic: Diagnostic)]
    }

    /// The scenarios in the order of the matrix; diagnostics go to the sink, each once.
    func scenarios() -> [Scenario] {
        var scenarios: [Scenario] = []
        var readings: [Reading] = []
        var compiled: Set<String> = []
        for variant in variables.variants() {
            let own = sink.emptied()
            let document = DocumentReader(sink: own)
            document.compiled = compiled
            document.read(variables.tree(root, for: variant))
            compiled = document.compiled
            readings.append(Reading(variant: variant, found: own.all))
            var scenario = document.scenario
            scenario.settings = variables.shownSettings(variant)
            scenarios.append(scenario)
        }
        report(readings)
        return scenarios
    }

    private static func text(of variant: [Setting]) -> String {
        variant.map(\.text).joined(separator: ", ")
    }

    /// What all combinations show is said once; what only some show names what they have in
    /// common.
    private func report(_ readings: [Reading]) {
        var sharing: [Diagnostic: [Int]] = [:]
        for (number, reading) in readings.enumerated() {
            for (_, diagnostic) in reading.found {
                sharing[diagnostic, default: []].append(number)
            }
        }
        for (number, reading) in readings.enumerated() {
            for (position, diagnostic) in reading.found {
                let others = sharing[diagnostic] ?? []
                // The first combination that shows it speaks for the others.
                guard others.first == number else { continue }
                var named = diagnostic
                if others.count < readings.count {
                    let common = reading.variant.filter { setting in
                        others.allSatisfy { readings[$0].variant.contains(setting) }
                    }
                    let shown = common.isEmpty ? reading.variant : common
                    named.message += " (with \(Self.text(of: shown)))"
                }
                sink.take(named, at: position)
            }
        }
    }
}

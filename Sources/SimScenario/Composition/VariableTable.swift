import SimModel

/// The variables and the matrix of a scenario: what they may be, who uses them, and the trees in
/// which they are replaced.
struct VariableTable {
    /// One variable of `variables:`.
    private struct Default {
        var entry: YamlEntry
        var value: String
    }

    private let sink: DiagnosticSink
    private var defaults: [Default] = []
    private var axes: [MatrixAxis] = []
    private var exceptions: [MatrixException] = []
    /// What is set from outside, the last one of a name.
    private var settings: [Setting] = []
    private let matrixPlace: YamlEntry?

    private static let ownKeys = ["include", "variables", "matrix", "matrix-except"]

    init(_ root: YamlNode, settings: [Setting], sink: DiagnosticSink) {
        self.sink = sink
        var entries: [YamlEntry] = []
        if case .mapping(let all) = root.content { entries = all }
        matrixPlace = entries.first { $0.key == "matrix" }
        readDefaults(entries.first { $0.key == "variables" })
        var reader = MatrixReader(sink: sink)
        axes = reader.axes(matrixPlace)
        exceptions = reader.exceptions(entries.first { $0.key == "matrix-except" }, axes: axes)
        checkDoubles()
        take(settings)
        checkUses(root)
    }

    private mutating func readDefaults(_ entry: YamlEntry?) {
        guard let entry else { return }
        let form = "a mapping from names to values, such as { rate: 200/s }"
        guard case .mapping(let entries) = entry.value.content else {
            if !entry.value.isNull {
                sink.report(
                    "'variables' has \(entry.value.described)", at: entry.value, expected: form)
            }
            return
        }
        for variable in entries {
            checkName(variable)
            switch variable.value.content {
            case .scalar(let text, _):
                defaults.append(Default(entry: variable, value: text))
            case .null:
                defaults.append(Default(entry: variable, value: ""))
            case .sequence, .mapping:
                sink.report(
                    "the variable '\(variable.key)' has \(variable.value.described)",
                    at: variable.value, expected: "one value; several belong into 'matrix'")
                defaults.append(Default(entry: variable, value: ""))
            }
        }
    }

    private func checkName(_ entry: YamlEntry) {
        guard !Names.isValid(entry.key) else { return }
        sink.report(
            "'\(entry.key)' is no name of a variable", at: entry.keyPosition,
            width: entry.keyWidth, expected: Names.rule)
    }

    /// An axis may replace the default of an included file; in one file it is a mistake.
    private func checkDoubles() {
        for axis in axes {
            guard let other = defaults.first(where: { $0.entry.key == axis.name })?.entry,
                other.keyPosition.file == axis.entry.keyPosition.file
            else { continue }
            sink.report(
                "'\(axis.name)' is in 'variables' as well", at: axis.entry.keyPosition,
                width: axis.entry.keyWidth, expected: "one value, or several in 'matrix'")
        }
    }

    private var names: [String] { axes.map(\.name) + defaults.map(\.entry.key) }

    private mutating func take(_ given: [Setting]) {
        for setting in given {
            guard names.contains(setting.name) else {
                let known = names
                sink.report(
                    "there is no variable '\(setting.name)' to set", at: .start,
                    expected: known.isEmpty
                        ? "a scenario with variables; this one has none"
                        : "one of " + known.joined(separator: ", "),
                    suggestion: Suggestion.nearest(to: setting.name, among: known))
                continue
            }
            settings.removeAll { $0.name == setting.name }
            settings.append(setting)
            if let index = axes.firstIndex(where: { $0.name == setting.name }) {
                axes[index].values = [setting.value]
            }
        }
    }

    private func checkUses(_ root: YamlNode) {
        var used: Set<String> = []
        for entry in Self.content(of: root) { collect(entry.value, into: &used) }
        for variable in defaults where !used.contains(variable.entry.key) {
            reportUnused(variable.entry, "the variable")
        }
        for axis in axes where !used.contains(axis.name) {
            reportUnused(axis.entry, "the axis")
        }
    }

    private func reportUnused(_ entry: YamlEntry, _ kind: String) {
        // A name that cannot be used has its own diagnostic.
        guard Names.isValid(entry.key) else { return }
        sink.report(
            "\(kind) '\(entry.key)' is not used", at: entry.keyPosition, width: entry.keyWidth,
            expected: "((\(entry.key))) somewhere in the scenario")
    }

    /// What variables are replaced in.
    private static func content(of root: YamlNode) -> [YamlEntry] {
        guard case .mapping(let entries) = root.content else { return [] }
        return entries.filter { !ownKeys.contains($0.key) }
    }

    private func collect(_ node: YamlNode, into used: inout Set<String>) {
        switch node.content {
        case .null: break
        case .sequence(let items):
            for item in items { collect(item, into: &used) }
        case .mapping(let entries):
            for entry in entries { collect(entry.value, into: &used) }
        case .scalar(let text, _):
            guard text.contains("((") else { return }
            var seen: [String: Int] = [:]
            for use in VariableText.uses(in: Array(text.unicodeScalars)) {
                used.insert(use.name)
                let ordinal = seen[use.name, default: 0]
                seen[use.name] = ordinal + 1
                if !names.contains(use.name) { reportUnknown(use.name, ordinal, in: node) }
            }
        }
    }

    private func reportUnknown(_ name: String, _ ordinal: Int, in node: YamlNode) {
        let token = "((\(name)))"
        let found = sink.source(of: node.position).find(
            token, ordinal: ordinal, from: node.position)
        sink.report(
            "there is no variable '\(name)'", at: found ?? node.position, width: token.count,
            expected: names.isEmpty
                ? "variables: { \(name): VALUE } in the file"
                : "one of " + names.joined(separator: ", "),
            suggestion: Suggestion.nearest(to: name, among: names))
        sink.mute(node.position)
    }

    /// The combinations of the matrix; one without settings when there is none. Empty after a
    /// diagnostic.
    func variants() -> [[Setting]] {
        var all: [[Setting]] = [[]]
        for axis in axes {
            guard all.count * axis.values.count <= Limits.variants * Limits.axisValues else {
                reportSize("more than \(Limits.variants)")
                return []
            }
            all = all.flatMap { variant in
                axis.values.map { variant + [Setting(name: axis.name, value: $0)] }
            }
        }
        let left = all.filter { variant in !exceptions.contains { $0.matches(variant) } }
        if left.isEmpty, sink.count == 0 {
            reportSize("no")
        } else if left.count > Limits.variants {
            reportSize("\(left.count)")
            return []
        }
        return left
    }

    private func reportSize(_ found: String) {
        guard let matrixPlace else { return }
        sink.report(
            "the matrix has \(found) combinations", at: matrixPlace.keyPosition,
            width: matrixPlace.keyWidth, expected: "1 to \(Limits.variants)")
    }

    /// What a scenario of this combination says it was set to.
    func shownSettings(_ variant: [Setting]) -> [Setting] {
        variant + settings.filter { setting in !variant.contains { $0.name == setting.name } }
    }

    /// The tree with every variable replaced.
    func tree(_ root: YamlNode, for variant: [Setting]) -> YamlNode {
        guard case .mapping(let entries) = root.content, !names.isEmpty else { return root }
        let values =
            shownSettings(variant)
            + defaults.map {
                Setting(name: $0.entry.key, value: $0.value)
            }
        let table = Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
        let replaced = entries.map { entry in
            var result = entry
            if !Self.ownKeys.contains(entry.key) {
                result.value = Self.replaced(entry.value, table)
            }
            return result
        }
        return YamlNode(content: .mapping(replaced), position: root.position)
    }

    private static func replaced(_ node: YamlNode, _ table: [String: String]) -> YamlNode {
        var result = node
        switch node.content {
        case .null:
            break
        case .scalar(let text, let style):
            guard let new = VariableText.replaced(text, by: { table[$0] }) else { break }
            result.writtenWidth = node.width
            result.content = .scalar(new, style)
        case .sequence(let items):
            result.content = .sequence(items.map { replaced($0, table) })
        case .mapping(let entries):
            result.content = .mapping(
                entries.map { entry in
                    YamlEntry(
                        key: entry.key, keyPosition: entry.keyPosition,
                        value: replaced(entry.value, table))
                })
        }
        return result
    }
}

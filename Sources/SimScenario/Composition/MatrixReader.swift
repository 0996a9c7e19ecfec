import SimModel

/// One variable of a matrix, with its values.
struct MatrixAxis {
    var name: String
    var values: [String]
    var entry: YamlEntry
}

/// Values of some axes; the combinations that have all of them are left out.
struct MatrixException {
    var values: [Setting]

    func matches(_ variant: [Setting]) -> Bool {
        !values.isEmpty && values.allSatisfy(variant.contains)
    }
}

/// Reads `matrix:` and `matrix-except:`.
struct MatrixReader {
    let sink: DiagnosticSink

    mutating func axes(_ entry: YamlEntry?) -> [MatrixAxis] {
        guard let entry else { return [] }
        guard case .mapping(let entries) = entry.value.content else {
            sink.report(
                "'matrix' has \(entry.value.described)", at: entry.value,
                expected: "a mapping from names to lists, such as { loss: [0%, 1%] }")
            return []
        }
        if entries.isEmpty {
            sink.report(
                "the matrix has no axis", at: entry.keyPosition, width: entry.keyWidth,
                expected: "a name with a list of values")
        }
        return entries.map { axis in
            if !Names.isValid(axis.key) {
                sink.report(
                    "'\(axis.key)' is no name of a variable", at: axis.keyPosition,
                    width: axis.keyWidth, expected: Names.rule)
            }
            return MatrixAxis(name: axis.key, values: values(of: axis), entry: axis)
        }
    }

    private func values(of axis: YamlEntry) -> [String] {
        let form = "a list of values, such as [0%, 1%]"
        guard case .sequence(let items) = axis.value.content, !items.isEmpty else {
            sink.report(
                "the axis '\(axis.key)' has "
                    + (axis.value.text == nil && !axis.value.isNull
                        ? "no value" : axis.value.described),
                at: axis.value, expected: form)
            return [""]
        }
        if items.count > Limits.axisValues {
            sink.report(
                "the axis '\(axis.key)' has \(items.count) values", at: axis.keyPosition,
                width: axis.keyWidth, expected: "at most \(Limits.axisValues)")
            return [""]
        }
        var values: [String] = []
        for item in items {
            guard let text = item.isNull ? "" : item.text else {
                sink.report(
                    "the axis '\(axis.key)' has \(item.described) in its list", at: item,
                    expected: "a value")
                continue
            }
            if values.contains(text) {
                sink.report(
                    "the axis '\(axis.key)' has '\(text)' twice", at: item,
                    expected: "each value once")
                continue
            }
            values.append(text)
        }
        return values.isEmpty ? [""] : values
    }

    mutating func exceptions(_ entry: YamlEntry?, axes: [MatrixAxis]) -> [MatrixException] {
        guard let entry, !entry.value.isNull else { return [] }
        let form = "a list of combinations, such as [{ loss: 1%, queue: codel }]"
        guard !axes.isEmpty else {
            sink.report(
                "'matrix-except' without 'matrix'", at: entry.keyPosition, width: entry.keyWidth,
                expected: "a matrix beside it")
            return []
        }
        guard case .sequence(let items) = entry.value.content else {
            sink.report(
                "'matrix-except' has \(entry.value.described)", at: entry.value, expected: form)
            return []
        }
        return items.map { item in
            guard case .mapping(let entries) = item.content, !entries.isEmpty else {
                sink.report(
                    "'matrix-except' has \(item.described) in its list", at: item, expected: form)
                return MatrixException(values: [])
            }
            return MatrixException(values: entries.compactMap { value(of: $0, axes) })
        }
    }

    private func value(of entry: YamlEntry, _ axes: [MatrixAxis]) -> Setting? {
        guard let axis = axes.first(where: { $0.name == entry.key }) else {
            sink.report(
                "the matrix has no axis '\(entry.key)'", at: entry.keyPosition,
                width: entry.keyWidth,
                expected: "one of " + axes.map(\.name).joined(separator: ", "),
                suggestion: Suggestion.nearest(to: entry.key, among: axes.map(\.name)))
            return nil
        }
        guard let text = entry.value.isNull ? "" : entry.value.text else {
            sink.report(
                "the axis '\(axis.name)' has \(entry.value.described)", at: entry.value,
                expected: "one of " + axis.values.joined(separator: ", "))
            return nil
        }
        guard axis.values.contains(text) else {
            sink.report(
                "the axis '\(axis.name)' has no value \(entry.value.described)", at: entry.value,
                expected: "one of " + axis.values.joined(separator: ", "),
                suggestion: Suggestion.nearest(to: text, among: axis.values))
            return nil
        }
        return Setting(name: axis.name, value: text)
    }
}

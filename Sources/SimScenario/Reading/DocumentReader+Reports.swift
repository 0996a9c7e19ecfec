import SimModel

/// Patterns of reports: `becomes` and `event`.
extension DocumentReader {
    func readBecomes(_ outer: Fields) -> ReportPattern? {
        guard let node = outer.value("becomes"), let fields = Fields(node, Shapes.becomes, sink)
        else { return nil }
        let things = Shapes.stateful.map(\.key)
        let given = fields.present(of: things)
        guard let thing = given.first else {
            if !fields.hasUnknownKey {
                sink.report(
                    "a state of nothing", at: node,
                    expected: "one of " + things.joined(separator: ", ") + " with its state",
                    suggestion: fields.patterned.first.flatMap {
                        Suggestion.nearest(to: $0.key, among: things)
                    })
            }
            return nil
        }
        for extra in given.dropFirst() {
            fields.report(
                "'\(extra.key)' beside '\(thing.key)'", key: extra.key,
                expected: "one thing that comes into a state")
        }
        let known = Shapes.stateful.first { $0.key == thing.key }?.value ?? []
        let states = words(of: thing, among: known)
        guard let reporter = readReporter(fields), !states.isEmpty else { return nil }
        return ReportPattern(
            kind: thing.key,
            wanted: [ReportPattern.Wanted(ReportPattern.stateField, .oneOf(states))]
                + readFields(fields), process: reporter.process, host: reporter.host,
            isState: true)
    }

    func readEvent(_ outer: Fields) -> ReportPattern? {
        guard let node = outer.value("event"), let fields = Fields(node, Shapes.event, sink)
        else { return nil }
        let wanted = readFields(fields)
        guard let reporter = readReporter(fields), let kind = fields.text("kind") else {
            return nil
        }
        let isKind = kind.utf8.first.map { (0x61...0x7a).contains($0) } ?? false
        if !isKind
            || !kind.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            })
        {
            fields.report(
                "'\(kind)' is no kind of report", value: "kind",
                expected: "a lowercase word such as route")
        }
        return ReportPattern(
            kind: kind, wanted: wanted, process: reporter.process, host: reporter.host)
    }

    /// One word or several, each of the known ones.
    func words(of entry: YamlEntry, among known: [String]) -> [String] {
        let type = ValueType.word(known)
        return scalars(in: entry.value, of: entry.key, expected: type.described).compactMap {
            ScalarValue.read($0.node, as: type, for: entry.key, into: sink)?.text
        }
    }

    /// Who reports it: `process` and `on`. Nil after a diagnostic.
    private func readReporter(_ fields: Fields) -> (process: String?, host: String?)? {
        if fields.has("process") {
            return processAndHost(fields, "process").map { ($0.name, $0.host) }
        }
        guard fields.has("on") else { return (nil, nil) }
        return host(fields, "on").map { (nil, $0) }
    }

    private func readFields(_ fields: Fields) -> [ReportPattern.Wanted] {
        fields.patterned.compactMap { entry in
            let texts = scalars(
                in: entry.value, of: entry.key, expected: Shapes.fieldValue.described)
            guard let first = texts.first?.text else {
                if case .sequence(let all) = entry.value.content, all.isEmpty {
                    sink.report(
                        "'\(entry.key)' is empty", at: entry.value,
                        expected: Shapes.fieldValue.described)
                }
                return nil
            }
            guard texts.count == 1, first.count > 2, first.hasPrefix("/"), first.hasSuffix("/")
            else {
                return ReportPattern.Wanted(entry.key, .oneOf(texts.map(\.text)))
            }
            let expression = String(first.dropFirst().dropLast())
            checkExpression(expression, at: entry.value, needsGroup: false)
            return ReportPattern.Wanted(entry.key, .expression(expression))
        }
    }
}

/// The values of one mapping, read by the table of its shape.
///
/// The reader asks for keys by name; the type and its bounds come from the table, so what is
/// documented is what is checked. Asking for a key that the table lacks, or for a type that it does
/// not state, is a bug of the reader and traps.
struct Fields {
    let shape: Shape
    let node: YamlNode
    let sink: DiagnosticSink
    private let entries: [YamlEntry]

    /// Nil after a diagnostic when the value is no mapping. Unknown and missing keys are reported
    /// here, at once; reading goes on with what is there.
    init?(_ node: YamlNode, _ shape: Shape, _ sink: DiagnosticSink, orEmpty: Bool = false) {
        self.shape = shape
        self.node = node
        self.sink = sink
        switch node.content {
        case .mapping(let entries):
            self.entries = entries
        case .null where orEmpty:
            entries = []
        case .null, .scalar, .sequence:
            sink.report(
                "\(node.described) where \(shape.title) belongs", at: node,
                expected: "a mapping with " + Self.listed(shape))
            return nil
        }
        checkKeys()
    }

    private func checkKeys() {
        for entry in entries where shape.key(entry.key) == nil {
            if let pattern = shape.pattern, pattern.matches(entry.key) { continue }
            let names = shape.keys.map(\.name)
            let renamed = shape.keys.first { $0.formerly == entry.key }?.name
            let nearest = renamed ?? Suggestion.nearest(to: entry.key, among: names)
            sink.report(
                "unknown key '\(entry.key)' in \(shape.title)", at: entry.keyPosition,
                width: entry.keyWidth, expected: "one of " + Self.listed(shape),
                suggestion: nearest)
        }
        for key in shape.keys where key.isRequired && entry(key.name) == nil {
            sink.report(
                "\(shape.title) lacks the key '\(key.name)'", at: node.position,
                expected: "\(key.name): \(key.type.described)")
        }
    }

    /// Reports keys that mean something only beside others, none of which is there. `head` is the
    /// key that says what kind of thing this is, where one does.
    func checkCompany(of head: String? = nil) {
        for entry in entries {
            guard let key = shape.key(entry.key), !key.beside.isEmpty,
                !key.beside.contains(where: has)
            else { continue }
            let others = Self.alternatives(key.beside)
            let found = head.map { "means nothing to '\($0)'" } ?? "without \(others)"
            report(
                "'\(entry.key)' \(found)", key: entry.key, expected: "it belongs to \(others)")
        }
    }

    /// `'a', 'b' or 'c'`.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func listed(_ shape: Shape) -> String {
        (shape.keys.map(\.name) + [shape.pattern?.name].compactMap(\.self))
            .joined(separator: ", ")
    }

    func entry(_ name: String) -> YamlEntry? {
        precondition(shape.key(name) != nil, "the table of \(shape.title) has no '\(name)'")
        return entries.first { $0.key == name }
    }

    func has(_ name: String) -> Bool { entry(name) != nil }

    /// The value of a key, for values with a form of their own.
    func value(_ name: String) -> YamlNode? { entry(name)?.value }

    /// Whether a key is not known: then what seems to be missing is probably misspelt.
    var hasUnknownKey: Bool {
        entries.contains { shape.key($0.key) == nil && shape.pattern?.matches($0.key) != true }
    }

    /// The entries whose keys follow the shape's pattern.
    var patterned: [YamlEntry] {
        guard let pattern = shape.pattern else { return [] }
        return entries.filter { shape.key($0.key) == nil && pattern.matches($0.key) }
    }

    /// Those of the keys that are there, in file order.
    func present(of names: [String]) -> [YamlEntry] {
        entries.filter { names.contains($0.key) }
    }

    /// Reports about a key that is there; about the mapping when it is not.
    func report(_ message: String, key name: String, expected: String? = nil) {
        guard let entry = entry(name) else {
            sink.report(message, at: node.position, expected: expected)
            return
        }
        sink.report(
            message, at: entry.keyPosition, width: entry.keyWidth, expected: expected)
    }

    /// Reports about the value of a key.
    func report(
        _ message: String, value name: String, expected: String? = nil, suggestion: String? = nil
    ) {
        let node = value(name) ?? node
        sink.report(message, at: node, expected: expected, suggestion: suggestion)
    }

    func text(_ name: String) -> String? { read(name)?.text }
    func boolean(_ name: String) -> Bool? { read(name)?.boolean }
    func integer(_ name: String) -> Int? { read(name)?.integer }
    func duration(_ name: String) -> Duration? { read(name)?.duration }
    func number(_ name: String) -> Double? { read(name)?.number }
    func size(_ name: String) -> Int? { read(name)?.integer }

    func word<Word: RawRepresentable<String>>(_ name: String, as type: Word.Type) -> Word? {
        guard let text = read(name)?.text else { return nil }
        guard let word = Word(rawValue: text) else {
            preconditionFailure("'\(text)' is in the table of '\(name)' but not in its type")
        }
        return word
    }

    private func read(_ name: String) -> ScalarValue? {
        guard let entry = entry(name), let key = shape.key(name) else { return nil }
        return ScalarValue.read(entry.value, as: key.type, for: name, into: sink)
    }
}

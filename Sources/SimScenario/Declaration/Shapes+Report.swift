import SimModel

/// The tables of patterns of reports: what programs tell in lines that begin with `@commy`.
extension Shapes {
    static let fieldValue = ValueType.anyOf(
        "a text, /REGEX/, or a list of texts", [.text, .list(.text)])

    /// Words of a pattern that are no fields of the report.
    static let reportWords = ["process", "on"]

    private static let reporterKeys: [Key] = [
        Key(
            "process", .reference("process"), fallback: "any process",
            "The process that reports it."),
        Key("on", .reference("host"), fallback: "any host", "The host on which it is reported."),
    ]

    private static let fieldPattern = KeyPattern(
        name: "FIELD", sample: "peer", expression: "^[a-z][a-z0-9_]*$",
        matches: { key in
            guard let first = key.utf8.first, (0x61...0x7a).contains(first) else { return false }
            return key.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
            }
        },
        type: fieldValue,
        doc: "A field of the report is this text, matches this /REGEX/, or is one of these texts.")

    /// Things whose states nodes report, with the states.
    static let stateful: KeyValuePairs<String, [String]> = [
        "member": ["alive", "suspect", "dead", "left"],
        "link": ["up", "silent", "heard", "down"],
        "service": ["up", "draining", "gone"],
    ]

    static let becomes = Shape(
        title: "a becomes",
        keys: stateful.map { name, states in
            Key(
                name, oneOrMore("a state", .word(states)), example: states[0],
                "The state that a \(name) is reported to be in now.")
        } + reporterKeys, pattern: fieldPattern,
        choices: [Choice(keys: stateful.map(\.key), isRequired: true)],
        example: "{ member: dead, peer: orders-1, on: web }")

    static let event = Shape(
        title: "an event",
        keys: [
            Key(
                "kind",
                .formatted("a lowercase word", pattern: "^[a-z][a-z0-9-]*$", example: "route"),
                required: true, "The kind of report: the word after @commy.")
        ] + reporterKeys, pattern: fieldPattern,
        example: "{ kind: refused, code: certificateExpired, on: web }")
}

/// What one mapping of the language may hold: the table that the reader checks keys against, and
/// that documentation and a JSON Schema are made from.
struct Shape: Sendable {
    /// What it is called in a diagnostic: `a link`.
    var title: String
    var keys: [Key]
    /// Keys that follow a pattern rather than being one word.
    var pattern: KeyPattern?

    func key(_ name: String) -> Key? {
        keys.first { $0.name == name }
    }
}

/// One key of a mapping.
struct Key: Sendable {
    var name: String
    var type: ValueType
    var isRequired: Bool
    /// What holds when the key is left out, as the author would write it.
    var fallback: String?
    /// One sentence on what it means.
    var doc: String

    init(
        _ name: String, _ type: ValueType, required: Bool = false, fallback: String? = nil,
        _ doc: String
    ) {
        self.name = name
        self.type = type
        self.isRequired = required
        self.fallback = fallback
        self.doc = doc
    }
}

/// Keys such as `p99` and `p99.9`.
struct KeyPattern: Sendable {
    /// As it is named to people: `pNN`.
    var name: String
    /// A regular expression (ECMA 262, anchored), for the schema.
    var expression: String
    /// Whether a key is meant as one of these, rightly written or not.
    var matches: @Sendable (String) -> Bool
    var type: ValueType
    var doc: String
}

/// The type of a value, with its bounds: enough to check it, to describe it and to make a schema.
indirect enum ValueType: Sendable {
    /// Any scalar as text.
    case text
    /// A name that the file gives to something.
    case name
    /// A reference to something that the file names: `host`, `process`, `fault` ...
    case reference(String)
    case boolean
    case integer(ClosedRange<Int>)
    case number
    case duration(Bounds)
    case probability
    case bitRate
    case size(ClosedRange<Int>)
    case requestRate
    case word([String])
    /// A comparison with a value: `">= 99.9%"`.
    case comparison(of: String, example: String)
    case list(ValueType)
    case mapping(@Sendable () -> Shape)
    /// Names that the file gives, each with a value.
    case named(ValueType)
    /// Several ways to write one thing; the diagnostic names them by this text.
    case anyOf(String, [ValueType])

    enum Bounds: Sendable {
        case zeroOrMore, positive
    }

    /// What a diagnostic says after "expected".
    var described: String {
        switch self {
        case .text: "text"
        case .name: Names.rule
        case .reference(let kind): "the name of a \(kind)"
        case .boolean: "true or false"
        case .integer(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number: "a number"
        case .duration(.zeroOrMore): "a duration such as 40ms, 1.5s, 250us or 2m"
        case .duration(.positive): "a duration above 0 such as 40ms, 1.5s, 250us or 2m"
        case .probability: "a percentage such as 0.1%, or a share such as 0.001"
        case .bitRate: "a bit rate such as 500kbit, 10mbit or 1gbit"
        case .size(let range):
            range.upperBound < Limits.bytes
                ? "a size from \(range.lowerBound) to \(range.upperBound) bytes, such as 1400B"
                : "a size such as 1500B, 64kB, 1KiB or 256MiB"
        case .requestRate: "a request rate such as 200/s or 10/m"
        case .word(let words): "one of " + words.joined(separator: ", ")
        case .comparison(let value, let example): "\(value) such as \"\(example)\""
        case .list(let element): "a list, each item \(element.described)"
        case .mapping(let shape): shape().title + ", a mapping"
        case .named(let value): "a mapping from names, each to \(value.described)"
        case .anyOf(let text, _): text
        }
    }
}

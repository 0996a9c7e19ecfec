/// What one mapping of the language may hold: the table that the reader checks keys against, and
/// that the reference page and the JSON Schema are made from.
struct Shape: Sendable {
    /// What it is called in a diagnostic: `a link`.
    var title: String
    var keys: [Key]
    /// Keys that follow a pattern rather than being one word.
    var pattern: KeyPattern?
    /// Keys that exclude each other.
    var choices: [Choice] = []
    /// True when nothing at all may stand for it.
    var mayBeEmpty = false
    /// An example as a file would have it, in one line.
    var example: String?

    func key(_ name: String) -> Key? {
        keys.first { $0.name == name }
    }

    /// The title without its article, as one word: `link`.
    var identifier: String {
        let words = title.lowercased().split(separator: " ")
        return words.drop { ["a", "an", "the"].contains($0) }.joined(separator: "-")
    }
}

/// Keys of which a mapping has at most one, or exactly one.
struct Choice: Sendable {
    var keys: [String]
    var isRequired: Bool
}

/// One key of a mapping.
struct Key: Sendable {
    var name: String
    var type: ValueType
    var isRequired: Bool
    /// True when an included file may bring a required key.
    var mayBeIncluded: Bool
    /// What holds when the key is left out, as the author would write it.
    var fallback: String?
    /// Where only some kinds of the thing have the key: the keys that make it of such a kind.
    var beside: [String]
    /// What the key was called before.
    var formerly: String?
    /// A value as a file has it, where that of the type says too little.
    var ownExample: String?
    /// What it means, in whole sentences or one phrase.
    var doc: String

    init(
        _ name: String, _ type: ValueType, required: Bool = false, included: Bool = false,
        fallback: String? = nil, beside: [String] = [], formerly: String? = nil,
        example: String? = nil, _ doc: String
    ) {
        self.name = name
        self.type = type
        self.isRequired = required
        self.mayBeIncluded = included
        self.fallback = fallback
        self.beside = beside
        self.formerly = formerly
        self.ownExample = example
        self.doc = doc
    }
}

extension Key {
    /// A value as a file has it.
    var example: String { ownExample ?? type.example }
}

/// Keys such as `p99` and `p99.9`.
struct KeyPattern: Sendable {
    /// As it is named to people: `pNN`.
    var name: String
    /// One such key.
    var sample: String
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
    /// Text of a form that a regular expression (ECMA 262) tells, described by the first text.
    case formatted(String, pattern: String, example: String)
    /// A name that the file gives to something.
    case name
    /// A reference to something that the file names: `host`, `process`, `fault` ...
    case reference(String)
    case boolean
    case integer(ClosedRange<Int>)
    case number
    case duration(Bounds)
    /// Parts per million: `200ppm`.
    case drift
    case probability
    /// A share within bounds, which are whole percents.
    case percentage(ClosedRange<Int>)
    case bitRate
    case size(ClosedRange<Int>)
    case requestRate
    case word([String])
    /// A comparison with a value: `">= 99.9%"`.
    case comparison(Comparison)
    case list(ValueType)
    case mapping(@Sendable () -> Shape)
    /// Names that the file gives, each with a value.
    case named(ValueType)
    /// Keys of a form of their own, each with a value.
    case keyed(KeyForm, ValueType)
    /// Several ways to write one thing; the diagnostic names them by this text.
    case anyOf(String, [ValueType])

    enum Bounds: Sendable {
        case zeroOrMore, positive
        /// Also below 0.
        case any
    }

    struct Comparison: Sendable {
        /// What is compared with.
        var values: [ValueType]
        /// "a comparison with a duration"
        var described: String
        var example: String
        /// Whether the value alone will do; it means "==".
        var mayBeBare = false
    }

    struct KeyForm: Sendable {
        /// "names of environment variables"
        var described: String
        /// A regular expression (ECMA 262, anchored).
        var pattern: String
    }

    /// What a diagnostic says after "expected".
    var described: String {
        switch self {
        case .text: "text"
        case .formatted(let text, _, _): text
        case .name: Names.rule
        case .reference(let kind): "the name of a \(kind)"
        case .boolean: "true or false"
        case .integer(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number: "a number"
        case .duration(.zeroOrMore): "a duration such as 40ms, 1.5s, 250us or 2m"
        case .duration(.positive): "a duration above 0 such as 40ms, 1.5s, 250us or 2m"
        case .duration(.any): "a duration such as 5s, or -5s for one that goes back"
        case .drift: "a drift such as 200ppm or -50ppm"
        case .probability: "a percentage such as 0.1%, or a share such as 0.001"
        case .percentage(let range):
            "a percentage from \(range.lowerBound)% to \(range.upperBound)%"
        case .bitRate: "a bit rate such as 500kbit, 10mbit or 1gbit"
        case .size(let range):
            range.upperBound < Limits.bytes
                ? "a size from \(range.lowerBound) to \(range.upperBound) bytes, such as 1400B"
                : "a size such as 1500B, 64kB, 1KiB or 256MiB"
        case .requestRate: "a request rate such as 200/s or 10/m"
        case .word(let words): "one of " + words.joined(separator: ", ")
        case .comparison(let comparison):
            "\(comparison.described), such as \"\(comparison.example)\""
        case .list(let element): "a list, each item \(element.described)"
        case .mapping(let shape): shape().title + ", a mapping"
        case .named(let value): "a mapping from names, each to \(value.described)"
        case .keyed(let form, let value):
            "a mapping from \(form.described), each to \(value.described)"
        case .anyOf(let text, _): text
        }
    }
}

/// A JSON value whose objects keep their order, so that what is printed follows the tables.
indirect enum OrderedJson: Sendable, Equatable {
    case text(String)
    case number(Int)
    case boolean(Bool)
    /// Written as it is: a number that is not whole, or null.
    case literal(String)
    case list([OrderedJson])
    case object([Member])

    struct Member: Sendable, Equatable {
        var name: String
        var value: OrderedJson

        init(_ name: String, _ value: OrderedJson) {
            self.name = name
            self.value = value
        }
    }

    static func texts(_ texts: [String]) -> OrderedJson { .list(texts.map { .text($0) }) }

    /// The value of a member; nil when this is no object or lacks it.
    subscript(name: String) -> OrderedJson? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Two spaces a level, one member or item a line.
    func printed(indentation: String = "") -> String {
        let inner = indentation + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return "\(number)"
        case .boolean(let isTrue): return isTrue ? "true" : "false"
        case .literal(let text): return text
        case .list(let items):
            guard !items.isEmpty else { return "[]" }
            let lines = items.map { inner + $0.printed(indentation: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indentation)]"
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let lines = members.map {
                "\(inner)\(Self.quoted($0.name)): \($0.value.printed(indentation: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
        }
    }

    /// RFC 8259, section 7.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

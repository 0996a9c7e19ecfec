/// One scalar read as its declared type. Only the field of that type is set.
struct ScalarValue {
    var text: String?
    var boolean: Bool?
    var integer: Int?
    var number: Double?
    var duration: Duration?

    /// Nil after a diagnostic.
    static func read(
        _ node: YamlNode, as type: ValueType, for name: String, into sink: DiagnosticSink
    ) -> ScalarValue? {
        guard let text = node.text else {
            sink.report("'\(name)' has \(node.described)", at: node, expected: type.described)
            return nil
        }
        switch parsed(text, as: type) {
        case .success(let value):
            return value
        case .failure(let fault):
            sink.report(
                "'\(name)' is \(node.described)\(fault.reason.map { ": " + $0 } ?? "")",
                at: node, expected: fault.cure ?? type.described, suggestion: fault.suggestion)
            return nil
        }
    }

    private static func parsed(
        _ text: String, as type: ValueType
    ) -> Result<ScalarValue, UnitFault> {
        switch type {
        case .text, .formatted, .reference, .anyOf:
            return .success(ScalarValue(text: text))
        case .name:
            return Names.isValid(text)
                ? .success(ScalarValue(text: text)) : .failure(UnitFault(reason: nil))
        case .boolean:
            return boolean(text)
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else {
                return .failure(UnitFault(reason: nil))
            }
            return .success(ScalarValue(integer: value))
        case .number:
            return Units.plainNumber(text).map { ScalarValue(number: $0) }
        case .duration(let bounds):
            let parsed = bounds == .any ? Units.signedDuration(text) : Units.duration(text)
            return parsed.flatMap { value in
                if bounds == .positive, value <= .zero {
                    return .failure(UnitFault(reason: "it must be above 0"))
                }
                return .success(ScalarValue(duration: value))
            }
        case .drift:
            return Units.drift(text).map { ScalarValue(number: $0) }
        case .percentage(let range):
            return Units.percentage(text, range).map { ScalarValue(number: $0) }
        case .probability:
            return Units.probability(text).map { ScalarValue(number: $0) }
        case .bitRate:
            return Units.bitRate(text).map { ScalarValue(number: $0) }
        case .size(let range):
            return Units.size(text).flatMap { value in
                range.contains(value)
                    ? .success(ScalarValue(integer: value))
                    : .failure(UnitFault(reason: "it is out of range"))
            }
        case .requestRate:
            return Units.requestRate(text).map { ScalarValue(number: $0) }
        case .word(let words):
            guard words.contains(text) else {
                let bare = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
                let nearest = Suggestion.nearest(to: bare, among: words)
                let meant = words.contains(bare) ? bare : nearest
                return .failure(UnitFault(reason: nil, suggestion: meant))
            }
            return .success(ScalarValue(text: text))
        case .comparison, .list, .mapping, .named, .keyed:
            preconditionFailure("\(type.described) is read by a reader of its own")
        }
    }

    private static func boolean(_ text: String) -> Result<ScalarValue, UnitFault> {
        switch text {
        case "true": return .success(ScalarValue(boolean: true))
        case "false": return .success(ScalarValue(boolean: false))
        default:
            let lower = text.lowercased()
            let meant: String? =
                switch lower {
                case "true", "yes", "on", "y", "1": "true"
                case "false", "no", "off", "n", "0": "false"
                default: nil
                }
            return .failure(UnitFault(reason: nil, suggestion: meant))
        }
    }
}

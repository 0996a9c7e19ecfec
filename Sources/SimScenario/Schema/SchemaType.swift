/// The JSON Schema of one type of value.
enum SchemaType {
    static func schema(of type: ValueType, mayBeNull: Bool = false) -> OrderedJson {
        var alternatives = alternatives(of: type)
        if mayBeNull { alternatives.append(.object([kind(["null"])])) }
        if takesVariables(type) {
            alternatives.append(
                .object([OrderedJson.Member("$ref", .text("#/$defs/variable"))]))
        }
        guard alternatives.count > 1 else { return alternatives[0] }
        return .object([OrderedJson.Member("anyOf", .list(alternatives))])
    }

    /// Text takes any scalar as it is; mappings and lists hold variables only inside.
    private static func takesVariables(_ type: ValueType) -> Bool {
        switch type {
        case .text, .list, .mapping, .named, .keyed: false
        case .anyOf(_, let types): types.contains(where: takesVariables)
        case .formatted, .name, .reference, .boolean, .integer, .number, .duration, .drift,
            .probability, .percentage, .bitRate, .size, .requestRate, .word, .comparison:
            true
        }
    }

    private static func kind(_ names: [String]) -> OrderedJson.Member {
        OrderedJson.Member("type", names.count == 1 ? .text(names[0]) : .texts(names))
    }

    private static func matching(
        _ pattern: String, or numbers: [String] = []
    ) -> [OrderedJson] {
        [.object([kind(["string"] + numbers), OrderedJson.Member("pattern", .text(pattern))])]
    }

    private static func alternatives(of type: ValueType) -> [OrderedJson] {
        switch type {
        case .text:
            return [.object([kind(["string", "number", "boolean"])])]
        case .formatted(_, let pattern, let example):
            return matching(pattern, or: Int(example) != nil || example == "2xx" ? ["integer"] : [])
        case .name, .reference:
            if case .reference("zone") = type {
                return matching(Names.zonePattern, or: ["integer"])
            }
            return matching(Names.pattern, or: ["integer"])
        case .boolean:
            return [.object([kind(["boolean"])])]
        case .integer(let range):
            return [
                .object([
                    kind(["integer"]),
                    OrderedJson.Member("minimum", .number(range.lowerBound)),
                    OrderedJson.Member("maximum", .number(range.upperBound)),
                ])
            ]
        case .number:
            return [.object([kind(["number"])])]
        case .duration(let bounds):
            let above = bounds == .positive ? "(?!0+(\\.0+)?[a-z])" : ""
            let sign = bounds == .any ? "-?" : ""
            return matching("^\(above)\(sign)\(Units.durationPattern)$")
        case .drift: return matching("^\(Units.driftPattern)$")
        case .probability:
            let share = OrderedJson.object([
                kind(["number"]), OrderedJson.Member("minimum", .number(0)),
                OrderedJson.Member("maximum", .number(1)),
            ])
            return matching("^\(Units.sharePattern)$") + [share]
        case .percentage: return matching("^\(Units.percentPattern)$")
        case .bitRate: return matching("^\(Units.bitRatePattern)$")
        case .size:
            return matching("^\(Units.sizePattern)$", or: ["integer"])
        case .requestRate: return matching("^\(Units.requestRatePattern)$")
        case .word(let words):
            return [.object([OrderedJson.Member("enum", .texts(words))])]
        case .comparison(let comparison): return comparisons(comparison)
        case .list(let element):
            return [
                .object([kind(["array"]), OrderedJson.Member("items", schema(of: element))])
            ]
        case .mapping(let shape):
            return [
                .object([
                    OrderedJson.Member("$ref", .text("#/$defs/\(shape().identifier)"))
                ])
            ]
        case .named(let value): return [keyed(Names.pattern, value)]
        case .keyed(let form, let value): return [keyed(form.pattern, value)]
        case .anyOf(_, let types): return types.flatMap(alternatives)
        }
    }

    /// Text that is left out is the empty text.
    private static func keyed(_ pattern: String, _ value: ValueType) -> OrderedJson {
        let isText = if case .text = value { true } else { false }
        return .object([
            kind(["object"]),
            OrderedJson.Member(
                "propertyNames", .object([OrderedJson.Member("pattern", .text(pattern))])),
            OrderedJson.Member("additionalProperties", schema(of: value, mayBeNull: isText)),
        ])
    }

    private static func comparisons(_ comparison: ValueType.Comparison) -> [OrderedJson] {
        let values = comparison.values.map { "(\(pattern(of: $0)))" }.joined(separator: "|")
        let sign = "(>=|<=|==|>|<)"
        let bare = comparison.mayBeBare ? "?" : ""
        return matching(
            "^ *\(sign)\(bare) *(\(values))$", or: comparison.mayBeBare ? ["number"] : [])
    }

    /// The regular expression, not anchored, of a value that comparisons compare with.
    private static func pattern(of type: ValueType) -> String {
        switch type {
        case .duration: return Units.durationPattern
        case .probability: return Units.sharePattern
        case .percentage: return Units.percentPattern
        case .bitRate: return Units.bitRatePattern
        case .size: return Units.sizePattern
        case .requestRate: return Units.requestRatePattern
        case .integer: return "[0-9]+"
        case .text, .formatted, .name, .reference, .boolean, .number, .drift, .word, .comparison,
            .list, .mapping, .named, .keyed, .anyOf:
            preconditionFailure("nothing is compared with \(type.described)")
        }
    }
}

/// The JSON Schema (draft 2020-12) of scenario files, made from the tables.
///
/// It knows the structure: keys, types, units, words, and which keys exclude or need each other. It
/// does not know names: whether a host exists, a fault fits into the run, or a window is empty is
/// for the reader alone. Every value may be written with variables instead.
public enum JsonSchema {
    public static let text = document.printed() + "\n"

    static let document: OrderedJson = .object([
        member("$schema", "https://json-schema.org/draft/2020-12/schema"),
        member("title", "A scenario of commy sim"),
        member(
            "description",
            "An emulated network, the programs that run in it, the traffic, what goes wrong, and "
                + "what must hold all the same."),
        member("$ref", "#/$defs/\(Shapes.scenario.identifier)"),
        OrderedJson.Member("$defs", .object([variable] + Language.shapes.map(definition))),
    ])

    private static func member(_ name: String, _ text: String) -> OrderedJson.Member {
        OrderedJson.Member(name, .text(text))
    }

    /// A text with a variable in it may become anything.
    private static let variable = OrderedJson.Member(
        "variable",
        .object([
            member("title", "a variable"),
            member("description", "Text with ((name)) in it, which is replaced by a value."),
            member("type", "string"),
            member("pattern", "\\(\\([a-z0-9]([a-z0-9.-]*[a-z0-9])?\\)\\)"),
        ]))

    private static func definition(of shape: Shape) -> OrderedJson.Member {
        var members = [member("title", shape.title)]
        if let example = shape.example { members.append(member("description", example)) }
        members.append(
            OrderedJson.Member(
                "type", shape.mayBeEmpty ? .texts(["object", "null"]) : .text("object")))
        members.append(OrderedJson.Member("additionalProperties", .boolean(false)))
        members.append(
            OrderedJson.Member(
                "properties",
                .object(shape.keys.map { OrderedJson.Member($0.name, property($0)) })))
        if let pattern = shape.pattern {
            let value = described(SchemaType.schema(of: pattern.type), pattern.doc, nil)
            members.append(
                OrderedJson.Member(
                    "patternProperties",
                    .object([OrderedJson.Member(pattern.expression, value)])))
        }
        members += rules(of: shape)
        return OrderedJson.Member(shape.identifier, .object(members))
    }

    private static func property(_ key: Key) -> OrderedJson {
        let schema = SchemaType.schema(of: key.type, mayBeNull: key.mayBeNull)
        return described(schema, key.doc, key.fallback)
    }

    private static func described(
        _ schema: OrderedJson, _ doc: String, _ fallback: String?
    ) -> OrderedJson {
        guard case .object(let members) = schema else { return schema }
        let text = doc + (fallback.map { " Default: \($0)." } ?? "")
        return .object([member("description", text)] + members)
    }

    /// Required keys, keys that exclude each other, and keys that need others.
    private static func rules(of shape: Shape) -> [OrderedJson.Member] {
        var members: [OrderedJson.Member] = []
        let required = shape.keys.filter { $0.isRequired && !$0.mayBeIncluded }.map(\.name)
        if !required.isEmpty { members.append(OrderedJson.Member("required", .texts(required))) }
        var all = shape.choices.map(rule)
        let included = shape.keys.filter { $0.isRequired && $0.mayBeIncluded }.map(\.name)
        if shape.key("include") != nil, !included.isEmpty {
            // What is required may come from an included file.
            all.append(
                .object([OrderedJson.Member("anyOf", .list([has(["include"]), has(included)]))]))
        }
        if !all.isEmpty { members.append(OrderedJson.Member("allOf", .list(all))) }
        let needing = shape.keys.filter { !$0.beside.isEmpty }.map { key in
            let others = key.beside.map { has([$0]) }
            return OrderedJson.Member(
                key.name,
                others.count == 1
                    ? others[0] : .object([OrderedJson.Member("anyOf", .list(others))]))
        }
        if !needing.isEmpty {
            members.append(OrderedJson.Member("dependentSchemas", .object(needing)))
        }
        return members
    }

    private static func has(_ keys: [String]) -> OrderedJson {
        .object([OrderedJson.Member("required", .texts(keys))])
    }

    private static func rule(of choice: Choice) -> OrderedJson {
        var alternatives = choice.keys.map { has([$0]) }
        if !choice.isRequired {
            let any = OrderedJson.object([OrderedJson.Member("anyOf", .list(alternatives))])
            alternatives.append(.object([OrderedJson.Member("not", any)]))
        }
        return .object([OrderedJson.Member("oneOf", .list(alternatives))])
    }
}

extension Key {
    /// Sections that are begun and left empty are as if they were not there.
    var mayBeNull: Bool {
        switch type {
        case .list, .named, .keyed: true
        case .text, .formatted, .name, .reference, .boolean, .integer, .number, .duration, .drift,
            .probability, .percentage, .bitRate, .size, .requestRate, .word, .comparison, .mapping,
            .anyOf:
            false
        }
    }
}

/// The reference page of the language, made from the tables: every word with its type, default,
/// meaning and an example.
public enum LanguageReference {
    public static let markdown = head + sections.joined(separator: "\n")

    private static let head = """
        # Every word of the scenario language

        This page is made from the tables that the reader checks files against; do not edit it.
        [README.md](README.md) teaches the language. To write it anew:

        ```
        commy sim schema --reference > Scenarios/REFERENCE.md
        ```

        `commy sim schema` prints the same as a JSON Schema (draft 2020-12), for editors that
        complete and check while you type.

        Every value may hold `((name))`, which stands for a variable of `variables` or `matrix`.
        In a table, a bold word is required.

        | kind of value | written |
        |---|---|
        | duration | `40ms` `1.5s` `250us` `2m`; units ns us ms s m h; at most a day |
        | share | `0.1%` or `0.001`; 0% to 100% |
        | bit rate | `500kbit` `10mbit` `1gbit`; thousands |
        | size | `1500B` `64kB` `1KiB` `256MiB` `1500`; kB MB GB: thousands; KiB MiB GiB: 1024s |
        | request rate | `200/s` `10/m`; units /s /m /h; at most 100000/s |
        | name | at most 63 lowercase letters, digits, `-` and `.`; a letter or digit at both ends |
        | comparison | `">= 99.9%"`; one of `>=` `<=` `>` `<` `==` and a value; in quotes |
        | command line | words as a shell splits them, but no shell runs; or a list of the words |


        """

    private static let sections = Language.shapes.map(section)

    private static func section(of shape: Shape) -> String {
        var text = "## \(shape.identifier)\n\n"
        if let example = shape.example {
            text += "\(capitalised(shape.title)), such as `\(example)`.\n\n"
        }
        for choice in shape.choices {
            let words = choice.keys.map { "`\($0)`" }.joined(separator: ", ")
            text += (choice.isRequired ? "Exactly one of " : "At most one of ") + words + ".\n\n"
        }
        text += "| word | type | default | meaning | example |\n|---|---|---|---|---|\n"
        for key in shape.keys { text += row(of: key) }
        if let pattern = shape.pattern {
            text += row([
                "`\(pattern.name)`", describe(pattern.type), "", pattern.doc,
                "`\(pattern.sample): \(pattern.type.example)`",
            ])
        }
        return text
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func row(of key: Key) -> String {
        let name = key.isRequired ? "**`\(key.name)`**" : "`\(key.name)`"
        let beside =
            key.beside.isEmpty
            ? "" : " Only beside " + Fields.alternatives(key.beside).replacing("'", with: "`") + "."
        let doc = key.doc.hasSuffix(".") ? key.doc : key.doc + "."
        return row([
            name, describe(key.type), key.isRequired ? "required" : key.fallback ?? "",
            doc + beside, "`\(key.name): \(key.example)`",
        ])
    }

    private static func row(_ cells: [String]) -> String {
        let escaped = cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }
        return "| " + escaped.joined(separator: " | ") + " |\n"
    }

    /// The type in a few words, with links to the sections of mappings.
    private static func describe(_ type: ValueType) -> String {
        switch type {
        case .text: "text"
        case .formatted(let text, _, _): text
        case .name: "name"
        case .reference(let kind): "name of a \(kind)"
        case .boolean: "`true`, `false`"
        case .integer(let range):
            range.upperBound == Int.max
                ? "whole number from \(range.lowerBound)"
                : "\(range.lowerBound) to \(range.upperBound)"
        case .number: "number"
        case .duration(.zeroOrMore): "duration"
        case .duration(.positive): "duration above 0"
        case .duration(.any): "duration, also below 0"
        case .drift: "parts per million"
        case .probability: "share"
        case .percentage(let range): "\(range.lowerBound)% to \(range.upperBound)%"
        case .bitRate: "bit rate"
        case .size(let range):
            range.upperBound < Limits.bytes
                ? "size, \(range.lowerBound)B to \(range.upperBound)B" : "size"
        case .requestRate: "request rate"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: " ")
        case .comparison(let comparison): comparison.described
        case .list(let element): "list: \(describe(element))"
        case .mapping(let shape): "[\(shape().title)](#\(shape().identifier))"
        case .named(let value): "mapping from names: \(describe(value))"
        case .keyed(let form, let value): "mapping from \(form.described): \(describe(value))"
        case .anyOf(_, let types): types.map(describe).joined(separator: "; or ")
        }
    }
}

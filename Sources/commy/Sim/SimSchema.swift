internal import ArgumentParser
internal import SimScenario

/// `commy sim schema`.
struct SimSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of scenario files, for editors.",
        discussion: """
            The schema (draft 2020-12) is made from the tables that files are checked against. An \
            editor with a YAML language server uses it when the first line of a scenario is
            # yaml-language-server: $schema=PATH
            """)

    @Flag(help: "Print the reference page of the language, as Markdown, instead.")
    var reference = false

    func run() {
        let text = reference ? LanguageReference.markdown : JsonSchema.text
        // printLine ends the last line.
        Terminal().printLine(String(text.dropLast()))
    }
}

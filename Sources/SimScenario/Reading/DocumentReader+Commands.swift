import SimModel

/// Commands: `run`, `shell`, `exec` and `heal`, whoever has them.
extension DocumentReader {
    /// A command line, or a list of its words; no shell.
    func arguments(of node: YamlNode, key: String) -> [String] {
        if case .scalar(let line, _) = node.content {
            checkVariables(line, at: node)
            return words(of: line, at: node, key: key)
        }
        let items = scalars(
            in: node, of: key, expected: "a command line, or a list of its words")
        if case .sequence(let all) = node.content, all.isEmpty || items.first?.text == "" {
            sink.report("'\(key)' names no program", at: node, expected: "a program")
        }
        for (text, item) in items { checkVariables(text, at: item) }
        return items.map(\.text)
    }

    /// A line for a shell.
    func shellLine(_ fields: Fields, _ key: String) -> String? {
        guard let line = fields.text(key) else { return nil }
        if line.allSatisfy(\.isWhitespace) {
            fields.report("'\(key)' is empty", value: key, expected: "a shell command")
        }
        checkVariables(line, at: fields.value(key))
        return line
    }

    /// A command that is written as `plain: PROGRAM ARGUMENT...` or as `shell: LINE`; nil when it
    /// is neither or broken.
    func command(_ fields: Fields, plain: String, shell: String) -> ProcessSpec.Command? {
        if fields.has(shell) {
            if fields.has(plain) {
                fields.report("'\(shell)' beside '\(plain)'", key: shell, expected: "one of them")
            }
            return shellLine(fields, shell).map { .shell($0) }
        }
        return fields.value(plain).map { .arguments(arguments(of: $0, key: plain)) }
    }

    private func words(of line: String, at node: YamlNode, key: String) -> [String] {
        do {
            return try WordSplitter.words(of: line)
        } catch {
            switch error {
            case .openQuote(let quote):
                sink.report(
                    "'\(key)' has a quote \(quote) that never closes", at: node,
                    expected: "a closing \(quote)")
            case .trailingBackslash:
                sink.report("'\(key)' ends with a backslash", at: node, expected: "no backslash")
            case .needsShell(let character, let offset):
                var place = node.position
                let isAsWritten = node.writtenWidth == nil && !line.contains("\n")
                if case .scalar(_, .plain) = node.content, isAsWritten { place.column += offset }
                sink.report(
                    "'\(character)' in '\(key)' would reach the program as it is: no shell runs",
                    at: place, expected: "quotes around it, or \(Self.shellForm(of: key))")
            case .empty:
                sink.report("'\(key)' is empty", at: node, expected: "a program")
            }
            return []
        }
    }

    private static func shellForm(of key: String) -> String {
        switch key {
        case "heal": "'heal-shell:' instead of 'heal:'"
        case "exec": "exec: { shell: \"...\" }"
        default: "'shell:' instead of 'run:'"
        }
    }
}

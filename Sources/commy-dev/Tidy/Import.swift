/// One `import` line.
struct Import: Sendable, Equatable {
    /// The module: for `import struct A.B` that is `A`.
    let module: String
    let line: Int
}

extension SourceFile {
    var imports: [Import] {
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]
        var found: [Import] = []
        for (index, token) in code.enumerated() where token.kind == .word {
            guard self.token(token, is: "import"), index + 1 < code.count else { continue }
            var module = index + 1
            if kinds.contains(text(code[module])), module + 1 < code.count { module += 1 }
            found.append(Import(module: text(code[module]), line: token.line))
        }
        return found
    }
}

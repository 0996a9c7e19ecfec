/// A function, initialiser or computed property with a body.
struct DeclaredFunction: Sendable, Equatable {
    let name: String
    let line: Int
    let lastLine: Int
    /// From the line of its keyword to the line of its closing brace.
    var lineCount: Int { lastLine - line + 1 }
}

extension SourceFile {
    private static let functionWords: Set<String> = ["func", "init", "deinit", "subscript", "var"]

    /// What has a body of statements, in order of the opening line; inner functions count too.
    var functions: [DeclaredFunction] {
        code.indices.compactMap { index in
            guard code[index].kind == .word, Self.functionWords.contains(text(code[index])),
                let open = bodyOpen(of: index)
            else { return nil }
            let close = closing(of: open, in: code)
            guard close < code.count else { return nil }
            let keyword = text(code[index])
            let isNamed = keyword == "func" || keyword == "var"
            return DeclaredFunction(
                name: isNamed ? text(code[index + 1]) : keyword, line: code[index].line,
                lastLine: code[close].line)
        }
    }

    /// The brace that opens the body of the declaration at `index`, if it has one.
    ///
    /// A requirement of a protocol has none: the next declaration or the end of the scope comes
    /// first. A stored property has none either: an `=` or the end of its line comes first.
    private func bodyOpen(of index: Int) -> Int? {
        let keyword = text(code[index])
        if index > 0, token(code[index - 1], is: ".") { return nil }
        var next = index + 1
        while next < code.count {
            let token = code[next]
            if token.kind == .mark {
                switch bytes[token.range.lowerBound] {
                case UInt8(ascii: "{"): return next
                case UInt8(ascii: "}"): return nil
                case UInt8(ascii: "="):
                    if keyword == "var" { return nil }
                case UInt8(ascii: "("), UInt8(ascii: "["):
                    next = closing(of: next, in: code)
                default:
                    // Other punctuation belongs to the signature.
                    break
                }
            } else if token.kind == .word, next > index + 1, endsSignature(text(token)) {
                return nil
            }
            if keyword == "var", next < code.count, code[next].line > code[index].line {
                return nil
            }
            next += 1
        }
        return nil
    }

    private func endsSignature(_ word: String) -> Bool {
        [
            "func", "var", "let", "case", "init", "subscript", "static", "mutating", "public",
            "private",
            "package", "internal", "return", "associatedtype", "guard", "if",
        ].contains(word)
    }
}

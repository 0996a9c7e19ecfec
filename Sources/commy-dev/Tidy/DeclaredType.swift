/// A type that a file declares.
struct DeclaredType: Sendable, Equatable {
    let name: String
    let line: Int
    let isTopLevel: Bool
    let hasDoc: Bool
}

extension SourceFile {
    private static let typeWords: Set<String> = [
        "struct", "enum", "class", "actor", "protocol", "typealias",
    ]

    /// The types that this file declares, in order.
    var declaredTypes: [DeclaredType] {
        var found: [DeclaredType] = []
        var depth = 0
        var hasDoc = false
        for index in tokens.indices {
            let token = tokens[index]
            switch token.kind {
            case .docComment:
                hasDoc = true
            case .mark:
                let byte = bytes[token.range.lowerBound]
                if byte == UInt8(ascii: "{") { depth += 1 }
                if byte == UInt8(ascii: "}") { depth -= 1 }
                if "{};".utf8.contains(byte) { hasDoc = false }
            case .word where Self.typeWords.contains(text(token)) && declares(at: index):
                found.append(
                    DeclaredType(
                        name: text(tokens[index + 1]), line: token.line, isTopLevel: depth == 0,
                        hasDoc: hasDoc))
                hasDoc = false
            case .word where ["func", "var", "let", "case", "extension"].contains(text(token)):
                hasDoc = false
            case .word, .number, .string, .regex, .comment:
                // Attributes and modifiers stand between the comment and the keyword.
                continue
            }
        }
        return found
    }

    /// A keyword declares when a name follows it and it is not a member, a label or `class func`.
    private func declares(at index: Int) -> Bool {
        guard index + 1 < tokens.count, tokens[index + 1].kind == .word else { return false }
        if index > 0, token(tokens[index - 1], is: ".") || token(tokens[index - 1], is: "import") {
            return false
        }
        return !["func", "var", "let", "subscript"].contains(text(tokens[index + 1]))
    }
}

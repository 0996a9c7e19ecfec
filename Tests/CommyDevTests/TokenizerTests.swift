import Testing

@testable import commy_dev

@Suite struct TokenizerTests {
    private func tokens(_ text: String) -> [String] {
        let file = SourceFile(path: "A.swift", bytes: Array(text.utf8))
        return file.tokens.map { token in
            switch token.kind {
            case .word: "w:\(file.text(token))"
            case .number: "n:\(file.text(token))"
            case .string: "s:\(file.text(token))"
            case .regex: "r:\(file.text(token))"
            case .comment: "c:\(file.text(token))"
            case .docComment: "d:\(file.text(token))"
            case .mark: file.text(token)
            }
        }
    }

    @Test func `code, comments and doc comments are told apart`() {
        #expect(tokens("a // b\n/// c\n1.5") == ["w:a", "c:// b", "d:/// c", "n:1.5"])
    }

    @Test func `block comments nest and keep braces to themselves`() {
        #expect(tokens("/* { /* } */ { */ x") == ["c:/* { /* } */ { */", "w:x"])
    }

    @Test func `interpolated code becomes tokens of its own`() {
        #expect(
            tokens(#""a\(f("b)"))c""#)
                == ["s:a", "(", "w:f", "(", "s:b)", ")", ")", "s:c"])
    }

    @Test func `escaped quotes do not end a string`() {
        #expect(tokens(#""a\"b" x"#) == [#"s:a\"b"#, "w:x"])
    }

    @Test func `raw strings keep backslashes and quotes`() {
        #expect(tokens(##"#"a\("b")"# x"##) == [##"s:a\("b")"##, "w:x"])
    }

    @Test func `a multiline string may hold quotes and braces`() {
        #expect(tokens("\"\"\"\n{ \"a\" }\n\"\"\" x") == ["s:\n{ \"a\" }\n", "w:x"])
    }

    @Test func `a backticked sentence is one word`() {
        #expect(tokens("func `a b c`()") == ["w:func", "w:a b c", "(", ")"])
    }

    @Test func `a division is not a regular expression`() {
        #expect(tokens("a / b / c") == ["w:a", "/", "w:b", "/", "w:c"])
        #expect(tokens("f(/\"{/)") == ["w:f", "(", "r:\"{", ")"])
        #expect(tokens("#/\"/#") == ["r:\""])
    }

    @Test func `lines are counted through multiline tokens`() {
        let file = SourceFile(path: "A.swift", bytes: Array("/*\n*/ a\n\"\"\"\n\n\"\"\" b".utf8))
        #expect(file.tokens.map(\.line) == [1, 2, 3, 5])
    }

    @Test func `input that is cut short ends the tokens and nothing else`() {
        let text = "let a = \"x \\(f(\"\"\"\n#\"\"# /* /* */ `b"
        for count in 0...text.utf8.count {
            _ = Tokenizer.tokens(of: Array(text.utf8.prefix(count)))
        }
    }
}

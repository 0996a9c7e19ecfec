extension Rule {
    /// Reads comments of Swift files, and Markdown and YAML whole. The tests of tidy may quote what
    /// is banned.
    static let words = Rule(
        "words",
        because: "One word for one thing, the plain one, and none that belittles the reader."
    ) { repository in
        Prose.lines(of: repository).flatMap { line in
            line.words.compactMap { word in
                replacements[word.lowercased()].map { replacement in
                    Violation(
                        path: line.path, line: line.number, what: "the word \"\(word)\"",
                        cure: replacement)
                }
            }
        }
    }

    /// Banned word, and what to write.
    private static let replacements: [String: String] = [
        "utilize": "write \"use\"",
        "utilise": "write \"use\"",
        "leverage": "write \"use\"",
        "whitelist": "write \"allowlist\"",
        "blacklist": "write \"denylist\"",
        "slave": "write \"replica\" or \"follower\"",
        "functionality": "write \"function\", or say what it does",
        "performant": "write \"fast\", with a figure",
        "robustly": "say what it withstands",
        "seamless": "say what the user does not notice",
        "seamlessly": "say what the user does not notice",
        "simply": "leave it out",
        "obviously": "leave it out, or explain",
        "basically": "leave it out",
    ]
}

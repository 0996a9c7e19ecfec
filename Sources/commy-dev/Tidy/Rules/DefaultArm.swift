extension Rule {
    /// It cannot see types, so every `default:` of a pure target needs a comment that says why:
    /// beside it or on the line before. A switch over a number has its reason quickly; a switch
    /// over a state has none.
    static let defaultArm = Rule(
        "default-arm",
        because: "A new state must break the build everywhere it matters, not fall into an old arm."
    ) { repository in
        repository.pureFiles.flatMap { file in
            file.code.indices.filter { index in
                file.token(file.code[index], is: "default") && index + 1 < file.code.count
                    // `counts[name, default: 0]` is an argument.
                    && (index == 0 || !file.token(file.code[index - 1], is: ","))
                    && file.token(file.code[index + 1], is: ":")
                    && file.comments(at: file.code[index].line).isEmpty
            }
            .map { index in
                Violation(
                    path: file.path, line: file.code[index].line,
                    what: "`default:` without a reason",
                    cure: "list every case, or say in a comment why the rest is alike")
            }
        }
    }
}

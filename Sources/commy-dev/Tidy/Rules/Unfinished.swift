extension Rule {
    static let unfinished = Rule(
        "unfinished", because: "A note in the code is read by nobody; an issue is."
    ) { repository in
        Prose.lines(of: repository).flatMap { line in
            line.words.filter { ["TODO", "FIXME", "XXX", "HACK"].contains($0) }.map { word in
                Violation(
                    path: line.path, line: line.number, what: "\(word) left in the tree",
                    cure: "do it, or file an issue")
            }
        }
    }
}

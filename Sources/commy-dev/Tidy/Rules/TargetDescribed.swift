extension Rule {
    static let targetDescribed = Rule(
        "target-described", because: "Sources/README.md is the map; a target that it omits is lost."
    ) { repository in
        let map = repository.file(at: "Sources/README.md")
        let text = map.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
        let separators: (Character) -> Bool = { !($0.isLetter || $0.isNumber || $0 == "-") }
        let named = Set(text.split(whereSeparator: separators).map(String.init))
        return repository.sourceTargets.filter { !named.contains($0) }.map { target in
            Violation(
                path: "Sources/README.md", line: 1, what: "\(target) is not named",
                cure: "add a sentence about its job")
        }
    }
}

extension Rule {
    /// Decides by names, file by file: a name declared in the file as `[K: V]`, `Dictionary`, or
    /// `Set` (with a type or with an initial value) may not be walked. Walking is `for ... in
    /// name`, a member that visits elements (`map`, `reduce`, `first` ...), and handing the name to
    /// `Array(` or `contentsOf:`. `.keys` and `.values` count for every name. A chain that ends in
    /// an answer without order (`sorted`, `count`, `contains`, `min` ...) is fine. A name declared
    /// in another file is not seen. The way out is `// tidy: ordered because REASON` on the line or
    /// the one above.
    static let unorderedIteration = Rule(
        "unordered-iteration",
        because:
            "The order of a Dictionary or Set differs between processes, and a trace would with it."
    ) { repository in
        repository.pureFiles.flatMap { file in
            UnorderedWalk.lines(in: file).filter { !isWaived(file, $0) }.map { line in
                Violation(
                    path: file.path, line: line,
                    what: "a Dictionary or Set is walked in its own order",
                    cure:
                        "sort first, or say `// tidy: ordered because ...`"
                )
            }
        }
    }

    /// True when a waiver with a reason of at least three words stands at this line.
    private static func isWaived(_ file: SourceFile, _ line: Int) -> Bool {
        file.comments(at: line).contains { comment in
            guard let range = comment.firstRange(of: "tidy: ordered because ") else { return false }
            return comment[range.upperBound...].split(separator: " ").count >= 3
        }
    }
}

/// Finds where a file walks an unordered collection.
private struct UnorderedWalk {
    private let file: SourceFile
    private let code: [Token]
    private var names: Set<String> = []

    static func lines(in file: SourceFile) -> [Int] {
        var walk = UnorderedWalk(file)
        walk.collectNames()
        let lines = walk.code.indices.compactMap { walk.walks(at: $0) ? walk.code[$0].line : nil }
        return Set(lines).sorted()
    }

    private init(_ file: SourceFile) {
        self.file = file
        code = file.code
    }

    private static let visiting: Set<String> = [
        "map", "flatMap", "compactMap", "forEach", "reduce", "first", "enumerated", "prefix",
        "dropFirst",
        "suffix", "makeIterator", "lazy", "keys", "values", "joined", "popFirst", "randomElement",
        "elementsEqual",
    ]
    private static let orderless: Set<String> = [
        "sorted", "count", "isEmpty", "contains", "allSatisfy", "min", "max", "mapValues",
        "isSubset",
        "isSuperset", "isDisjoint", "union", "intersection", "subtracting",
    ]

    private func text(_ index: Int) -> String {
        code.indices.contains(index) && code[index].kind != .string ? file.text(code[index]) : ""
    }

    private mutating func collectNames() {
        for index in code.indices where code[index].kind == .word {
            var type = index + 1
            guard [":", "="].contains(text(type)) else { continue }
            type += 1
            while ["inout", "borrowing", "consuming"].contains(text(type)) { type += 1 }
            let isSet = text(type) == "Set" || text(type) == "Dictionary"
            if isSet || isDictionaryLiteral(at: type) { names.insert(text(index)) }
        }
    }

    /// `[K: V]`: a colon directly inside the brackets.
    private func isDictionaryLiteral(at open: Int) -> Bool {
        guard text(open) == "[" else { return false }
        let close = file.closing(of: open, in: code)
        var depth = 0
        for index in open..<close where code[index].kind == .mark {
            let mark = text(index)
            if "([{".contains(mark) { depth += 1 }
            if ")]}".contains(mark) { depth -= 1 }
            if mark == ":" && depth == 1 { return true }
        }
        return false
    }

    private func walks(at index: Int) -> Bool {
        guard code[index].kind == .word else { return false }
        let members = chain(after: index)
        let isOrderless = members.contains { Self.orderless.contains($0) }
        if ["keys", "values"].contains(text(index)), text(index - 1) == "." {
            let isPart = !["(", "="].contains(text(index + 1))
            return isPart && !isOrderless
        }
        guard names.contains(text(index)), !isOrderless else { return false }
        if members.contains(where: { Self.visiting.contains($0) }) { return true }
        guard members.isEmpty, text(index + 1) != "[" else { return false }
        let before = text(pathStart(of: index) - 1)
        if before == "in" { return text(index + 1) == "{" || text(index + 1) == "where" }
        let isHandedOver = text(index + 1) == ")"
        let opener = text(pathStart(of: index) - 2)
        return isHandedOver
            && ((before == "(" && opener == "Array") || (before == ":" && opener == "contentsOf"))
    }

    /// The index where `a.b.name` begins.
    private func pathStart(of index: Int) -> Int {
        var start = index
        while text(start - 1) == ".", start >= 2, code[start - 2].kind == .word { start -= 2 }
        return start
    }

    /// The members called or read on what stands at `index`: `.keys.sorted()` gives both names.
    private func chain(after index: Int) -> [String] {
        var members: [String] = []
        var next = index + 1
        while true {
            switch text(next) {
            case "?", "!":
                next += 1
            case "(" where !members.isEmpty, "{" where !members.isEmpty && takesClosure(members):
                next = file.closing(of: next, in: code) + 1
            case "." where code.indices.contains(next + 1) && code[next + 1].kind == .word:
                members.append(text(next + 1))
                next += 2
            default:
                // The chain has ended.
                return members
            }
        }
    }

    /// False for members that end a `for` header, whose brace is the loop's.
    private func takesClosure(_ members: [String]) -> Bool {
        !["keys", "values", "lazy"].contains(members.last ?? "")
    }
}

/// The targets that `Package.swift` declares, read from its tokens.
///
/// It understands the form that this repository uses: a call of `.target`, `.executableTarget`,
/// `.testTarget` or `.systemLibrary` with a literal name, and dependencies that are literal
/// strings, `.target(name:)`, or names of products of other packages, which it leaves out.
struct PackageManifest: Sendable {
    struct Target: Sendable, Equatable {
        let name: String
        let isTest: Bool
        let line: Int
        /// Targets of this package only.
        var dependencies: [Dependency] = []
    }
    struct Dependency: Sendable, Equatable {
        let name: String
        let line: Int
    }
    private(set) var targets: [Target] = []

    init(_ file: SourceFile) {
        let tokens = file.code
        var index = 0
        while index + 1 < tokens.count {
            let word = file.text(tokens[index])
            if Self.kinds.contains(word), file.token(tokens[index + 1], is: "(") {
                let close = file.closing(of: index + 1, in: tokens)
                read(tokens[index + 2..<close], of: file, isTest: word == "testTarget")
                index = close
            }
            index += 1
        }
    }

    func target(_ name: String) -> Target? {
        targets.first { $0.name == name }
    }

    private static let kinds: Set<String> = [
        "target", "executableTarget", "testTarget", "systemLibrary",
    ]

    private mutating func read(_ tokens: ArraySlice<Token>, of file: SourceFile, isTest: Bool) {
        guard let name = tokens.first(where: { $0.kind == .string }) else { return }
        var target = Target(name: file.text(name), isTest: isTest, line: name.line)
        guard let label = tokens.firstIndex(where: { file.token($0, is: "dependencies") }) else {
            targets.append(target)
            return
        }
        let all = Array(tokens[label...])
        guard let open = all.firstIndex(where: { file.token($0, is: "[") }) else { return }
        var index = open + 1
        let close = file.closing(of: open, in: all)
        while index < close {
            let token = all[index]
            if token.kind == .word, file.token(token, is: "product") {
                index = file.closing(of: index + 1, in: all)
            } else if token.kind == .string {
                target.dependencies.append(Dependency(name: file.text(token), line: token.line))
            }
            index += 1
        }
        targets.append(target)
    }
}

extension SourceFile {
    /// The index of the bracket that closes the one at `open`, or the end when none does.
    func closing(of open: Int, in tokens: [Token]) -> Int {
        var depth = 0
        var index = open
        while index < tokens.count {
            if tokens[index].kind == .mark {
                let byte = bytes[tokens[index].range.lowerBound]
                if "([{".utf8.contains(byte) { depth += 1 }
                if ")]}".utf8.contains(byte) {
                    depth -= 1
                    if depth == 0 { return index }
                }
            }
            index += 1
        }
        return tokens.count
    }

    func closing(of open: Int, in tokens: ArraySlice<Token>) -> Int {
        closing(of: open - tokens.startIndex, in: Array(tokens)) + tokens.startIndex
    }
}

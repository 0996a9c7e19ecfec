/// One file of the repository: its text as bytes, its lines, and for Swift its tokens.
struct SourceFile: Sendable {
    /// Relative to the repository's root, with `/`.
    let path: String
    /// The size on disk, which for files that are not text is all that is known.
    let byteCount: Int
    /// Empty when the file is not text that a rule reads.
    let bytes: [UInt8]
    /// All tokens, in order; empty unless the file is Swift.
    let tokens: [Token]
    /// The tokens without comments.
    let code: [Token]
    /// Where each line begins.
    let lineStarts: [Int]

    init(path: String, bytes: [UInt8], byteCount: Int? = nil) {
        self.path = path
        self.bytes = bytes
        self.byteCount = byteCount ?? bytes.count
        tokens = path.hasSuffix(".swift") ? Tokenizer.tokens(of: bytes) : []
        code = tokens.filter { $0.kind != .comment && $0.kind != .docComment }
        var starts = bytes.isEmpty ? [] : [0]
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            if index + 1 < bytes.count { starts.append(index + 1) }
        }
        lineStarts = starts
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isC: Bool { path.hasSuffix(".c") || path.hasSuffix(".h") }
    /// The last part of the path.
    var name: String { String(path.split(separator: "/").last ?? "") }
    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
    /// The target that owns the file: the folder under `Sources/` or `Tests/`.
    var target: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 2, parts[0] == "Sources" || parts[0] == "Tests" else { return nil }
        return String(parts[1])
    }
    var isPure: Bool {
        path.hasPrefix("Sources/") && target.map(Architecture.pure.contains) == true
    }

    func text(_ token: Token) -> String {
        String(decoding: bytes[token.range], as: UTF8.self)
    }

    func token(_ token: Token, is text: String) -> Bool {
        token.range.count == text.utf8.count && bytes[token.range].elementsEqual(text.utf8)
    }

    /// The bytes of a line (counted from 1) without its line feed.
    func lineBytes(_ line: Int) -> ArraySlice<UInt8> {
        let start = lineStarts[line - 1]
        let next = line < lineStarts.count ? lineStarts[line] : bytes.count
        let slice = bytes[start..<next]
        return slice.last == UInt8(ascii: "\n") ? slice.dropLast() : slice
    }

    func lineText(_ line: Int) -> String { String(decoding: lineBytes(line), as: UTF8.self) }

    /// The line (counted from 1) that holds the byte at `offset`.
    func line(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while low + 1 < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The line of a token's last byte.
    func lastLine(of token: Token) -> Int {
        token.range.isEmpty ? token.line : line(at: token.range.upperBound - 1)
    }

    /// The comments that stand on this line or end on the line before.
    func comments(at line: Int) -> [String] {
        tokens.filter { token in
            guard token.kind == .comment else { return false }
            let last = lastLine(of: token)
            return token.line == line || last == line || last == line - 1
        }
        .map(text)
    }
}

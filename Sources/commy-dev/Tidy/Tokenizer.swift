/// Cuts a Swift file into tokens: enough grammar to tell code from comments and strings.
///
/// It knows nested block comments, plain, raw and multi-line strings with nested interpolation,
/// backticked identifiers and regular-expression literals. A bare `/.../` counts as a literal only
/// where an operand may stand and when it closes on its line. Bytes that fit nothing are skipped:
/// the compiler is the judge of syntax, not this.
struct Tokenizer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var tokens: [Token] = []

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 4)
    }

    static func tokens(of bytes: [UInt8]) -> [Token] {
        var tokenizer = Tokenizer(bytes)
        tokenizer.code(untilParenthesis: false)
        return tokenizer.tokens
    }

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    private mutating func code(untilParenthesis: Bool) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                position += 1
            case UInt8(ascii: "/"):
                slash()
            case UInt8(ascii: "\""):
                string(pounds: 0)
            case UInt8(ascii: "#"):
                pound()
            case UInt8(ascii: "`"):
                backticked()
            case UInt8(ascii: "("):
                depth += 1
                mark()
            case UInt8(ascii: ")"):
                if untilParenthesis && depth == 0 { return }
                depth -= 1
                mark()
            case _ where byte.isWordStart:
                word()
            case _ where byte.isDigit:
                number()
            default:
                // Any other byte is punctuation to the rules.
                mark()
            }
        }
    }

    private func peek(_ offset: Int) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    private func starts(with text: StaticString, at index: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        return bytes[index..<index + count].elementsEqual(text.description.utf8)
    }

    private mutating func emit(_ kind: Token.Kind, _ range: Range<Int>, line: Int) {
        tokens.append(Token(kind: kind, range: range, line: line))
    }

    private mutating func mark() {
        emit(.mark, position..<position + 1, line: line)
        position += 1
    }

    private mutating func word() {
        let start = position
        while position < bytes.count, bytes[position].isWordPart { position += 1 }
        emit(.word, start..<position, line: line)
    }

    private mutating func number() {
        let start = position
        while position < bytes.count {
            let isFraction = bytes[position] == UInt8(ascii: ".") && peek(1).isDigit
            guard bytes[position].isWordPart || isFraction else { break }
            position += 1
        }
        emit(.number, start..<position, line: line)
    }

    private mutating func backticked() {
        let start = position + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "`"), bytes[end] != UInt8(ascii: "\n") {
            end += 1
        }
        emit(.word, start..<end, line: line)
        position = min(end + 1, bytes.count)
    }

    private mutating func slash() {
        switch peek(1) {
        case UInt8(ascii: "/"): lineComment()
        case UInt8(ascii: "*"): blockComment()
        default:
            // A division, or a regular expression where an operand may stand.
            if operandMayStand, let end = regexEnd() {
                emit(.regex, position + 1..<end, line: line)
                position = end + 1
            } else {
                mark()
            }
        }
    }

    private mutating func lineComment() {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        let isDoc = starts(with: "///", at: start) && !starts(with: "////", at: start)
        emit(isDoc ? .docComment : .comment, start..<position, line: line)
    }

    private mutating func blockComment() {
        let start = position
        let firstLine = line
        var depth = 0
        repeat {
            if starts(with: "/*", at: position) {
                depth += 1
                position += 2
            } else if starts(with: "*/", at: position) {
                depth -= 1
                position += 2
            } else {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        } while depth > 0 && position < bytes.count
        let isDoc = starts(with: "/**", at: start) && !starts(with: "/**/", at: start)
        emit(isDoc ? .docComment : .comment, start..<position, line: firstLine)
    }

    /// `#` opens a raw string, an extended regular expression, or a directive such as `#if`.
    private mutating func pound() {
        var pounds = 0
        while peek(pounds) == UInt8(ascii: "#") { pounds += 1 }
        if peek(pounds) == UInt8(ascii: "\"") {
            position += pounds
            string(pounds: pounds)
        } else if peek(pounds) == UInt8(ascii: "/") {
            extendedRegex(pounds: pounds)
        } else {
            mark()
        }
    }

    private mutating func extendedRegex(pounds: Int) {
        let start = position + pounds + 1
        let firstLine = line
        position = start
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "/") && closes(pounds: pounds, after: position + 1) {
                emit(.regex, start..<position, line: firstLine)
                position += 1 + pounds
                return
            }
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    /// Reads a string whose opening quote is at `position`.
    private mutating func string(pounds: Int) {
        let isMultiline = starts(with: "\"\"\"", at: position)
        let quotes = isMultiline ? 3 : 1
        position += quotes
        var start = position
        var firstLine = line
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") && (!isMultiline || starts(with: "\"\"\"", at: position))
                && closes(pounds: pounds, after: position + quotes)
            {
                emit(.string, start..<position, line: firstLine)
                position += quotes + pounds
                return
            }
            if byte == UInt8(ascii: "\\") && closes(pounds: pounds, after: position + 1) {
                let escaped = peek(1 + pounds)
                guard escaped == UInt8(ascii: "(") else {
                    position += 1 + pounds + (escaped == UInt8(ascii: "\n") ? 0 : 1)
                    continue
                }
                emit(.string, start..<position, line: firstLine)
                position += 1 + pounds
                mark()
                code(untilParenthesis: true)
                if position < bytes.count { mark() }
                start = position
                firstLine = line
                continue
            }
            if byte == UInt8(ascii: "\n") {
                // A plain string that does not close on its line is broken: let the compiler say
                // so.
                if !isMultiline { return }
                line += 1
            }
            position += 1
        }
    }

    private func closes(pounds: Int, after index: Int) -> Bool {
        guard index + pounds <= bytes.count else { return false }
        return bytes[index..<index + pounds].allSatisfy { $0 == UInt8(ascii: "#") }
    }

    /// True where a value may begin, so that `/` cannot be a division.
    private var operandMayStand: Bool {
        guard let last = tokens.last(where: { $0.kind != .comment && $0.kind != .docComment })
        else {
            return true
        }
        return last.kind == .mark && "(,=:[{".utf8.contains(bytes[last.range.lowerBound])
    }

    /// The closing slash of a bare regular expression that opens at `position`.
    private func regexEnd() -> Int? {
        guard peek(1) != UInt8(ascii: " "), peek(1) != UInt8(ascii: "\n") else { return nil }
        var index = position + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
            if bytes[index] == UInt8(ascii: "/") { return index }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    fileprivate var isWordStart: Bool {
        let lower = self | 0x20
        let isLetter = lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
        return isLetter || self == UInt8(ascii: "_") || self >= 0x80 || self == UInt8(ascii: "$")
    }
    fileprivate var isWordPart: Bool { isWordStart || isDigit }
}

/// Splits a command line into words as a POSIX shell does, and does nothing else that a shell does.
///
/// Blanks separate words; `'...'` keeps everything; `"..."` keeps everything but `\"`, `\\`, `\$`
/// and `` \` ``; a backslash outside quotes keeps the next character. Characters that would make a
/// shell do more (`|`, `>`, `$`, ...) are refused outside quotes, since they would silently become
/// arguments.
enum WordSplitter {
    enum Fault: Error, Equatable {
        case openQuote(Character)
        case trailingBackslash
        /// The character, and its place in the text in Unicode scalars from 0.
        case needsShell(Character, offset: Int)
        case empty
    }

    static func words(of line: String) throws(Fault) -> [String] {
        var words: [String] = []
        var word = ""
        var hasWord = false
        var quote: Character?
        var offset = 0
        var rest = line[...]
        while let character = rest.popFirst() {
            defer { offset += character.unicodeScalars.count }
            if let open = quote {
                if character == open {
                    quote = nil
                } else if open == "\"", character == "\\", let next = rest.first,
                    "\"\\$`".contains(next)
                {
                    word.append(next)
                    rest.removeFirst()
                    offset += 1
                } else {
                    word.append(character)
                }
                continue
            }
            switch character {
            case " ", "\t", "\n", "\r\n", "\r":
                if hasWord { words.append(word) }
                (word, hasWord) = ("", false)
            case "'", "\"":
                (quote, hasWord) = (character, true)
            case "\\":
                guard let next = rest.popFirst() else { throw .trailingBackslash }
                // A backslash before a line break joins the lines.
                if next != "\n" { (word, hasWord) = (word + String(next), true) }
                offset += next.unicodeScalars.count
            case "|", "&", ";", "<", ">", "(", ")", "$", "`":
                throw .needsShell(character, offset: offset)
            default:
                word.append(character)
                hasWord = true
            }
        }
        if let quote { throw .openQuote(quote) }
        if hasWord { words.append(word) }
        if words.isEmpty { throw .empty }
        return words
    }
}

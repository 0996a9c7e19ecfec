/// One lexical element of a Swift file, as a range of its bytes.
struct Token: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// An identifier or keyword; with backticks the range is what stands between them.
        case word
        case number
        /// A literal stretch of a string, without its quotes. Interpolated code gives tokens of its
        /// own.
        case string
        /// A regular-expression literal.
        case regex
        /// `//` to the end of the line, or a block comment.
        case comment
        /// `///` or `/**`.
        case docComment
        /// One punctuation byte.
        case mark
    }
    var kind: Kind
    var range: Range<Int>
    /// The line of the first byte, counted from 1.
    var line: Int
}

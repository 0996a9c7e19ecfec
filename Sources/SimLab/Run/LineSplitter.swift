/// Cuts a stream of bytes into lines, whatever the pieces are in which it comes.
///
/// A line longer than the limit is cut there and goes on as the next line.
struct LineSplitter {
    /// Bytes that one line may have before it is cut: 8 KiB, a page of a log that nobody reads
    /// further.
    static let lineLimit = 8_192

    private var rest: [UInt8] = []

    /// Adds a piece and returns the lines that it completes.
    mutating func append(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeEndedLine())
                continue
            }
            // A line that just fills the limit is whole when its end follows.
            if rest.count > Self.lineLimit
                || rest.count == Self.lineLimit && byte != UInt8(ascii: "\r")
            {
                lines.append(takeLine())
            }
            rest.append(byte)
        }
        return lines
    }

    /// What was not ended by a newline when the stream ended.
    mutating func finish() -> String? {
        rest.isEmpty ? nil : takeEndedLine()
    }

    private mutating func takeEndedLine() -> String {
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return takeLine()
    }

    private mutating func takeLine() -> String {
        defer { rest.removeAll(keepingCapacity: true) }
        return String(decoding: rest, as: UTF8.self)
    }
}

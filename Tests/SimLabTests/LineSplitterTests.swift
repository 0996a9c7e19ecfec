import Testing

@testable import SimLab

struct LineSplitterTests {
    /// The lines of a text that comes in pieces of `piece` bytes, and the unended rest.
    private func lines(_ text: String, piece: Int) -> [String] {
        var splitter = LineSplitter()
        let bytes = Array(text.utf8)
        var found: [String] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            found += splitter.append(bytes[start..<min(start + piece, bytes.count)])
        }
        if let rest = splitter.finish() { found.append(rest) }
        #expect(splitter.finish() == nil, "the end is told once")
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func `the pieces do not matter`(piece: Int) {
        #expect(
            lines("one\ntwo\r\n\n\rü\r\nrest\r", piece: piece)
                == ["one", "two", "", "\rü", "rest"])
        #expect(lines("", piece: piece) == [])
        #expect(lines("\n", piece: piece) == [""])
    }

    @Test(arguments: [1, 4_096, 100_000])
    func `a line that fills the limit is whole`(piece: Int) {
        let full = String(repeating: "x", count: LineSplitter.lineLimit)
        #expect(lines(full + "\nnext\n", piece: piece) == [full, "next"])
        #expect(lines(full + "\r\nnext\n", piece: piece) == [full, "next"])
        #expect(lines(full, piece: piece) == [full])
    }

    @Test func `a longer line goes on as the next one and loses nothing`() {
        let full = String(repeating: "x", count: LineSplitter.lineLimit)
        #expect(lines(full + "y\n", piece: 999) == [full, "y"])
        #expect(lines(full + full + "\n", piece: 999) == [full, full])
        let ends = String(full.dropLast()) + "\r"
        #expect(lines(ends + "y\n", piece: 999).joined() == ends + "y")
        let returns = String(repeating: "\r", count: 3 * LineSplitter.lineLimit)
        #expect(lines(returns + "y\n", piece: 999).joined() == returns + "y")
        #expect(
            lines(returns, piece: 999).allSatisfy {
                $0.utf8.count <= LineSplitter.lineLimit + 1
            })
    }

    @Test func `bytes that are no UTF-8 become replacement characters`() {
        var splitter = LineSplitter()
        #expect(splitter.append([0x61, 0xff, 0x62, 0x0a][...]) == ["a\u{fffd}b"])
    }
}

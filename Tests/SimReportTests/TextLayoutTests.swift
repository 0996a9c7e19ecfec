import Testing

@testable import SimReport

struct TextLayoutTests {
    @Test(arguments: [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("a b c d", 3, ["a b", "c d"]),
        ("much-too-long x", 4, ["much-too-long", "x"]),
        ("x much-too-long", 4, ["x", "much-too-long"]),
        ("a  b", 4, ["a  b"]),
    ])
    func `text is broken at blanks and nowhere else`(row: (String, Int, [String])) {
        #expect(TextLayout.wrapped(row.0, width: row.1) == row.2)
    }

    @Test(arguments: [
        (0, 0, ""),
        (1, 0, "h1"),
        (2, 6, "h1, h2"),
        (2, 5, "2 in all"),
        (3, 10, "h1, h2, h3"),
        (3, 13, "h1, h2, h3"),
        (4, 13, "h1 and 3 more"),
        (4, 12, "4 in all"),
        (6, 99, "h1, h2, h3, h4, h5, h6"),
        (7, 99, "h1, h2, h3, h4, h5, h6 and 1 more"),
    ])
    func `a list is cut to what fits, and says how much it leaves out`(row: (Int, Int, String)) {
        let items = (0..<row.0).map { "h\($0 + 1)" }
        #expect(TextLayout.listed(items, width: row.1) == row.2)
    }
}

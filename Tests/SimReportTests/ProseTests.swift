import Testing

@testable import SimReport

/// Why a scenario exists, as its author wrote it over several lines.
struct ProseTests {
    @Test func `dashes make a list, empty lines paragraphs, and other breaks nothing`() {
        let prose = Prose("One\n  line.\n- 200/s: so\n  many.\n- p99: <b>\n\nAnd\nmore.\n")
        #expect(
            prose.blocks == [
                .paragraph("One line."), .list(["200/s: so many.", "p99: <b>"]),
                .paragraph("And more."),
            ])
        #expect(prose.html.text.contains("<li>p99: &lt;b&gt;</li></ul><p>And more.</p>"))
    }

    @Test(arguments: ["", "\n\n", "   "])
    func `nothing but blanks is nothing`(text: String) {
        #expect(Prose(text).blocks.isEmpty)
    }

    @Test func `a dash alone is a word`() {
        #expect(Prose("-\n- ").blocks == [.paragraph("- -")])
    }
}

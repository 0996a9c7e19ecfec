import CommyBase
import SimModel
import Testing

struct ReportedLineTests {
    @Test func `ordinary output is no report`() {
        for line in ["", "hello", " @commy member", "@commyness member", "@comm", "x @commy y"] {
            #expect(ReportedLine(line) == nil, "\(line)")
        }
    }

    @Test func `a report has a kind and fields, sorted by name`() throws {
        let line = try #require(ReportedLine("@commy member state=dead peer=b rtt_us=12 why="))
        guard case .report(let kind, let fields) = line else {
            Issue.record("\(line)")
            return
        }
        #expect(kind == "member")
        #expect(fields.text == "peer=b rtt_us=12 state=dead why=")
        #expect(fields["peer"] == "b" && fields["why"] == "" && fields["nobody"] == nil)
    }

    @Test func `a kind alone is a report`() {
        #expect(ReportedLine("@commy started") == .report(kind: "started", []))
    }

    @Test func `a value holds anything, percent-encoded or with an equals sign`() {
        #expect(
            ReportedLine("@commy note text=a%20b%25%C3%A9%0a pair=x=y")
                == .report(
                    kind: "note", [.init("text", "a b%é\n"), .init("pair", "x=y")]))
    }

    @Test(arguments: [
        ("@commy", "no kind follows"), ("@commy ", "no kind follows"),
        ("@commy Member", "no kind follows"), ("@commy 9x", "no kind follows"),
        ("@commy mem_ber", "no kind follows"), ("@commy  member", "no kind follows"),
        ("@commy member peer", "'peer' is no key=value"),
        ("@commy member =b", "'=b' is no key=value"), ("@commy member peer=b ", "'' is no key"),
        ("@commy member pe-er=b", "'pe-er=b' is no key"),
        ("@commy member a=1 a=2", "the key 'a' comes twice"),
        ("@commy member a=%2", "hexadecimal"), ("@commy member a=%zz", "hexadecimal"),
        ("@commy member a=%ff", "no UTF-8"),
    ])
    func `a broken report says what is wrong with it`(line: String, reason: String) {
        guard case .malformed(let said) = ReportedLine(line) else {
            Issue.record("\(line) was taken")
            return
        }
        #expect(said.contains(reason), "\(said)")
    }

    @Test func `a report is bounded in length and in pairs`() {
        let long = "@commy note text=" + String(repeating: "x", count: ReportedLine.byteLimit)
        #expect(ReportedLine(long) == .malformed("it is longer than 4096 bytes"))
        let pairs = (0...ReportedLine.fieldLimit).map { " k\($0)=v" }.joined()
        #expect(ReportedLine("@commy note\(pairs)") == .malformed("it has more than 64 pairs"))
    }

    @Test func `any bytes give a report, a reason or nothing`() {
        var random = RandomStream(key: RandomKey(seed: 7))
        let alphabet = Array("@commy member=%2aF_ \u{0}é\t\"=".unicodeScalars)
        for _ in 0..<20_000 {
            var text = Bool.random(using: &random) ? "@commy " : ""
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "x")
            }
            if case .report(let kind, let fields) = ReportedLine(text) {
                #expect(!kind.isEmpty && fields.fields.count <= ReportedLine.fieldLimit)
            }
        }
    }
}

import CommyBase
import CommyWire
import Testing

/// The rows about `traceparent` and `tracestate` follow the test suite of the W3C working group.
struct TraceTests {
    private static let ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"

    @Test(arguments: ["00-\(ids)-01", "00-\(ids)-00", "00-\(ids)-ff"])
    func `a traceparent is written as it was read`(_ text: String) throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.description == text)
    }

    @Test(arguments: [
        "", "00-\(ids)", "00-\(ids)-1", "00-\(ids)-01-", "00-\(ids)-01-what", "00-\(ids)-01.",
        "ff-\(ids)-01", "cc-\(ids)-01.what", "0-\(ids)-01", "00-\(ids)-0X", "0x-\(ids)-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-001",
        " 00-\(ids)-01", "00-\(ids)-01 ", "\u{e4}0-\(ids)-0",
    ])
    func `a traceparent that breaks a rule is none`(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test(arguments: ["cc-\(ids)-05", "cc-\(ids)-05-what-the-future-holds"])
    func `a later version is read as far as this one knows it`(_ text: String) throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.description == "00-\(Self.ids)-01")
    }

    @Test(arguments: [
        ("foo=1", "foo=1"), ("foo=1,bar=2", "foo=1,bar=2"), ("foo=1 \t , \t bar=2", "foo=1,bar=2"),
        ("foo=1,,,bar=2", "foo=1,bar=2"), ("", ""), ("foo@tenant=a b", "foo@tenant=a b"),
        ("foo= 1", "foo= 1"), ("0foo=1", "0foo=1"),
    ])
    func `a tracestate is brought into one form`(_ text: String, _ canonical: String) throws {
        #expect(try #require(TraceState(text)).text == canonical)
    }

    @Test(arguments: [
        "foo", "=1", "foo=", "FOO=1", "foo=1,foo=2", "foo=b=c", "foo =1", "foo=\u{7f}", "@foo=1",
        "foo=" + String(repeating: "v", count: 257), String(repeating: "k", count: 257) + "=1",
        (0..<33).map { "k\($0)=1" }.joined(separator: ","),
        "a=" + String(repeating: "v", count: 255) + ",b=" + String(repeating: "v", count: 255),
    ])
    func `a tracestate that breaks a rule is none`(_ text: String) {
        #expect(TraceState(text) == nil)
    }

    @Test func `the newest member stands in front and the oldest go when it is long`() throws {
        let state = try #require(TraceState("a=1,b=2,c=3"))
        #expect(state.setting("b", to: "9")?.text == "b=9,a=1,c=3")
        let full = try #require(
            TraceState((0..<32).map { "k\($0)=1" }.joined(separator: ",")))
        let members = try #require(full.setting("new", to: "1")).members
        #expect(members.count == 32)
        #expect(members.first?.key == "new")
        #expect(members.last?.key == "k30")
    }

    @Test func `a correlation id is read as it is written`() {
        var random = RandomStream(key: RandomKey(seed: 5))
        let id = CorrelationID(drawingFrom: &random)
        #expect(CorrelationID(id.description) == id)
        #expect(CorrelationID("xyz") == nil)
        #expect(CorrelationID(high: 0, low: 15).description.hasSuffix("00f"))
    }
}

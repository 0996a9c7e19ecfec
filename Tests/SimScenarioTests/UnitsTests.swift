import Testing

@testable import SimScenario

struct UnitsTests {
    @Test(arguments: [
        ("40ms", Duration.milliseconds(40)), ("1.5s", .milliseconds(1_500)),
        ("250us", .microseconds(250)), ("2m", .seconds(120)), ("0s", .zero),
        ("7ns", .nanoseconds(7)), ("1h", .seconds(3_600)), ("0.1ms", .microseconds(100)),
    ])
    func `a duration is a number and its unit`(text: String, expected: Duration) {
        #expect(Units.duration(text) == .success(expected))
    }

    @Test(arguments: [
        "", "40", "ms", "-1s", "1 s", "1..2s", "1.s", ".5s", "1e3s", "inf", "25h", "0.1ns",
    ])
    func `a duration that is none is refused`(text: String) {
        #expect(throws: UnitFault.self) { try Units.duration(text).get() }
    }

    @Test(arguments: [("0.1%", 0.001), ("0.001", 0.001), ("100%", 1), ("0", 0), ("1", 1)])
    func `a share is a percentage or a number up to one`(text: String, expected: Double) {
        #expect(Units.probability(text) == .success(expected))
    }

    @Test(arguments: ["100.1%", "1.1", "-1%", "%", "1 %", "NaN", "1e-3"])
    func `a share that is none is refused`(text: String) {
        #expect(throws: UnitFault.self) { try Units.probability(text).get() }
    }

    @Test(arguments: [("10mbit", 1e7), ("1gbit", 1e9), ("500kbit", 5e5), ("1.5mbit", 1.5e6)])
    func `a bit rate counts in thousands`(text: String, expected: Double) {
        #expect(Units.bitRate(text) == .success(expected))
    }

    @Test(arguments: [
        ("1KiB", 1_024), ("64kB", 64_000), ("1500B", 1_500), ("1500", 1_500), ("0B", 0),
    ])
    func `a size is in bytes with or without its unit`(text: String, expected: Int) {
        #expect(Units.size(text) == .success(expected))
    }

    @Test(arguments: [("200/s", 200.0), ("30/m", 0.5)])
    func `a request rate is per second or per minute`(text: String, expected: Double) {
        #expect(Units.requestRate(text) == .success(expected))
    }

    @Test(arguments: [("p99", 0.99), ("p50", 0.5), ("p99.9", 0.999)])
    func `a percentile is a share`(key: String, expected: Double) throws {
        let quantile = try #require(DocumentReader.quantile(key))
        #expect(abs(quantile - expected) < 1e-12)
    }
}

struct SuggestionTests {
    @Test(arguments: [
        ("latencyy", "latency"), ("ltaency", "latency"), ("Latency", "latency"), ("los", "loss"),
        ("rat", "rate"),
    ])
    func `a slip finds the word that was meant`(word: String, meant: String) {
        let words = ["latency", "loss", "rate", "queue"]
        #expect(Suggestion.nearest(to: word, among: words) == meant)
    }

    @Test func `a word that is far from all has no suggestion`() {
        #expect(Suggestion.nearest(to: "bandwidth", among: ["latency", "loss"]) == nil)
        #expect(Suggestion.nearest(to: "x", among: ["a", "b"]) == nil)
    }
}

struct WordSplitterTests {
    @Test(arguments: [
        ("nginx -g 'daemon off;' -c x", ["nginx", "-g", "daemon off;", "-c", "x"]),
        (#"a "b c" d\ e"#, ["a", "b c", "d e"]),
        (#"a "" '' b"#, ["a", "", "", "b"]),
        (#"a "\"\\\$x" 'b\'"#, ["a", #""\$x"#, #"b\"#]),
        ("  a\t b\n c ", ["a", "b", "c"]),
        ("a'b'\"c\"d", ["abcd"]),
    ])
    func `a line splits as a shell splits it`(line: String, words: [String]) throws {
        #expect(try WordSplitter.words(of: line) == words)
    }

    @Test(arguments: [
        ("'a", WordSplitter.Fault.openQuote("'")), ("a\\", .trailingBackslash), (" ", .empty),
        ("a | b", .needsShell("|", offset: 2)), ("a $HOME", .needsShell("$", offset: 2)),
    ])
    func `a line that needs a shell or never ends is refused`(
        line: String, fault: WordSplitter.Fault
    ) {
        #expect(throws: fault) { try WordSplitter.words(of: line) }
    }
}

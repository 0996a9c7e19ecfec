import CommyBase
import CommyWire
import Foundation
import Testing

/// The rows follow RFC 8259 and the cases of "Parsing JSON is a minefield" (N. Seriot).
struct JSONTests {
    @Test(
        arguments: [
            ("0", .unsigned(0)), ("-0", .double(-0.0)), ("-1", .integer(-1)),
            ("18446744073709551615", .unsigned(.max)),
            ("18446744073709551616", .double(18_446_744_073_709_551_616)),
            ("-9223372036854775808", .integer(.min)),
            ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
            ("1.5e2", .double(150)), ("1E+2", .double(100)), ("0e0", .double(0)),
            ("1e-400", .double(0)), ("0.1", .double(0.1)),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("123456789012345678901234567890", .double(1.2345678901234568e29)),
            ("\"\"", .text("")), ("\"\\u00e9\\n\\/\\\"\"", .text("\u{e9}\n/\"")),
            ("\"\\ud834\\udd1e\"", .text("\u{1d11e}")), ("\"\\u0000\"", .text("\u{0}")),
            ("\"\u{7f}\u{2028}\"", .text("\u{7f}\u{2028}")),
            (" [ true , false , null ] ", .list([.bool(true), .bool(false), .null])),
            ("[]", .list([])), ("{}", .map([])), ("\t\r\n{\"\":[]}", .map([entry("", .list([]))])),
            ("{\"a\\u0062\":1}", .map([entry("ab", .unsigned(1))])),
        ] as [(String, PayloadValue)])
    func `what the standard allows is read`(_ text: String, _ value: PayloadValue) throws {
        let read = try PayloadCodec.decode(PayloadValue.self, from: Array(text.utf8), as: .json)
        #expect(read == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulL", "True", "[1,]", "[,1]", "[1 2]", "[", "[1", "]", "{", "{}}", "{]",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}",
        "01", "-", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity",
        "-Infinity", "1e400", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"",
        "\"\t\"", "\"\\ud834\"", "\"\\ud834x\"", "\"\\ud834\\u0041\"", "\"\\udd1e\"", "1 1",
        "[1]x", "/**/1", "1//x", "\u{feff}1", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "\u{c}1", "[\"a\",\n4\n,1,", "truefalse",
    ])
    func `what the standard forbids is refused`(_ text: String) {
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(PayloadValue.self, from: Array(text.utf8), as: .json)
        }
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xe6, 0xb0, 0x22],
            [0x22, 0x5c, 0x6e, 0x80, 0x22], [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused where they stand`(_ bytes: [UInt8]) {
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(PayloadValue.self, from: bytes, as: .json)
        }
        #expect(error?.kind == .invalidUTF8)
        #expect(error?.offset == bytes.firstIndex { $0 >= 0x80 })
    }

    @Test func `numbers are read as the standard library reads them`() throws {
        var random = RandomStream(key: RandomKey(seed: 11))
        for _ in 0..<3_000 {
            let text = Self.number(&random)
            let expected = try #require(Double(text))
            guard expected.isFinite else { continue }
            let read = try PayloadCodec.decode(Double.self, from: Array(text.utf8), as: .json)
            #expect(read.bitPattern == expected.bitPattern, "\(text)")
            let single = try #require(Float(text))
            guard single.isFinite else { continue }
            let narrow = try PayloadCodec.decode(Float.self, from: Array(text.utf8), as: .json)
            #expect(narrow.bitPattern == single.bitPattern, "\(text)")
        }
    }

    @Test func `Foundation reads what is written`() throws {
        struct Excerpt: Codable, Equatable {
            var name = Order.full.name
            var payment = Order.full.payment
            var lines = Order.full.lines
            var tags = Order.full.tags
            var optionals = Order.full.optionals
            var grid = Order.full.grid
            var ratio = Order.full.ratio
            var pairs = Order.full.pairs
        }
        let bytes = try PayloadCodec.encode(Excerpt(), as: .json)
        #expect(try JSONDecoder().decode(Excerpt.self, from: Data(bytes)) == Excerpt())
        let foundation = Array(try JSONEncoder().encode(Excerpt()))
        #expect(try PayloadCodec.decode(Excerpt.self, from: foundation, as: .json) == Excerpt())
    }

    @Test(arguments: ["1.0", "1e0", "10e-1"])
    func `a whole number may be spelled like a fraction`(_ text: String) throws {
        #expect(try PayloadCodec.decode(Int.self, from: Array(text.utf8), as: .json) == 1)
    }

    @Test func `infinity and not-a-number cannot be written`() {
        for value in [Double.infinity, .nan] {
            #expect(throws: PayloadError.self) { try PayloadCodec.encode([value], as: .json) }
            #expect(throws: PayloadError.self) {
                try PayloadCodec.encode([Float(value)], as: .json)
            }
        }
    }

    @Test(arguments: [
        ("AA==", [0]), ("AAE=", [0, 1]), ("AAEC", [0, 1, 2]), ("+/8=", [0xfb, 0xff]), ("", []),
    ])
    func `bytes stand as base64`(_ text: String, _ bytes: [UInt8]) throws {
        let json = Array("\"\(text)\"".utf8)
        #expect(try PayloadCodec.encode(bytes, as: .json) == json)
        #expect(try PayloadCodec.decode([UInt8].self, from: json, as: .json) == bytes)
    }

    @Test(arguments: [
        "A", "AA=", "AAA", "AA=A", "====", "AB==", "AAF=", "A===", "AA-_", "AA==AA==",
    ])
    func `what is no base64 is refused`(_ text: String) {
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode([UInt8].self, from: Array("\"\(text)\"".utf8), as: .json)
        }
    }

    private static func entry(_ key: String, _ value: PayloadValue) -> PayloadValue.Entry {
        PayloadValue.Entry(key: key, value: value)
    }

    private static func number(_ random: inout RandomStream) -> String {
        var digits = ""
        for _ in 0...random.next() % 25 { digits += "\(random.next() % 10)" }
        let whole = String(Int(digits.prefix(1)) == 0 ? "0" : digits.prefix(10))
        let fraction = random.next() % 2 == 0 ? "" : "." + digits
        let exponent = random.next() % 2 == 0 ? "" : "e\(Int(random.next() % 700) - 350)"
        return (random.next() % 2 == 0 ? "-" : "") + whole + fraction + exponent
    }
}

import CommyWire
import Foundation
import Testing

/// Payloads of other implementations; Fixtures/wire-vectors/README.md says whose.
struct VectorTests {
    @Test(
        arguments: [
            ("messagepack.tsv", PayloadFormat.messagePack, 464), ("cbor.tsv", .cbor, 437),
            ("cbor-appendix-a.tsv", .cbor, 81), ("cbor-not-well-formed.tsv", .cbor, 94),
        ] as [(String, PayloadFormat, Int)])
    func `what others wrote is read alike and written alike`(
        _ file: String, _ format: PayloadFormat, _ count: Int
    ) throws {
        let rows = try Self.rows(file)
        #expect(rows.count == count)
        for row in rows {
            let (bytes, notation, form) = row
            guard notation != "refused" else {
                #expect(throws: PayloadError.self, "\(file): \(bytes.hex)") {
                    try PayloadCodec.decode(PayloadValue.self, from: bytes, as: format)
                }
                continue
            }
            let value = try PayloadCodec.decode(PayloadValue.self, from: bytes, as: format)
            #expect(value.notation == notation, "\(file): \(bytes.hex)")
            let written = try PayloadCodec.encode(value, as: format)
            #expect((written == bytes) == (form == "same"), "\(bytes.hex): \(written.hex)")
        }
    }

    @Test(arguments: [(31, "bf"), (255, "d9ff"), (65_535, "daffff"), (65_536, "db00010000")])
    func `long texts get longer heads in MessagePack`(_ count: Int, _ head: String) throws {
        let bytes = try PayloadCodec.encode(String(repeating: "x", count: count), as: .messagePack)
        #expect(Array(bytes.dropLast(count)).hex == head)
    }

    @Test func `a type is written as others write its fields`() throws {
        struct Point: Codable {
            var label = "p"
            var x = -1
            var y: UInt8 = 200
            var z: Float? = nil
        }
        // Written by the packages msgpack and cbor2 (canonical) from label p, x -1, y 200.
        let packed = try PayloadCodec.encode(Point(), as: .messagePack)
        #expect(packed.hex == "83a56c6162656ca170a178ffa179ccc8")
        let cbor = try PayloadCodec.encode(Point(), as: .cbor)
        #expect(cbor.hex == "a36178206179" + "18c8" + "656c6162656c6170")
    }

    private static func rows(_ file: String) throws -> [(bytes: [UInt8], String, String)] {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/wire-vectors/\(file)")
        return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            return (try #require([UInt8](hex: parts[0])), String(parts[1]), String(parts[2]))
        }
    }
}

extension PayloadValue {
    /// The notation of Fixtures/wire-vectors.
    fileprivate var notation: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .float(let value): PayloadValue.double(Double(value)).notation
        case .double(let value):
            value.isNaN
                ? "f:nan"
                : "f:" + String(repeating: "0", count: value.bitPattern.leadingZeroBitCount / 4)
                    + (value.bitPattern == 0 ? "" : String(value.bitPattern, radix: 16))
        case .text(let text): "t:" + Array(text.utf8).hex
        case .bytes(let bytes): "b:" + bytes.hex
        case .list(let values): "[" + values.map(\.notation).joined(separator: ",") + "]"
        case .map(let entries):
            "{"
                + entries.map { "t:" + Array($0.key.utf8).hex + "=" + $0.value.notation }
                .joined(separator: ",") + "}"
        }
    }
}

extension [UInt8] {
    /// Two lower-case digits for each byte.
    var hex: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Reads digits; blanks between bytes are allowed. Nil when something else stands there.
    init?(hex text: some StringProtocol) {
        let digits = String(text.filter { !$0.isWhitespace })
        guard digits.count % 2 == 0 else { return nil }
        self = []
        var rest = digits[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            append(byte)
            rest = rest.dropFirst(2)
        }
    }
}

import CommyWire
import Testing

struct PayloadViewTests {
    @Test func `fields are read in place`() throws {
        struct Reading: Codable {
            var name = "sensor"
            var samples = [1.5, -2.5]
            var counts: [UInt16] = [1, 2, 65_535]
            var nested = ["deep": [true, false]]
            var nothing: [Int?] = [nil, -5]
            var ratio: Float = 0.5
            var blob: [UInt8] = [9, 8]
        }
        let bytes = try PayloadCodec.encode(Reading(), as: .view)
        let span = unsafe bytes.span.bytes
        let root = try PayloadView.checked(span)
        #expect(try PayloadView(root: span) == root)
        #expect(try root.count(span) == 7)
        #expect(try root.field("name", span)?.text(span) == "sensor")
        #expect(try root.field("missing", span) == nil)
        #expect(try root.field("ratio", span)?.double(span) == 0.5)
        let content = try #require(try root.field("blob", span)).content(span)
        #expect(Array(bytes[content]) == [9, 8])
        let counts = try #require(try root.field("counts", span)).numbers(UInt16.self, span)
        #expect(Array(bytes[counts]) == [1, 0, 2, 0, 255, 255])
        #expect(counts.lowerBound % 8 == 0)
        let samples = try #require(try root.field("samples", span)).doubles(span)
        #expect(samples.count == 16)
        let deep = try root.field("nested", span)?.field("deep", span)
        #expect(try deep?.element(1, span).bool(span) == false)
        let nothing = try #require(try root.field("nothing", span))
        #expect(try nothing.element(0, span).isNull(span))
        #expect(try nothing.element(1, span).integer(Int8.self, span) == -5)
    }

    @Test func `what is not there or of another type is an error`() throws {
        let bytes = try PayloadCodec.encode(["a": 300], as: .view)
        let span = unsafe bytes.span.bytes
        let root = try PayloadView(root: span)
        let field = try #require(try root.field("a", span))
        #expect(throws: PayloadError.self) { try field.text(span) }
        #expect(throws: PayloadError.self) { try field.integer(UInt8.self, span) }
        #expect(throws: PayloadError.self) { try field.element(0, span) }
        #expect(throws: PayloadError.self) { try root.numbers(Int.self, span) }
        #expect(throws: PayloadError.self) { try root.element(0, span) }
    }

    @Test func `a message that is altered in any byte is refused or read without harm`() throws {
        let bytes = try PayloadCodec.encode(Order.full, as: .view)
        var refused = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                var altered = bytes
                altered[index] ^= 1 << UInt8(bit)
                do {
                    _ = try PayloadCodec.decode(PayloadValue.self, from: altered, as: .view)
                } catch {
                    refused += 1
                }
            }
        }
        // Values may change; every offset, count and padding may not.
        #expect(refused > bytes.count * 8 / 2)
    }

    @Test func `one content cannot stand for two values`() throws {
        var bytes = try PayloadCodec.encode(["ab", "cd"], as: .view)
        // The second element's offset: behind the header, the root and the first slot.
        #expect(bytes[48] == 64)
        bytes[48] = 56
        #expect(throws: PayloadError.self) {
            try unsafe PayloadView.checked(bytes.span.bytes)
        }
    }
}

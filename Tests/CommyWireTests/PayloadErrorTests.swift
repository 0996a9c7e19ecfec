import CommyBase
import CommyWire
import Testing

/// What an error says: what is wrong, at which byte, and where in the value.
struct PayloadErrorTests {
    private struct Item: Codable {
        var count: UInt8
        var name: String
    }
    private struct Basket: Codable {
        var items: [Item]
    }

    @Test(
        arguments: [
            (
                #"{"items":[{"count":1,"name":"a"},{"count":300,"name":"b"}]}"#,
                PayloadError.Kind.numberDoesNotFit, 42, "items[1].count"
            ),
            (#"{"items":[{"count":-1,"name":"a"}]}"#, .numberDoesNotFit, 19, "items[0].count"),
            (#"{"items":[{"count":1.5,"name":"a"}]}"#, .numberDoesNotFit, 19, "items[0].count"),
            (
                #"{"items":[{"count":"1","name":"a"}]}"#, .typeMismatch("integer"), 19,
                "items[0].count"
            ),
            (#"{"items":[{"count":1,"name":null}]}"#, .missingValue, 28, "items[0].name"),
            (#"{"items":[{"count":1}]}"#, .missingKey, 10, "items[0].name"),
            (#"{"items":{}}"#, .typeMismatch("list"), 9, "items"),
            (#"{"items":[7]}"#, .typeMismatch("map"), 10, "items[0]"),
            (#"[]"#, .typeMismatch("map"), 0, ""),
            (#"{"items":[}"#, .malformed("JSON value"), 10, ""),
            (#"{"items":[{"a":1,"b":2,"a":3}]}"#, .duplicateKey, 27, ""),
            (#"{"items":["#, .truncated, 10, ""),
            (#"{"items":[]}]"#, .trailingBytes, 12, ""),
        ])
    func `an error says what, at which byte, and where`(
        _ text: String, _ kind: PayloadError.Kind, _ offset: Int, _ path: String
    ) {
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(Basket.self, from: Array(text.utf8), as: .json)
        }
        #expect(error?.kind == kind)
        #expect(error?.offset == offset)
        #expect(error?.pathText == path)
        #expect(error?.commyError.code == .payloadUnreadable)
    }

    @Test(arguments: PayloadFormat.coded)
    func `a payload that ends early is refused at every length`(_ format: PayloadFormat) throws {
        let bytes = try PayloadCodec.encode(Order.full, as: format)
        for count in 0..<bytes.count {
            #expect(throws: PayloadError.self, "\(count) bytes") {
                try PayloadCodec.decode(Order.self, from: Array(bytes.prefix(count)), as: format)
            }
        }
    }

    @Test(arguments: PayloadFormat.coded)
    func `bytes behind a payload are refused`(_ format: PayloadFormat) throws {
        let bytes = try PayloadCodec.encode(Order.full, as: format)
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(Order.self, from: bytes + [0], as: format)
        }
    }

    @Test(arguments: PayloadFormat.coded)
    func `a value that is too deep is neither written nor read`(_ format: PayloadFormat) throws {
        struct Nest: Codable {
            var inner: [Nest]

            init(depth: Int) { inner = depth == 0 ? [] : [Nest(depth: depth - 1)] }
        }
        var deep = PayloadLimits()
        deep.depth = 128
        // Two levels of containers for each level of the type.
        let value = Nest(depth: 40)
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.encode(value, as: format)
        }
        #expect(error?.kind == .tooDeep)
        let bytes = try PayloadCodec.encode(value, as: format, limits: deep)
        _ = try PayloadCodec.decode(Nest.self, from: bytes, as: format, limits: deep)
        let other = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(Nest.self, from: bytes, as: format)
        }
        #expect(other?.kind == .tooDeep)
    }

    @Test(arguments: PayloadFormat.coded)
    func `a value with too many parts is neither written nor read`(_ format: PayloadFormat) throws {
        var limits = PayloadLimits()
        limits.valueCount = 100
        let bytes = try PayloadCodec.encode([Bool](repeating: true, count: 200), as: format)
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode([Bool].self, from: bytes, as: format, limits: limits)
        }
        #expect(error?.kind == .tooLarge("values"))
        #expect(throws: PayloadError.self) {
            try PayloadCodec.encode([Bool](repeating: true, count: 200), as: format, limits: limits)
        }
    }

    @Test(arguments: PayloadFormat.known)
    func `a payload with too many bytes is neither written nor read`(_ format: PayloadFormat) throws
    {
        var limits = PayloadLimits()
        limits.byteCount = 100
        let value = [UInt8](repeating: 7, count: 101)
        #expect(throws: PayloadError.self) {
            try PayloadCodec.encode(value, as: format, limits: limits)
        }
        let bytes = try PayloadCodec.encode(value, as: format)
        #expect(throws: PayloadError(.tooLarge("payload"))) {
            try PayloadCodec.decode([UInt8].self, from: bytes, as: format, limits: limits)
        }
    }

    @Test(
        arguments: [
            (PayloadFormat.messagePack, [0xdd, 0xff, 0xff, 0xff, 0xff]),
            (.messagePack, [0xc6, 0xff, 0xff, 0xff, 0xff]),
            (.cbor, [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (.cbor, [0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (.fixed, [0xff, 0xff, 0xff, 0xff]), (.compact, [0xff, 0xff, 0xff, 0xff, 0x0f]),
        ] as [(PayloadFormat, [UInt8])])
    func `a count that lies takes no memory`(_ format: PayloadFormat, _ bytes: [UInt8]) {
        struct Empty: Codable {}
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode([Empty].self, from: bytes, as: format)
        }
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode([UInt8].self, from: bytes, as: format)
        }
    }

    @Test func `what a type refuses says where`() throws {
        struct Holder: Codable { var state: [Order.State] }
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(
                Holder.self, from: Array(#"{"state":["open","lost"]}"#.utf8), as: .json)
        }
        #expect(error?.kind == .refused)
        #expect(error?.pathText == "state[1]")
    }

    @Test(arguments: PayloadFormat.nameless)
    func `null without an optional type cannot be written without names`(
        _ format: PayloadFormat
    ) {
        #expect(throws: PayloadError.self) {
            try PayloadCodec.encode(PayloadValue.null, as: format)
        }
        #expect(throws: PayloadError.self) {
            try PayloadCodec.encode(Optional(Optional(1)), as: format)
        }
    }

    @Test func `a double beyond the range of Float does not fit`() throws {
        for format in PayloadFormat.named {
            let bytes = try PayloadCodec.encode(1e39, as: format)
            #expect(throws: PayloadError.self) {
                try PayloadCodec.decode(Float.self, from: bytes, as: format)
            }
        }
    }

    @Test func `nothing is left in the writer after an error`() {
        var writer = ByteWriter()
        writer.u8(7)
        #expect(throws: PayloadError.self) {
            try PayloadCodec.encode([1, Double.nan], as: .json, into: &writer)
        }
        #expect(writer.bytes == [7])
    }
}

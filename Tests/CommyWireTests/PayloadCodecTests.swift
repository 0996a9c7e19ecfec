import CommyWire
import Testing

struct PayloadCodecTests {
    @Test(arguments: PayloadFormat.coded, [Order.full, Order.small])
    func `a value comes back as it was`(_ format: PayloadFormat, _ order: Order) throws {
        let bytes = try PayloadCodec.encode(order, as: format)
        #expect(try PayloadCodec.decode(Order.self, from: bytes, as: format) == order)
    }

    @Test(arguments: PayloadFormat.coded)
    func `one value has one form`(_ format: PayloadFormat) throws {
        let first = try PayloadCodec.encode(Order.full, as: format)
        var other = Order.full
        // Another dictionary with the same content may have another order.
        other.tags = [:]
        other.tags.reserveCapacity(1_000)
        for (key, value) in Order.full.tags.sorted(by: { $0.key > $1.key }) {
            other.tags[key] = value
        }
        #expect(try PayloadCodec.encode(other, as: format) == first)
    }

    @Test(arguments: PayloadFormat.coded)
    func `values without a container come back as they were`(_ format: PayloadFormat) throws {
        try expectRoundTrip(Int64.min, format)
        try expectRoundTrip(UInt64.max, format)
        try expectRoundTrip(true, format)
        try expectRoundTrip("text", format)
        try expectRoundTrip([1.5, -0.0, 1e-300], format)
        try expectRoundTrip([Float(0.1), 16_777_216], format)
        try expectRoundTrip([UInt8](0...255), format)
        try expectRoundTrip([[UInt8]](), format)
        try expectRoundTrip([Int8](-128...127), format)
        try expectRoundTrip([Int?](arrayLiteral: nil, 1), format)
        try expectRoundTrip(Optional<String>.none, format)
        try expectRoundTrip(Optional("x"), format)
        try expectRoundTrip(["a": ["b": [String: Int]()]], format)
        try expectRoundTrip(Interleaved(), format)
        try expectRoundTrip(Duration.nanoseconds(5), format)
    }

    @Test(arguments: PayloadFormat.coded)
    func `a subclass comes back with what its parent wrote`(_ format: PayloadFormat) throws {
        let dog = Dog(name: "bello")
        dog.legs = 3
        let bytes = try PayloadCodec.encode(dog, as: format)
        let read = try PayloadCodec.decode(Dog.self, from: bytes, as: format)
        #expect(read.name == "bello")
        #expect(read.legs == 3)
    }

    @Test(arguments: PayloadFormat.coded)
    func `a type without fields comes back`(_ format: PayloadFormat) throws {
        struct Empty: Codable, Equatable {}
        try expectRoundTrip(Empty(), format)
        try expectRoundTrip([Empty(), Empty()], format)
    }

    @Test(arguments: [PayloadFormat.messagePack, .cbor, .fixed, .compact, .view])
    func `infinity and not-a-number come back in binary`(_ format: PayloadFormat) throws {
        let bytes = try PayloadCodec.encode([Double.infinity, -.infinity, .nan], as: format)
        let read = try PayloadCodec.decode([Double].self, from: bytes, as: format)
        #expect(read[0] == .infinity)
        #expect(read[1] == -.infinity)
        #expect(read[2].isNaN)
    }

    @Test func `opaque bytes are taken as they are and nothing else is`() throws {
        #expect(try PayloadCodec.encode([UInt8](1...3), as: .opaque) == [1, 2, 3])
        #expect(try PayloadCodec.decode([UInt8].self, from: [1, 2], as: .opaque) == [1, 2])
        #expect(throws: PayloadError.self) { try PayloadCodec.encode("x", as: .opaque) }
        #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(String.self, from: [1], as: .opaque)
        }
    }

    @Test func `an application's own format is refused`() {
        let own = PayloadFormat(rawValue: 200)
        #expect(throws: PayloadError(.unknownFormat)) { try PayloadCodec.encode(1, as: own) }
        #expect(throws: PayloadError(.unknownFormat)) {
            try PayloadCodec.decode(Int.self, from: [1], as: own)
        }
    }

    @Test(arguments: PayloadFormat.named)
    func `fields may be missing, more, or in another order`(_ format: PayloadFormat) throws {
        struct Newer: Codable {
            var extra = [1]
            var b = 2
            var a = 1
        }
        struct Older: Codable, Equatable {
            var a: Int
            var b: Int
            var c: Int?
        }
        let bytes = try PayloadCodec.encode(Newer(), as: format)
        let read = try PayloadCodec.decode(Older.self, from: bytes, as: format)
        #expect(read == Older(a: 1, b: 2, c: nil))
    }

    @Test(arguments: PayloadFormat.nameless)
    func `without names another type is noticed`(_ format: PayloadFormat) throws {
        struct Size: Codable {
            var width: Int32 = 1
            var height: Int32 = 2
        }
        struct Turned: Codable {
            var height: Int32
            var width: Int32
        }
        let bytes = try PayloadCodec.encode(Size(), as: format)
        let error = #expect(throws: PayloadError.self) {
            try PayloadCodec.decode(Turned.self, from: bytes, as: format)
        }
        #expect(error?.kind == .shapeMismatch)
    }

    @Test(arguments: PayloadFormat.named)
    func `a value of any shape comes back`(_ format: PayloadFormat) throws {
        let value = PayloadValue.map([
            PayloadValue.Entry(
                key: "a", value: .list([.null, .bool(true), .unsigned(7), .integer(-7)])),
            PayloadValue.Entry(key: "b", value: .text("x")),
            PayloadValue.Entry(key: "c", value: .list([.unsigned(1), .unsigned(2)])),
            PayloadValue.Entry(key: "d", value: .map([])),
        ])
        try expectRoundTrip(value, format)
    }

    @Test func `sizes of the formats are as they are`() throws {
        // A change in these figures is a change of a format.
        let sizes = try PayloadFormat.coded.map {
            "\($0) \(try PayloadCodec.encode(Order.full, as: $0).count)"
        }
        #expect(sizes == Self.sizes)
    }

    private static let sizes = [
        "json 737", "messagepack 491", "cbor 477", "fixed 375", "compact 199", "view 2160",
    ]

    private func expectRoundTrip<Value: Codable & Equatable>(
        _ value: Value, _ format: PayloadFormat, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bytes = try PayloadCodec.encode(value, as: format)
        let read = try PayloadCodec.decode(Value.self, from: bytes, as: format)
        #expect(read == value, sourceLocation: sourceLocation)
    }
}

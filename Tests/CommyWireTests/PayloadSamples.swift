import CommyWire

/// Types that ask everything of a `Codable` machinery that people write.
struct Order: Codable, Equatable {
    enum State: String, Codable { case open, paid }
    enum Payment: Codable, Equatable {
        case cash
        case card(number: String, cents: UInt32)
        case split([Payment])
    }
    struct Line: Codable, Equatable {
        var sku: String
        var count: UInt16
        var price: Double?
    }
    var id: UInt64
    var delta: Int8
    var name: String
    var note: String?
    var state: State
    var payment: Payment
    var lines: [Line]
    var tags: [String: Int]
    var optionals: [Int?]
    var blob: [UInt8]
    var ratio: Float
    var isRush: Bool
    var parent: [Order]?
    var grid: [[Int32]]
    var missing: UInt16?
    var dictionary: [String: Line]
    var numbered: [Int: Bool]
    var pairs: [State: Double]

    static let full = Order(
        id: .max, delta: -128, name: "caf\u{e9} \"\\\n\u{1}\u{1d11e}", note: nil, state: .paid,
        payment: .split([.cash, .card(number: "4111", cents: 1_999), .split([])]),
        lines: [
            Line(sku: "a", count: 1, price: 9.99), Line(sku: "b", count: 65_535, price: nil),
        ],
        tags: ["z": -1, "a": 1, "m": 100_000], optionals: [1, nil, 3], blob: [0, 255, 1, 2],
        ratio: 0.1, isRush: true, parent: [small], grid: [[1, -2], [], [.max, .min]],
        missing: 7, dictionary: ["x": Line(sku: "", count: 0, price: -0.0)],
        numbered: [3: true, -1: false], pairs: [.open: 1e300])

    static let small = Order(
        id: 0, delta: 0, name: "", note: "", state: .open, payment: .cash, lines: [], tags: [:],
        optionals: [], blob: [], ratio: -1.5, isRush: false, parent: nil, grid: [], missing: nil,
        dictionary: [:], numbered: [:], pairs: [:])
}

/// A class and its subclass, which write by `superEncoder`.
class Animal: Codable {
    var legs = 4
}

final class Dog: Animal {
    var name = "rex"

    enum CodingKeys: String, CodingKey { case name }

    init(name: String) {
        super.init()
        self.name = name
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try super.init(from: container.superDecoder())
        name = try container.decode(String.self, forKey: .name)
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(name, forKey: .name)
    }
}

/// Fills its containers in an order of its own, which `Codable` allows.
struct Interleaved: Codable, Equatable {
    var first = 1
    var second = [2, 3]
    var third = 4

    enum CodingKeys: String, CodingKey { case first, second, third }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        first = try container.decode(Int.self, forKey: .first)
        var nested = try container.nestedUnkeyedContainer(forKey: .second)
        second = []
        while !nested.isAtEnd { second.append(try nested.decode(Int.self)) }
        third = try container.decode(Int.self, forKey: .third)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(first, forKey: .first)
        var nested = container.nestedUnkeyedContainer(forKey: .second)
        try container.encode(third, forKey: .third)
        for number in second { try nested.encode(number) }
    }
}

extension PayloadFormat {
    static let coded = known.filter { $0 != .opaque }
    static let named: [PayloadFormat] = [.json, .messagePack, .cbor, .view]
    static let nameless: [PayloadFormat] = [.fixed, .compact]
}

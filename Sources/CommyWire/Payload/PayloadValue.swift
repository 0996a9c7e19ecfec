/// A value of a shape that is not known when the program is compiled: for tools, and for fields
/// that hold anything. Not in the formats without names, which cannot say what follows.
public enum PayloadValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// Zero and above.
    case unsigned(UInt64)
    /// Below zero.
    case integer(Int64)
    case float(Float)
    case double(Double)
    case text(String)
    case bytes([UInt8])
    case list([PayloadValue])
    /// In the order in which they were read.
    case map([Entry])

    /// One entry of a map.
    public struct Entry: Sendable, Equatable {
        public let key: String
        public let value: PayloadValue

        public init(key: String, value: PayloadValue) {
            self.key = key
            self.value = value
        }
    }

    internal init(_ tape: Tape, _ index: Int) throws(PayloadFault) {
        let node = tape.nodes[index]
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(node.value != 0)
        case .unsigned: self = .unsigned(node.value)
        case .negative:
            guard let number = node.integer(Int64.self) else {
                throw PayloadFault(.numberDoesNotFit, at: Int(node.offset))
            }
            self = .integer(number)
        case .float: self = .float(Float(bitPattern: UInt32(node.value)))
        case .double: self = .double(Double(bitPattern: node.value))
        case .text: self = .text(tape.text(node))
        case .bytes:
            self = .bytes(
                tape.withContent(node) { unsafe $0.withUnsafeBytes { unsafe Array($0) } })
        case .list:
            var values: [PayloadValue] = []
            for child in tape.children(of: index) { values.append(try PayloadValue(tape, child)) }
            self = .list(values)
        case .map:
            var entries: [Entry] = []
            for child in tape.children(of: index) {
                entries.append(
                    Entry(key: tape.key(tape.nodes[child]), value: try PayloadValue(tape, child)))
            }
            self = .map(entries)
        case .pending, .absent, .foreign:
            throw PayloadFault(.typeMismatch("value"), at: Int(node.offset))
        }
    }
}

extension PayloadValue: Codable {
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? any PayloadValueDecoder else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "PayloadValue is read from Commy's formats only"))
        }
        self = try decoder.payloadValue()
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value): try value.encode(to: encoder)
        case .unsigned(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .float(let value): try value.encode(to: encoder)
        case .double(let value): try value.encode(to: encoder)
        case .text(let value): try value.encode(to: encoder)
        case .bytes(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .list(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .map(let entries):
            var container = encoder.container(keyedBy: FreeKey.self)
            for entry in entries { try container.encode(entry.value, forKey: FreeKey(entry.key)) }
        }
    }

    /// A key of a dictionary: any text.
    private struct FreeKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// A decoder that can hand out what stands at its place as a whole.
internal protocol PayloadValueDecoder {
    func payloadValue() throws -> PayloadValue
}

extension SourceDecoder: PayloadValueDecoder {
    internal func payloadValue() throws -> PayloadValue {
        do { return try source.value(at: place) } catch { throw error.at(path) }
    }
}

import CommyBase
import CommyWire
import Testing

/// Draws messages of every kind that a payload has.
protocol MessageSource {
    associatedtype Message: FramePayload
    var dice: RandomStream { get set }
    init(dice: RandomStream)
    mutating func message() throws -> Message
}

extension MessageSource {
    mutating func below(_ limit: UInt64) -> Int { Int(dice.next() % limit) }
}

/// What the coding of every payload keeps to, whatever it holds.
enum CodecCheck<Source: MessageSource> {
    static func encoded(_ message: Source.Message) -> [UInt8] {
        var writer = ByteWriter()
        message.encode(into: &writer)
        return writer.bytes
    }

    static func decoded(_ bytes: [UInt8]) throws(WireError) -> Source.Message {
        try Source.Message(decoding: unsafe bytes.span.bytes)
    }

    private static func source(_ seed: UInt64) -> Source {
        Source(dice: RandomStream(key: RandomKey(seed: seed)))
    }

    static func messagesAreReadAsWritten(count: Int) throws {
        var source = source(1)
        for _ in 0..<count {
            let message = try source.message()
            #expect(try decoded(encoded(message)) == message)
        }
    }

    static func everyBeginningIsAnError(count: Int) throws {
        var source = source(2)
        for _ in 0..<count {
            let bytes = encoded(try source.message())
            for count in 0..<bytes.count {
                #expect(throws: WireError.self) { try decoded(Array(bytes[..<count])) }
            }
            #expect(throws: WireError.invalid("trailing bytes")) { try decoded(bytes + [0]) }
        }
    }

    /// Noise, and messages of which fewer than `mutations` bytes were changed.
    static func anyBytesHaveOneForm(rounds: Int, mutations: UInt64) throws {
        var source = source(3)
        var accepted = 0
        for round in 0..<rounds {
            var bytes = round % 4 == 0 ? [] : encoded(try source.message())
            if bytes.isEmpty {
                bytes = (0..<source.below(120)).map { _ in UInt8(source.below(256)) }
            }
            for _ in 0..<source.below(mutations) where !bytes.isEmpty {
                let place = source.below(UInt64(bytes.count))
                switch source.below(4) {
                case 0: bytes[place] = UInt8(source.below(256))
                case 1: bytes[place] ^= 1 << UInt8(source.below(8))
                case 2: bytes.remove(at: place)
                default: bytes.insert(UInt8(source.below(256)), at: place)
                }
            }
            guard let message = try? decoded(bytes) else { continue }
            accepted += 1
            #expect(encoded(message) == bytes)
        }
        #expect(accepted > 1_000, "the mutations must leave some messages whole")
    }
}

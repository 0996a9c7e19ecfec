public import CommyWire

/// A decoder of bytes that a stranger may send, with what must hold of it whatever it gets.
public struct FuzzTarget: Sendable, CustomStringConvertible {
    /// Also the name of its file in Fixtures/wire-corpus.
    public let name: String
    /// Well-formed inputs, from which mutations start.
    public let seeds: [[UInt8]]
    /// Byte sequences that its format is made of.
    public let words: [[UInt8]]
    /// Reads the input; a sentence when something does not hold. It may not trap, whatever it
    /// gets, nor take much more memory than the input has.
    public let run: @Sendable ([UInt8]) -> String?

    public var description: String { name }

    public init(
        name: String, seeds: [[UInt8]], words: [[UInt8]] = [],
        run: @escaping @Sendable ([UInt8]) -> String?
    ) {
        precondition(!seeds.isEmpty)
        self.name = name
        self.seeds = seeds
        self.words = words
        self.run = run
    }

    /// All decoders. A new one is added here and nowhere else.
    public static let all: [FuzzTarget] =
        [frames, openLayout, traceContext, traceState] + payloadValues + payloadTypes
        + [viewInPlace] + mesh + machines

    /// Reads a file of Fixtures/wire-corpus: an input in hex on each line, lines that begin with
    /// `#` say why the next one is kept. Nil when a line is neither.
    public static func inputs(ofCorpus text: String) -> [[UInt8]]? {
        var inputs: [[UInt8]] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard line.utf8.count % 2 == 0 else { return nil }
            var bytes: [UInt8] = []
            var rest = line.utf8[...]
            while !rest.isEmpty {
                guard let digits = String(rest.prefix(2)), let byte = UInt8(digits, radix: 16)
                else { return nil }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            inputs.append(bytes)
        }
        return inputs
    }

    /// A message whose bytes have one form: what is read and written again is the same.
    public static func message<Message: Sendable>(
        name: String, seeds: [Message],
        decode: @escaping @Sendable (borrowing RawSpan) throws(WireError) -> Message,
        encode: @escaping @Sendable (Message, inout ByteWriter) -> Void
    ) -> FuzzTarget {
        FuzzTarget(name: name, seeds: seeds.map { bytes(of: $0, encode) }) { input in
            let message: Message
            do {
                message = try unsafe decode(input.span.bytes)
            } catch {
                return nil
            }
            return bytes(of: message, encode) == input ? nil : "written again, it is other bytes"
        }
    }

    private static func bytes<Message>(
        of message: Message, _ encode: (Message, inout ByteWriter) -> Void
    ) -> [UInt8] {
        var writer = ByteWriter()
        encode(message, &writer)
        return writer.bytes
    }
}

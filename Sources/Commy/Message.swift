public import CommyBase
public import CommyWire

/// A request or an answer as it travels: bytes, how to read them, and short texts beside them.
public struct Message: Sendable, Equatable {
    public var bytes: [UInt8]
    public var format: PayloadFormat
    /// Keys follow the rule of names (`a-z`, `0-9`, `-`, `.`, `_`).
    public var metadata: Metadata

    public init(
        _ bytes: [UInt8] = [], format: PayloadFormat = .opaque, metadata: Metadata = .empty
    ) {
        self.bytes = bytes
        self.format = format
        self.metadata = metadata
    }

    /// The value's bytes in a format. Throws `invalidArgument` when the format cannot say it.
    public init(
        encoding value: some Encodable, as format: PayloadFormat
    ) throws(CommyError) {
        do {
            self.init(try PayloadCodec.encode(value, as: format), format: format)
        } catch {
            throw error.commyError
        }
    }

    /// Reads a value in the message's own format. Throws `payloadUnreadable`.
    public func decoded<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(CommyError) -> Value {
        do {
            return try PayloadCodec.decode(type, from: bytes, as: format)
        } catch {
            throw error.commyError
        }
    }
}

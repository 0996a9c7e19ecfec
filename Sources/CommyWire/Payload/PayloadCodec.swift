/// All payload formats behind one interface: a `Codable` value to bytes and back.
///
/// The same value gives the same bytes in every process: maps with free keys (dictionaries) are
/// sorted by key, fields of types keep their order, and CBOR sorts both (RFC 8949 section 4.2.1).
/// Only a `Set` has an order that differs between processes.
///
/// `[UInt8]` is a byte string in every format (base64 in JSON).
public enum PayloadCodec {
    /// Appends the value. After a throw the writer is as it was.
    public static func encode<Value: Encodable>(
        _ value: Value, as format: PayloadFormat, into writer: inout ByteWriter,
        limits: PayloadLimits = .standard
    ) throws(PayloadError) {
        let start = writer.count
        do throws(PayloadError) {
            try append(value, as: format, to: &writer, limits)
            guard writer.count - start <= limits.byteCount else {
                throw PayloadError(.tooLarge("payload"))
            }
        } catch {
            writer.truncate(to: start)
            throw error
        }
    }

    /// The value's bytes.
    public static func encode<Value: Encodable>(
        _ value: Value, as format: PayloadFormat, limits: PayloadLimits = .standard
    ) throws(PayloadError) -> [UInt8] {
        var writer = ByteWriter()
        try encode(value, as: format, into: &writer, limits: limits)
        return writer.bytes
    }

    /// Reads a value that fills all the bytes.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], as format: PayloadFormat,
        limits: PayloadLimits = .standard
    ) throws(PayloadError) -> Value {
        guard bytes.count <= limits.byteCount else { throw PayloadError(.tooLarge("payload")) }
        switch format {
        case .opaque:
            guard let value = bytes as? Value else {
                throw PayloadError(.typeMismatch("bytes"), offset: 0)
            }
            return value
        case .json, .messagePack, .cbor:
            let source: TapeSource
            do throws(PayloadFault) {
                source = try TapeSource(parsing: bytes, as: format, limits)
            } catch {
                throw error.at(nil)
            }
            return try value(type, from: source, at: 0)
        case .fixed, .compact:
            let source = PositionalSource(bytes, isCompact: format == .compact, limits)
            let value = try value(type, from: source, at: 0)
            do { try source.finish() } catch { throw error.at(nil) }
            return value
        case .view:
            let source: ViewSource
            do { source = try ViewSource(bytes, limits) } catch { throw error.at(nil) }
            return try value(type, from: source, at: ViewLayout.headerByteCount)
        // An application's own format is the application's to read.
        default: throw PayloadError(.unknownFormat)
        }
    }

    /// Reads a copy of the lent bytes; a decoder has to own what it reads.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: borrowing RawSpan, as format: PayloadFormat,
        limits: PayloadLimits = .standard
    ) throws(PayloadError) -> Value {
        guard bytes.byteCount <= limits.byteCount else {
            throw PayloadError(.tooLarge("payload"))
        }
        var writer = ByteWriter(capacity: bytes.byteCount)
        writer.raw(bytes)
        return try decode(type, from: writer.bytes, as: format, limits: limits)
    }

    private static func append<Value: Encodable>(
        _ value: Value, as format: PayloadFormat, to writer: inout ByteWriter,
        _ limits: PayloadLimits
    ) throws(PayloadError) {
        if format == .opaque {
            guard let bytes = value as? [UInt8] else {
                throw PayloadError(.notRepresentable("a type without bytes"))
            }
            writer.raw(bytes)
            return
        }
        guard PayloadFormat.known.contains(format) else { throw PayloadError(.unknownFormat) }
        let isPositional = format == .fixed || format == .compact
        let builder = TapeBuilder(isPositional: isPositional, limits)
        do {
            try builder.build(value)
        } catch {
            throw PayloadError(wrapping: error)
        }
        if let error = builder.error { throw error }
        let tape = builder.tape
        do throws(PayloadFault) {
            switch format {
            case .json: try JSONWriter(tape).write(into: &writer)
            case .messagePack: MessagePackWriter(tape).write(into: &writer)
            case .cbor: CBORWriter(tape).write(into: &writer)
            case .fixed: try PositionalWriter.write(tape, isCompact: false, into: &writer)
            case .compact: try PositionalWriter.write(tape, isCompact: true, into: &writer)
            case .view: try ViewWriter.write(tape, into: &writer)
            // `known` was asked above.
            default: preconditionFailure("a known format without a writer")
            }
        } catch {
            throw error.at(nil)
        }
    }

    private static func value<Value: Decodable, Source: PayloadSource>(
        _ type: Value.Type, from source: Source, at place: Int
    ) throws(PayloadError) -> Value {
        do {
            return try SourceDecoder(source: source, place: place, path: nil).decode(type)
        } catch {
            throw PayloadError(wrapping: error)
        }
    }
}

extension PayloadError {
    /// An error that came out of `Codable`: this one, the standard library's, or the type's own.
    internal init(wrapping error: any Error) {
        switch error {
        case let error as PayloadError: self = error
        case let error as DecodingError:
            let context: DecodingError.Context =
                switch error {
                case .typeMismatch(_, let context), .valueNotFound(_, let context),
                    .keyNotFound(_, let context), .dataCorrupted(let context):
                    context
                // Cases that a later standard library may add have a text of their own.
                @unknown default: DecodingError.Context(codingPath: [], debugDescription: "")
                }
            self.init(
                .refused, path: context.codingPath.map(PayloadError.Step.init),
                detail: context.debugDescription)
        case EncodingError.invalidValue(_, let context):
            self.init(
                .refused, path: context.codingPath.map(PayloadError.Step.init),
                detail: context.debugDescription)
        // Types may throw what they like.
        default: self.init(.refused, detail: "\(error)")
        }
    }
}

extension PayloadError.Step {
    internal init(_ key: any CodingKey) {
        if let index = key as? IndexKey {
            self = .index(index.index)
        } else {
            self = .key(key.stringValue)
        }
    }
}

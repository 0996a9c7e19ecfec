/// `Decoder` over a `PayloadSource`: the reading half of the `Codable` machinery of all formats.
internal struct SourceDecoder<Source: PayloadSource>: Decoder {
    let source: Source
    let place: Int
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        do throws(PayloadFault) {
            let map = try source.map(at: place, isOpen: KeySpace.isOpen(type))
            return KeyedDecodingContainer(
                SourceKeyedContainer<Source, Key>(source: source, map: map, path: path))
        } catch { throw error.at(path) }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        do throws(PayloadFault) {
            let list = try source.list(at: place)
            return SourceUnkeyedContainer(source: source, list: list, path: path)
        } catch { throw error.at(path) }
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SourceSingleContainer(decoder: self)
    }

    /// Reads a value of any type here.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == [UInt8].self {
            do throws(PayloadFault) {
                if let value = try source.bytes(at: place) as? Value { return value }
            } catch { throw error.at(path) }
        }
        if Source.isPositional, let optional = type as? any PayloadOptionalType.Type {
            let isPresent: Bool
            do { isPresent = try source.isPresent(at: place) } catch { throw error.at(path) }
            if let value = try optional.read(isPresent, from: self) as? Value { return value }
        }
        guard (path?.depth ?? 0) <= source.limits.depth else {
            throw PayloadFault(.tooDeep, at: source.offset(of: place)).at(path)
        }
        return try Value(from: self)
    }
}

/// Optional types, found at run time.
internal protocol PayloadOptionalType {
    static func read<Source: PayloadSource>(
        _ isPresent: Bool, from decoder: SourceDecoder<Source>
    ) throws -> Self
}

extension Optional: PayloadOptionalType where Wrapped: Decodable {
    internal static func read<Source: PayloadSource>(
        _ isPresent: Bool, from decoder: SourceDecoder<Source>
    ) throws -> Self {
        isPresent ? try decoder.decode(Wrapped.self) : nil
    }
}

/// One value in place of a container.
internal struct SourceSingleContainer<Source: PayloadSource>: SingleValueDecodingContainer {
    let decoder: SourceDecoder<Source>

    var codingPath: [any CodingKey] { decoder.codingPath }
    private var source: Source { decoder.source }
    private var place: Int { decoder.place }

    /// False for what cannot be read at all; reading it says why.
    func decodeNil() -> Bool {
        do { return try source.isNull(at: place) } catch { return false }
    }
    func decode(_ type: Bool.Type) throws -> Bool {
        do { return try source.bool(at: place) } catch { throw error.at(decoder.path) }
    }
    func decode(_ type: String.Type) throws -> String {
        do { return try source.text(at: place) } catch { throw error.at(decoder.path) }
    }
    func decode(_ type: Double.Type) throws -> Double {
        do { return try source.double(at: place) } catch { throw error.at(decoder.path) }
    }
    func decode(_ type: Float.Type) throws -> Float {
        do { return try source.float(at: place) } catch { throw error.at(decoder.path) }
    }
    func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type) throws -> T {
        do { return try source.integer(at: place, as: type) } catch {
            throw error.at(decoder.path)
        }
    }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}

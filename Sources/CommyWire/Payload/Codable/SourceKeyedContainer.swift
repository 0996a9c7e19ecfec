/// The fields of a type, or the entries of a dictionary, as they are read.
internal struct SourceKeyedContainer<Source: PayloadSource, Key: CodingKey>:
    KeyedDecodingContainerProtocol
{
    let source: Source
    let map: SourceMap
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }
    /// Keys that the key type does not know are left out.
    var allKeys: [Key] {
        do { return try source.keys(of: map).compactMap { Key(stringValue: $0) } } catch {
            return []
        }
    }

    func contains(_ key: Key) -> Bool {
        if Source.isPositional { return true }
        do { return try source.child(key.stringValue, of: map) != nil } catch { return false }
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        do { return try source.isNull(at: place(key)) } catch { throw self.error(error, key) }
    }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        do { return try source.bool(at: place(key)) } catch { throw self.error(error, key) }
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        do { return try source.text(at: place(key)) } catch { throw self.error(error, key) }
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        do { return try source.double(at: place(key)) } catch { throw self.error(error, key) }
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        do { return try source.float(at: place(key)) } catch { throw self.error(error, key) }
    }
    func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        do { return try source.integer(at: place(key), as: type) } catch {
            throw self.error(error, key)
        }
    }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try decoder(at: place(for: key), key).decode(type)
    }

    // What the standard library does by `contains` and `decodeNil` is one question here, because a
    // format without names can answer it only once.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try optional(type, key)
    }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try optional(type, key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(at: variantPlace(key), key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(at: variantPlace(key), key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let key = SuperKey()
        do throws(PayloadFault) {
            guard let place = try source.child(key.stringValue, of: map) else {
                throw PayloadFault(.missingKey, at: source.offset(of: map.place))
            }
            return decoder(at: place, key)
        } catch { throw self.error(error, key) }
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        decoder(at: try place(for: key), key)
    }
}

extension SourceKeyedContainer {
    private func place(_ key: Key) throws(PayloadFault) -> Int {
        guard let place = try source.child(key.stringValue, of: map) else {
            throw PayloadFault(.missingKey, at: source.offset(of: map.place))
        }
        return place
    }

    private func place(for key: Key) throws(PayloadError) -> Int {
        do { return try place(key) } catch { throw self.error(error, key) }
    }

    private func variantPlace(_ key: Key) throws(PayloadError) -> Int {
        do throws(PayloadFault) {
            guard let place = try source.variantChild(key.stringValue, of: map) else {
                throw PayloadFault(.missingKey, at: source.offset(of: map.place))
            }
            return place
        } catch { throw self.error(error, key) }
    }

    private func decoder(at place: Int, _ key: any CodingKey) -> SourceDecoder<Source> {
        SourceDecoder(source: source, place: place, path: PathNode(path, key))
    }

    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        let place: Int?
        do throws(PayloadFault) {
            place = try source.optionalChild(key.stringValue, of: map)
        } catch { throw self.error(error, key) }
        guard let place else { return nil }
        return try decoder(at: place, key).decode(type)
    }

    private func error(_ fault: PayloadFault, _ key: any CodingKey) -> PayloadError {
        fault.at(path, PayloadError.Step(key))
    }
}

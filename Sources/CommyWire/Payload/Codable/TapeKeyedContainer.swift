/// The fields of a type, or the entries of a dictionary.
internal struct TapeKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let builder: TapeBuilder
    let map: Int
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }

    func encodeNil(forKey key: Key) throws { try add(TapeNode(.null), key) }
    func encode(_ value: Bool, forKey key: Key) throws {
        try add(TapeNode(.bool, value: value ? 1 : 0), key)
    }
    func encode(_ value: String, forKey key: Key) throws {
        try add(TapeNode(.text), content: value, key)
    }
    func encode(_ value: Double, forKey key: Key) throws {
        try add(TapeNode(.double, value: value.bitPattern), key)
    }
    func encode(_ value: Float, forKey key: Key) throws {
        try add(TapeNode(.float, value: UInt64(value.bitPattern)), key)
    }
    func encode<T: FixedWidthInteger & Encodable>(_ value: T, forKey key: Key) throws {
        try add(TapeNode(value), key)
    }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try builder.encode(value, in: add(TapeNode(.pending), key), PathNode(path, key))
    }

    // The standard library leaves a missing field out. A format without names cannot, so the tape
    // gets a node that says so; the others leave it out as well.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try addOptional(value, key) }
    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        try addOptional(value, key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key, isVariant: true).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key, isVariant: true).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { nested(SuperKey(), isVariant: false) }
    func superEncoder(forKey key: Key) -> any Encoder { nested(key, isVariant: false) }

    private func nested(_ key: any CodingKey, isVariant: Bool) -> TapeEncoder {
        let below = PathNode(path, key)
        let slot = builder.reserve(in: map, key: key.stringValue, isVariant: isVariant, below)
        return TapeEncoder(builder: builder, slot: slot, path: below)
    }

    @discardableResult
    private func add(
        _ node: TapeNode, content: String? = nil, _ key: Key
    ) throws(PayloadError) -> Int {
        do {
            return try builder.add(node, content: content, to: map, key: key.stringValue)
        } catch {
            throw error.at(path, PayloadError.Step(key))
        }
    }

    private func addOptional<T: Encodable>(_ value: T?, _ key: Key) throws {
        guard let value else {
            if builder.isPositional { try add(TapeNode(.absent), key) }
            return
        }
        var node = TapeNode(.pending)
        if builder.isPositional { node.flags = .optional }
        try builder.encode(value, in: add(node, key), PathNode(path, key))
    }
}

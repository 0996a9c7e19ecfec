/// `Encoder` over a `TapeBuilder`: the writing half of the `Codable` machinery of all formats.
internal struct TapeEncoder: Encoder {
    let builder: TapeBuilder
    /// The node that is to be written.
    let slot: Int
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        builder.open(slot, .map, isOpen: builder.isOpen(type), path)
        return KeyedEncodingContainer(
            TapeKeyedContainer<Key>(builder: builder, map: slot, path: path))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        builder.open(slot, .list, isOpen: false, path)
        return TapeUnkeyedContainer(builder: builder, list: slot, path: path)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        TapeSingleContainer(builder: builder, slot: slot, path: path)
    }
}

/// One value in place of a container.
internal struct TapeSingleContainer: SingleValueEncodingContainer {
    let builder: TapeBuilder
    let slot: Int
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }

    func encodeNil() throws { set(TapeNode(.null)) }
    func encode(_ value: Bool) throws { set(TapeNode(.bool, value: value ? 1 : 0)) }
    func encode(_ value: String) throws {
        builder.set(slot, TapeNode(.text), content: value)
    }
    func encode(_ value: Double) throws { set(TapeNode(.double, value: value.bitPattern)) }
    func encode(_ value: Float) throws { set(TapeNode(.float, value: UInt64(value.bitPattern))) }
    func encode<T: FixedWidthInteger & Encodable>(_ value: T) throws { set(TapeNode(value)) }
    func encode<T: Encodable>(_ value: T) throws { try builder.encode(value, in: slot, path) }

    private func set(_ node: TapeNode) { builder.set(slot, node) }
}

/// The elements of a list.
internal struct TapeUnkeyedContainer: UnkeyedEncodingContainer {
    let builder: TapeBuilder
    let list: Int
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }
    var count: Int { builder.count(of: list) }

    func encodeNil() throws { try add(TapeNode(.null)) }
    func encode(_ value: Bool) throws { try add(TapeNode(.bool, value: value ? 1 : 0)) }
    func encode(_ value: String) throws { try add(TapeNode(.text), content: value) }
    func encode(_ value: Double) throws { try add(TapeNode(.double, value: value.bitPattern)) }
    func encode(_ value: Float) throws {
        try add(TapeNode(.float, value: UInt64(value.bitPattern)))
    }
    func encode<T: FixedWidthInteger & Encodable>(_ value: T) throws { try add(TapeNode(value)) }

    func encode<T: Encodable>(_ value: T) throws {
        let key = IndexKey(count)
        try builder.encode(value, in: add(TapeNode(.pending)), PathNode(path, key))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
    func superEncoder() -> any Encoder { nested() }

    private func nested() -> TapeEncoder {
        let below = PathNode(path, IndexKey(count))
        return TapeEncoder(
            builder: builder, slot: builder.reserve(in: list, key: nil, below), path: below)
    }

    @discardableResult
    private func add(_ node: TapeNode, content: String? = nil) throws(PayloadError) -> Int {
        do {
            return try builder.add(node, content: content, to: list)
        } catch {
            throw error.at(path, .index(count))
        }
    }
}

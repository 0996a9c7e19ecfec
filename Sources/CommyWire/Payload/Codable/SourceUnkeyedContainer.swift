/// The elements of a list, as they are read.
internal struct SourceUnkeyedContainer<Source: PayloadSource>: UnkeyedDecodingContainer {
    let source: Source
    var list: SourceList
    let path: PathNode?

    var codingPath: [any CodingKey] { PathNode.keys(path) }
    var count: Int? { list.count }
    var isAtEnd: Bool { list.index >= list.count }
    var currentIndex: Int { list.index }

    mutating func decodeNil() throws -> Bool {
        let index = list.index
        do throws(PayloadFault) {
            guard !isAtEnd else { throw atEnd }
            guard try source.isNextNull(of: list) else { return false }
            _ = try source.element(of: &list)
            return true
        } catch { throw error.at(path, .index(index)) }
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool {
        let index = list.index
        do { return try source.bool(at: next()) } catch { throw error.at(path, .index(index)) }
    }
    mutating func decode(_ type: String.Type) throws -> String {
        let index = list.index
        do { return try source.text(at: next()) } catch { throw error.at(path, .index(index)) }
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        let index = list.index
        do { return try source.double(at: next()) } catch { throw error.at(path, .index(index)) }
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        let index = list.index
        do { return try source.float(at: next()) } catch { throw error.at(path, .index(index)) }
    }
    mutating func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type) throws -> T {
        let index = list.index
        do { return try source.integer(at: next(), as: type) } catch {
            throw error.at(path, .index(index))
        }
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try nested().decode(type)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try nested().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try nested() }

    private mutating func nested() throws(PayloadError) -> SourceDecoder<Source> {
        let index = list.index
        do throws(PayloadFault) {
            let place = try next()
            return SourceDecoder(
                source: source, place: place, path: PathNode(path, IndexKey(index)))
        } catch { throw error.at(path, .index(index)) }
    }

    private mutating func next() throws(PayloadFault) -> Int {
        guard !isAtEnd else { throw atEnd }
        return try source.element(of: &list)
    }

    private var atEnd: PayloadFault {
        PayloadFault(.missingValue, at: source.offset(of: list.next))
    }
}

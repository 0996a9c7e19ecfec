public import CommyBase

/// What travels beside a payload: short named texts, in the order in which they were added.
///
/// Bounded by `WireLimits.metadataEntries`, `.metadataValue` and `.metadataBytes`.
public struct Metadata: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        /// Follows `NameRule`; the same key may stand more than once.
        public let key: String
        public let value: String
    }

    public private(set) var entries: [Entry] = []
    /// Bytes of all keys and values.
    private var byteCount = 0

    public static let empty = Metadata()

    public init() {}

    /// Adds an entry; `.invalidArgument` or `.limitReached` when it cannot be sent.
    public mutating func append(key: String, value: String) throws(CommyError) {
        guard NameRule.accepts(key) else {
            throw CommyError(.invalidArgument, "metadata key '\(key)': \(NameRule.words)")
        }
        do {
            try add(Entry(key: key, value: value))
        } catch {
            throw CommyError(.limitReached, "metadata '\(key)' is too large")
        }
    }

    /// The first value of this key.
    public subscript(_ key: String) -> String? { entries.first { $0.key == key }?.value }

    private mutating func add(_ entry: Entry) throws(WireError) {
        let added = entry.key.utf8.count + entry.value.utf8.count
        guard entries.count < WireLimits.metadataEntries,
            entry.value.utf8.count <= WireLimits.metadataValue,
            byteCount + added <= WireLimits.metadataBytes
        else { throw .tooLarge("metadata") }
        entries.append(entry)
        byteCount += added
    }

    public init(
        reading reader: inout ByteReader, _ bytes: borrowing RawSpan
    ) throws(WireError) {
        let count = try reader.count(limit: WireLimits.metadataEntries, "metadata", bytes)
        for _ in 0..<count {
            let key = try reader.text(limit: NameRule.byteLimit, "metadata key", bytes)
            guard NameRule.accepts(key) else { throw .invalid("metadata key") }
            let value = try reader.text(limit: WireLimits.metadataValue, "metadata value", bytes)
            try add(Entry(key: key, value: value))
        }
    }

    public func encode(into writer: inout ByteWriter) {
        writer.varint(UInt64(entries.count))
        for entry in entries {
            writer.text(entry.key)
            writer.text(entry.value)
        }
    }
}

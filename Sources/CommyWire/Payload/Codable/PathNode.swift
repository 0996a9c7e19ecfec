/// The way from the root to a nested value, as a list from the leaf up; made once a container, not
/// once a number.
internal final class PathNode: Sendable {
    let parent: PathNode?
    let key: any CodingKey
    /// How many nodes there are up to the root, this one counted.
    let depth: Int

    init(_ parent: PathNode?, _ key: any CodingKey) {
        self.parent = parent
        self.key = key
        depth = (parent?.depth ?? 0) + 1
    }

    /// From the root down.
    static func keys(_ leaf: PathNode?) -> [any CodingKey] {
        var keys: [any CodingKey] = []
        var node = leaf
        while let here = node {
            keys.append(here.key)
            node = here.parent
        }
        return keys.reversed()
    }

    static func steps(_ leaf: PathNode?) -> [PayloadError.Step] {
        keys(leaf).map(PayloadError.Step.init)
    }
}

/// The place of a list's element in a path.
internal struct IndexKey: CodingKey {
    let index: Int

    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { nil }

    var intValue: Int? { index }
    var stringValue: String { "\(index)" }
}

/// The key under which `superEncoder()` writes.
internal struct SuperKey: CodingKey {
    init() {}
    init?(intValue: Int) { nil }
    init?(stringValue: String) { nil }

    var intValue: Int? { nil }
    var stringValue: String { "super" }
}

/// Whether a key type takes any text (a dictionary) or names the fields of a type.
///
/// `Codable` does not say which; a type that accepts a text that nobody would name a field is taken
/// for the first.
internal enum KeySpace {
    static func isOpen<Key: CodingKey>(_ type: Key.Type) -> Bool {
        Key(stringValue: "\u{1}\u{2}any") != nil
    }
}

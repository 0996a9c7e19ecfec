internal import CommyBase

/// Where a node stands, from the widest area to the narrowest: `eu/a/rack-3`. Empty means unknown.
public struct Zone: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Parts of a path, at most `depthLimit`.
    public let parts: [String]

    public static let depthLimit = 8
    public static let byteLimit = 255
    public static let unknown = Zone(parts: [])

    private init(parts: [String]) { self.parts = parts }

    /// Parts are separated by `/`; each follows `NameRule`. Nil when one does not.
    public init?(_ text: String) {
        guard !text.isEmpty else {
            self = .unknown
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= Self.depthLimit, text.utf8.count <= Self.byteLimit,
            parts.allSatisfy(NameRule.accepts)
        else { return nil }
        self.parts = parts
    }

    public var description: String { parts.joined(separator: "/") }

    /// How many parts from the left two zones share; the more, the nearer.
    public func sharedDepth(with other: Zone) -> Int {
        zip(parts, other.parts).prefix { $0 == $1 }.count
    }

    public static func < (left: Zone, right: Zone) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}

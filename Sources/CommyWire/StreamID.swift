/// The number of a stream on one link. 0 is the link itself; odd ones were opened by the side that
/// dialled, even ones by the side that accepted. A number is never used twice on a link.
public struct StreamID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// At most `greatest`.
    public let value: UInt64

    /// A number above `greatest` is the caller's bug.
    @inlinable
    public init(_ value: UInt64) {
        precondition(value <= Self.greatest, "a stream's number has 48 bits")
        self.value = value
    }

    public static let link = StreamID(0)
    /// 48 bits: a million new streams a second use them up in four years and a half.
    public static let greatest: UInt64 = 1 << 48 - 1

    @inlinable
    public var isLink: Bool { value == 0 }

    /// Who opened it; the link itself nobody.
    public var opener: LinkSide? { isLink ? nil : value % 2 == 1 ? .dialler : .acceptor }

    /// The stream that the same side opens next, or nil when the numbers are used up and the link
    /// must be replaced.
    public var next: StreamID? { value > Self.greatest - 2 ? nil : StreamID(value + 2) }

    public var description: String { "#\(value)" }

    @inlinable
    public static func < (left: StreamID, right: StreamID) -> Bool { left.value < right.value }
}

/// One of the two ends of a link or session.
public enum LinkSide: UInt8, Sendable, Equatable, CaseIterable {
    /// It connected; on a session it is the client process.
    case dialler = 0
    /// It listened; on a session it is the node.
    case acceptor = 1

    public var firstStream: StreamID { StreamID(self == .dialler ? 1 : 2) }
    public var other: LinkSide { self == .dialler ? .acceptor : .dialler }
}

/// What went wrong, as a number that every surface shows alike: Swift, the C ABI, the wire, the
/// command line, reports.
///
/// Numbers are grouped by area and never used twice for different things: 1xxx transport, 2xxx
/// routing, 3xxx security, 4xxx configuration, 5xxx federation, 9xxx internal. A code exists only
/// if a caller can react to it. A peer of a later version may send a number that is not in the
/// table; such a code is kept as it is, and counts as `maybe` delivered.
public struct ErrorCode: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The part of the system that a code belongs to.
    public enum Area: UInt16, Sendable, Equatable, CaseIterable {
        case transport = 1
        case routing = 2
        case security = 3
        case configuration = 4
        case federation = 5
        case `internal` = 9
    }

    /// Whether the called service may have begun to work on the request.
    public enum Delivery: UInt8, Sendable, Equatable, CaseIterable {
        /// It certainly saw nothing: another attempt is safe, also for what must not happen twice.
        case no = 0
        /// Nobody knows: another attempt is safe only for an idempotent request.
        case maybe = 1
    }

    /// One row of the table.
    public struct Entry: Sendable, Equatable {
        public let code: ErrorCode
        /// The name in every language, in its own spelling.
        public let name: String
        public let delivered: Delivery
        /// What happened, in one sentence.
        public let meaning: String
        /// What the caller can do, in one sentence.
        public let cure: String
    }

    /// The row of this code, or nil when this version does not know it.
    public var entry: Entry? {
        var low = 0
        var high = Self.table.count
        while low < high {
            let middle = (low + high) / 2
            if Self.table[middle].code < self { low = middle + 1 } else { high = middle }
        }
        guard low < Self.table.count, Self.table[low].code == self else { return nil }
        return Self.table[low]
    }

    /// Nil for a number outside every area.
    public var area: Area? { Area(rawValue: rawValue / 1_000) }

    public var delivered: Delivery { entry?.delivered ?? .maybe }

    /// The name, or `unknown(NUMBER)`.
    public var description: String { entry?.name ?? "unknown(\(rawValue))" }

    @inlinable
    public static func < (left: ErrorCode, right: ErrorCode) -> Bool {
        left.rawValue < right.rawValue
    }
}

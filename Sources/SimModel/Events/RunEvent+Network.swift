/// A host is up, with these addresses.
public struct HostUp: Sendable, Equatable, Codable {
    public var host: String
    public var zone: String
    public var addresses: [String]

    public init(host: String, zone: String, addresses: [String]) {
        self.host = host
        self.zone = zone
        self.addresses = addresses
    }
}

/// One direction of a link is there.
public struct LinkUp: Sendable, Equatable, Codable {
    /// As in `LinkTotals`.
    public var link: String
    /// Hosts or routers.
    public var from: String
    public var to: String
    /// Its own conditions, in the scenario language's words.
    public var conditions: String

    public init(link: String, from: String, to: String, conditions: String) {
        self.link = link
        self.from = from
        self.to = to
        self.conditions = conditions
    }
}

/// A fault changed what one direction of a link does.
public struct LinkChanged: Sendable, Equatable, Codable {
    /// `web>orders-1`: name of the link with its direction.
    public var link: String
    /// The new conditions, in the scenario language's words.
    public var conditions: String

    public init(link: String, conditions: String) {
        self.link = link
        self.conditions = conditions
    }
}

/// What one direction of one link did in the whole run.
public struct LinkTotals: Sendable, Equatable, Codable {
    public var link: String
    public var packets: UInt64
    public var bytes: UInt64
    public var delivered: UInt64
    /// By reason, in the order of `DropReason`; only the ones that happened.
    public var dropped: [DropCount]
    public var duplicated: UInt64
    public var corrupted: UInt64
    public var reordered: UInt64
    /// Delivered minus requested delay: how late the fabric was.
    public var latenessP50Nanoseconds: Int64
    public var latenessP99Nanoseconds: Int64
    public var latenessP999Nanoseconds: Int64
    public var latenessMaxNanoseconds: Int64

    public init(
        link: String, packets: UInt64, bytes: UInt64, delivered: UInt64, dropped: [DropCount],
        duplicated: UInt64, corrupted: UInt64, reordered: UInt64, latenessP50Nanoseconds: Int64,
        latenessP99Nanoseconds: Int64, latenessP999Nanoseconds: Int64, latenessMaxNanoseconds: Int64
    ) {
        self.link = link
        self.packets = packets
        self.bytes = bytes
        self.delivered = delivered
        self.dropped = dropped
        self.duplicated = duplicated
        self.corrupted = corrupted
        self.reordered = reordered
        self.latenessP50Nanoseconds = latenessP50Nanoseconds
        self.latenessP99Nanoseconds = latenessP99Nanoseconds
        self.latenessP999Nanoseconds = latenessP999Nanoseconds
        self.latenessMaxNanoseconds = latenessMaxNanoseconds
    }
}

/// How many packets were dropped for one reason.
public struct DropCount: Sendable, Equatable, Codable {
    public var reason: String
    public var count: UInt64

    public init(reason: String, count: UInt64) {
        self.reason = reason
        self.count = count
    }
}

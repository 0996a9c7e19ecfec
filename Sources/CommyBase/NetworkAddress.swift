/// Where a node can be dialled: an IP address and a port.
public struct NetworkAddress: Sendable, Hashable, Comparable {
    /// Addresses are numbers, the most significant byte first as it is written.
    public enum Host: Sendable, Hashable {
        case v4(UInt32)
        case v6(high: UInt64, low: UInt64)
    }
    public var host: Host
    public var port: UInt16

    public init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// IPv4 before IPv6, then by number.
    public static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
        left.order < right.order
    }

    private var order: (UInt8, UInt64, UInt64, UInt16) {
        switch host {
        case .v4(let number): (4, 0, UInt64(number), port)
        case .v6(let high, let low): (6, high, low, port)
        }
    }
}

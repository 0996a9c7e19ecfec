internal import CLinux

/// A numeric IPv4 or IPv6 address and a port.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    public enum Host: Sendable, Hashable {
        /// In host byte order: 127.0.0.1 is 0x7f00_0001.
        case v4(UInt32)
        case v6(high: UInt64, low: UInt64)
    }
    public var host: Host
    public var port: UInt16

    public init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads a numeric address such as `10.77.0.2` or `fd00::2`; nil when it is none.
    public init?(numeric text: String, port: UInt16) {
        guard !text.utf8.contains(0) else { return nil }
        var endpoint = clinux_endpoint()
        guard unsafe clinux_endpoint_parse(text, &endpoint) == 0 else { return nil }
        self.init(endpoint)
        self.port = port
    }

    public static func loopback(port: UInt16) -> SocketAddress {
        SocketAddress(host: .v4(0x7f00_0001), port: port)
    }

    /// The address without the port.
    public var hostText: String {
        var endpoint = self.endpoint
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let base = text.baseAddress!
            let result = unsafe clinux_endpoint_format(&endpoint, base, text.count)
            precondition(result == 0, "the buffer holds every address")
            return unsafe String(cString: base)
        }
    }

    /// `10.77.0.2:80` or `[fd00::2]:80`.
    public var description: String {
        switch host {
        case .v4: "\(hostText):\(port)"
        case .v6: "[\(hostText)]:\(port)"
        }
    }

    init(_ endpoint: clinux_endpoint) {
        host =
            endpoint.version == 4
            ? .v4(UInt32(truncatingIfNeeded: endpoint.low))
            : .v6(high: endpoint.high, low: endpoint.low)
        port = endpoint.port
    }

    var endpoint: clinux_endpoint {
        switch host {
        case .v4(let bits): clinux_endpoint(high: 0, low: UInt64(bits), port: port, version: 4)
        case .v6(let high, let low): clinux_endpoint(high: high, low: low, port: port, version: 6)
        }
    }
}

internal import CLinux
public import CommyBase

/// Where a socket is bound or connected.
public typealias SocketAddress = NetworkAddress

/// As the kernel has it.
extension NetworkAddress {
    init(_ endpoint: clinux_endpoint) {
        self.init(
            host: endpoint.version == 4
                ? .v4(UInt32(truncatingIfNeeded: endpoint.low))
                : .v6(high: endpoint.high, low: endpoint.low),
            port: endpoint.port)
    }

    var endpoint: clinux_endpoint {
        switch host {
        case .v4(let bits): clinux_endpoint(high: 0, low: UInt64(bits), port: port, version: 4)
        case .v6(let high, let low): clinux_endpoint(high: high, low: low, port: port, version: 6)
        }
    }
}

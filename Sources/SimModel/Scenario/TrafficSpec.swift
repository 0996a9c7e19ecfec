/// One entry under `traffic:`: an open-loop source of requests from one host to a URL.
///
/// Requests leave on schedule whether or not earlier ones were answered, and latency is counted
/// from the scheduled instant, so a stalled server cannot hide (coordinated omission).
public struct TrafficSpec: Sendable, Equatable {
    public enum Connection: String, Sendable, Equatable, CaseIterable {
        /// Connections are kept and used again.
        case keepAlive = "keep-alive"
        /// A new connection for each request.
        case close
    }
    public var name: String
    /// The host that the requests come from.
    public var source: String
    public var http: HTTPTarget
    public var connection: Connection = .keepAlive
    /// Requests per second.
    public var ratePerSecond: Double = 100
    /// A request without a whole answer by then has failed.
    public var timeout: Duration = .seconds(1)
    /// Name of the response header that names the backend; used by `route` and for attribution.
    public var backendHeader: String?
    /// When it begins and ends, counted from the start of the traffic phase; nil is the whole
    /// duration.
    public var start: Duration = .zero
    public var end: Duration?

    public init(name: String, source: String, http: HTTPTarget) {
        self.name = name
        self.source = source
        self.http = http
    }
}

/// Where a request goes: `http://web:8080/path`.
public struct HTTPTarget: Sendable, Equatable {
    /// A host of the topology.
    public var host: String
    public var port: UInt16
    /// Path and query, beginning with `/`.
    public var path: String
    /// True: the host's IPv6 address is used.
    public var usesIPv6: Bool

    public init(host: String, port: UInt16, path: String, usesIPv6: Bool = false) {
        self.host = host
        self.port = port
        self.path = path
        self.usesIPv6 = usesIPv6
    }
}

public import CommyLinux

/// What one source sends, where to and when.
public struct TrafficConfiguration: Sendable, Equatable {
    public var address: SocketAddress
    public var path = "/"
    /// The Host header; nil means the address.
    public var hostHeader: String?
    public var keepsConnections = true
    public var timeoutNanoseconds: Int64 = 1_000_000_000
    /// CLOCK_MONOTONIC at the run's zero.
    public var originNanoseconds: Int64
    public var schedule: ArrivalSchedule
    /// The name of the answer's header that names who answered.
    public var backendHeader: String?
    public var maximumInFlight = 4096

    public init(address: SocketAddress, originNanoseconds: Int64, schedule: ArrivalSchedule) {
        self.address = address
        self.originNanoseconds = originNanoseconds
        self.schedule = schedule
    }

    /// The bytes of every request.
    public var requestBytes: [UInt8] {
        Self.requestBytes(
            path: path, host: hostHeader ?? address.description, keepsConnection: keepsConnections)
    }

    static func requestBytes(path: String, host: String, keepsConnection: Bool) -> [UInt8] {
        let connection = keepsConnection ? "" : "Connection: close\r\n"
        return Array(
            ("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: commy-traffic\r\n"
                + "\(connection)\r\n").utf8)
    }
}

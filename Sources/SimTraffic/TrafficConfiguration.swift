public import CommyBase
public import CommyLinux

/// What one source sends, where to and when.
public struct TrafficConfiguration: Sendable, Equatable {
    /// What one request is.
    public enum Exchange: Sendable, Equatable {
        case http
        case tcp(ReplyRule)
        case udp(ReplyRule)
        /// A program and its arguments.
        case exec([String])
    }
    /// The answer that makes a request a success (tcp and udp).
    public enum ReplyRule: Sendable, Equatable {
        case none, any, echo
        case contains([UInt8])
    }
    /// What names who has answered.
    public enum Attribution: Sendable, Equatable {
        case none
        case header(String)
        /// The first capture group of a regular expression in the answer.
        case body(String)
        /// The address that the answer came from.
        case peer
    }

    public var exchange: Exchange = .http
    public var address: SocketAddress
    public var path = "/"
    public var method = "GET"
    /// More header lines, without their ends.
    public var headers: [String] = []
    /// The Host header; nil means the address.
    public var hostHeader: String?
    /// What a request carries (http, tcp, udp).
    public var payload: [UInt8] = []
    /// Statuses of a success (http).
    public var statuses: [ClosedRange<UInt16>] = [100...499]
    public var keepsConnections = true
    /// How http and tcp speak TLS; nil: they do not.
    public var tls: TrafficTLS?
    public var timeoutNanoseconds: Int64 = 1_000_000_000
    /// CLOCK_MONOTONIC at the run's zero.
    public var originNanoseconds: Int64
    public var schedule: ArrivalSchedule
    public var attribution = Attribution.none
    public var maximumInFlight = 4096
    /// Tells datagrams of this source from those of another (udp).
    public var identity: UInt64 = 0

    public init(address: SocketAddress, originNanoseconds: Int64, schedule: ArrivalSchedule) {
        self.address = address
        self.originNanoseconds = originNanoseconds
        self.schedule = schedule
    }

    /// The bytes of every request on a connection.
    public var requestBytes: [UInt8] {
        switch exchange {
        case .http: httpBytes
        case .tcp, .udp, .exec: payload
        }
    }

    /// What TLS is asked to carry.
    var content: TrafficTLS.Content { exchange == .http ? .http : .bytes }

    /// Whether it does no harm when the server gets the same request twice: RFC 9110, 9.2.2.
    var maySendTwice: Bool {
        exchange == .http
            && ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
    }

    private var httpBytes: [UInt8] {
        var head = Self.requestHead(
            method: method, path: path, host: hostHeader ?? address.description,
            keepsConnection: keepsConnections)
        for header in headers { head += header + "\r\n" }
        if !payload.isEmpty { head += "Content-Length: \(payload.count)\r\n" }
        return Array((head + "\r\n").utf8) + payload
    }

    /// Everything but the end of the head.
    static func requestHead(
        method: String = "GET", path: String, host: String, keepsConnection: Bool
    ) -> String {
        let connection = keepsConnection ? "" : "Connection: close\r\n"
        return "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: commy-traffic\r\n"
            + connection
    }
}

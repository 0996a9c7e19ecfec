/// One entry under `traffic:`: an open-loop source of requests from one host.
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
    /// What one request is.
    public enum Kind: Sendable, Equatable {
        case http(HTTPExchange)
        case tcp(TCPExchange)
        case udp(UDPExchange)
        /// A command that runs on the source host; it succeeds when it returns 0. The placeholders
        /// of `ProcessSpec` are filled in.
        case exec(ProcessSpec.Command)
        /// A request to a service, through the node of the source host.
        case mesh(MeshExchange)
    }
    /// How it is known who answered a request.
    public enum Attribution: Sendable, Equatable {
        /// The value of this response header (http).
        case header(String)
        /// The first capture group of this regular expression in the answer: the body (http), the
        /// bytes (tcp, udp) or the standard output (exec).
        case body(String)
        /// The host that the answer came from, by its address (http, tcp, udp).
        case peer
        /// The instance that has answered, by what it calls itself: its host, or `web/2` (mesh).
        case instance
    }
    public var name: String
    /// The host that the requests come from.
    public var source: String
    public var kind: Kind
    /// Used by http and tcp.
    public var connection: Connection = .keepAlive
    /// Who must answer over TLS 1.3 (http and tcp); nil: no TLS is spoken.
    public var tls: TLSServer?
    public var arrival = Arrival()
    /// A request without a whole answer by then has failed.
    public var timeout: Duration = .seconds(1)
    public var attribution: Attribution?
    /// When it begins and ends, counted from the start of the traffic phase; nil is the whole
    /// duration.
    public var start: Duration = .zero
    public var end: Duration?

    public init(name: String, source: String, kind: Kind) {
        self.name = name
        self.source = source
        self.kind = kind
    }

    /// The word that the scenario file uses for the kind.
    public var protocolName: String {
        switch kind {
        case .http: "http"
        case .tcp: "tcp"
        case .udp: "udp"
        case .exec: "exec"
        case .mesh: "mesh"
        }
    }
}

/// Which certificates of servers a traffic over TLS accepts, of those that the run has given to its
/// hosts.
public enum TLSServer: Sendable, Equatable {
    /// That of this host.
    case host(String)
    /// That of any host.
    case any
}

/// When requests are due: an open-loop arrival process.
public struct Arrival: Sendable, Equatable {
    public enum Spacing: Sendable, Equatable {
        /// Equal distances.
        case constant
        /// A Poisson process: independent arrivals, the model of many users.
        case poisson
        /// So many at once, then a pause; the rate is kept on average.
        case burst(Int)
    }
    public var spacing: Spacing = .constant
    /// Requests per second, at the begin when the rate changes.
    public var ratePerSecond: Double = 100
    /// Where a linear ramp ends, at the end of the traffic; nil: the rate does not change.
    public var finalRatePerSecond: Double?

    public init() {}

    /// How many requests a span of traffic has on average.
    public func expectedCount(seconds: Double) -> Double {
        seconds * (ratePerSecond + (finalRatePerSecond ?? ratePerSecond)) / 2
    }
}

/// Where packets of a request go: a host of the topology.
public struct SocketTarget: Sendable, Equatable {
    public var host: String
    public var port: UInt16
    /// True: the host's IPv6 address is used.
    public var usesIPv6: Bool

    public init(host: String, port: UInt16, usesIPv6: Bool = false) {
        self.host = host
        self.port = port
        self.usesIPv6 = usesIPv6
    }
}

/// One HTTP/1.1 request: `http://web:8080/path`, or `https` with TLS.
public struct HTTPExchange: Sendable, Equatable {
    public var target: SocketTarget
    /// Path and query, beginning with `/`.
    public var path: String
    public var method = "GET"
    public var headers: [HTTPHeader] = []
    public var payload = Payload.none
    /// Statuses of a success.
    public var statuses: [ClosedRange<Int>] = [100...499]

    public init(target: SocketTarget, path: String) {
        self.target = target
        self.path = path
    }
}

/// One header of a request.
public struct HTTPHeader: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What a request carries.
public enum Payload: Sendable, Equatable {
    case none
    case text(String)
    /// So many generated bytes.
    case bytes(Int)
}

/// The answer that makes a request a success.
public enum Reply: Sendable, Equatable {
    /// None: it is a success when it was sent (udp) or the connection was made (tcp).
    case none
    /// Any bytes.
    case any
    /// What was sent comes back.
    case echo
    /// The answer contains this text.
    case contains(String)
}

/// One exchange over TCP: connect unless connected, send the payload, wait for the reply.
public struct TCPExchange: Sendable, Equatable {
    public var target: SocketTarget
    public var payload = Payload.none
    public var reply = Reply.none

    public init(target: SocketTarget) {
        self.target = target
    }
}

/// One datagram and its reply. A generated payload carries the traffic's identity and the request's
/// ordinal, so that losses, duplicates and reordering are seen; it has at least
/// `UDPExchange.headerBytes` bytes.
public struct UDPExchange: Sendable, Equatable {
    public static let headerBytes = 24
    public var target: SocketTarget
    public var payload = Payload.bytes(64)
    public var reply = Reply.echo

    public init(target: SocketTarget) {
        self.target = target
    }
}

/// One request to a service of the mesh, and its answer.
public struct MeshExchange: Sendable, Equatable {
    public var service: String
    /// What is asked for; nil is the service's only method.
    public var method: String?
    public var payload = Payload.none
    /// Whether it does no harm when it is carried out twice, so that the mesh may try again.
    public var isIdempotent = false

    public init(service: String) {
        self.service = service
    }
}

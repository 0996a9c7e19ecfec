/// The measured part begins: the zero of every time in the scenario file.
public struct TrafficStarted: Sendable, Equatable, Codable {
    public var traffic: [String]

    public init(traffic: [String]) {
        self.traffic = traffic
    }
}

/// One request of one traffic source; the entry's `at` is the instant it was decided.
public struct RequestOutcome: Sendable, Equatable, Codable {
    public enum Result: String, Sendable, Equatable, Codable, CaseIterable {
        /// The answer that was asked for; with http a whole one with an accepted status, which is
        /// one below 500 unless the scenario says otherwise.
        case ok
        /// A whole answer (http) with any other status.
        case serverError = "server-error"
        /// A whole answer that is not the one asked for (tcp, udp), or a command that has failed.
        case wrongAnswer = "wrong-answer"
        case timeout
        case refused
        case reset
        case unreachable
        /// The answer was not HTTP or ended too early.
        case malformed
        /// Not sent: the generator was at its limit of requests under way.
        case overload
    }
    /// A delay in sending that is shorter is not written down.
    public static let leastSendDelayNanoseconds: Int64 = 1_000_000

    public var traffic: String
    /// Counted from 0 in the order of the schedule.
    public var ordinal: UInt64
    /// When it was due, on the run's clock.
    public var scheduledNanoseconds: Int64
    /// From the scheduled instant to the decision.
    public var latencyNanoseconds: Int64
    /// How long after its instant it was sent, where that is `leastSendDelayNanoseconds` or more.
    public var sendDelayNanoseconds: Int64?
    public var result: Result
    public var status: Int?
    /// Who answered, as the scenario's attribution says.
    public var backend: String?
    /// Bytes of the answer's body.
    public var bytes: UInt64?
    /// True when the answer to a later request had come before: only with udp.
    public var misordered: Bool?
    /// The code of an error of the mesh.
    public var code: Int?

    public init(
        traffic: String, ordinal: UInt64, scheduledNanoseconds: Int64, latencyNanoseconds: Int64,
        sendDelayNanoseconds: Int64? = nil, result: Result, status: Int? = nil,
        backend: String? = nil, bytes: UInt64? = nil, misordered: Bool? = nil, code: Int? = nil
    ) {
        self.traffic = traffic
        self.ordinal = ordinal
        self.scheduledNanoseconds = scheduledNanoseconds
        self.latencyNanoseconds = latencyNanoseconds
        self.sendDelayNanoseconds = sendDelayNanoseconds
        self.result = result
        self.status = status
        self.backend = backend
        self.bytes = bytes
        self.misordered = misordered
        self.code = code
    }

    /// True when this backend has answered; a host also stands for each of its instances.
    public func isAnswered(by name: String) -> Bool {
        backend.map { BackendName.matches($0, name) } ?? false
    }
}

/// Names of who answers: a host, or one of several instances of a service on it as `web/2`.
enum BackendName {
    static func matches(_ seen: String, _ wanted: String) -> Bool {
        seen == wanted || seen.hasPrefix(wanted + "/")
    }
}

/// An answer has come once more for a request that was already decided: only with udp.
public struct RequestRepeated: Sendable, Equatable, Codable {
    public var traffic: String
    public var ordinal: UInt64

    public init(traffic: String, ordinal: UInt64) {
        self.traffic = traffic
        self.ordinal = ordinal
    }
}

/// A traffic source has sent its last request and got or given up its last answer.
public struct TrafficEnded: Sendable, Equatable, Codable {
    public var traffic: String
    public var sent: UInt64
    /// The generator's own lateness at sending, worst case: how far the open loop was from its
    /// schedule.
    public var worstSendDelayNanoseconds: Int64

    public init(traffic: String, sent: UInt64, worstSendDelayNanoseconds: Int64) {
        self.traffic = traffic
        self.sent = sent
        self.worstSendDelayNanoseconds = worstSendDelayNanoseconds
    }
}

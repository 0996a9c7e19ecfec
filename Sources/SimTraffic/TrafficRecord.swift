/// How one request ended. The names are those of the event log.
public enum TrafficResult: UInt8, Sendable, Equatable, CaseIterable {
    /// The answer that was asked for.
    case ok = 0
    /// A whole HTTP answer with a status that is not accepted.
    case serverError = 1
    case timeout = 2
    case refused = 3
    case reset = 4
    case unreachable = 5
    /// The answer was not HTTP or ended too early.
    case malformed = 6
    /// Not sent: too many requests under way, no free port or descriptor, or too late to be useful.
    case overload = 7
    /// A whole answer that is not the one asked for, or a command that has failed.
    case wrongAnswer = 8

    public var name: String {
        switch self {
        case .ok: "ok"
        case .serverError: "server-error"
        case .timeout: "timeout"
        case .refused: "refused"
        case .reset: "reset"
        case .unreachable: "unreachable"
        case .malformed: "malformed"
        case .overload: "overload"
        case .wrongAnswer: "wrong-answer"
        }
    }
}

/// What `commy-traffic` writes on its standard output.
///
/// Each record is framed alone; all numbers are little-endian:
///
///     0  u16  bytes of the whole record          2  u8  version (2)    3  u8  kind
///     kind 1, a decided request:
///     4  u8   result    5  u8  tries (0, 1, 2)   6  u16 status or 0
///     8  u64  ordinal   16 i64 scheduled         24 i64 latency        32 u64 body bytes
///     40 u32  send delay in microseconds         44 u32 flags (1: misordered)
///     48 backend (0 to 255 bytes)
///     kind 2, the summary, last of the stream:
///     4  u32  0         8  u64 sent              16 u64 decided        24 u64 overloaded
///     32 u64  retried   40 u64 abandoned         48 i64 worst send delay
///     kind 3, an answer that came once more:
///     4  u32  0         8  u64 ordinal
public enum TrafficRecord: Sendable, Equatable {
    case request(TrafficRequest)
    case summary(TrafficSummary)
    case repeated(ordinal: UInt64)

    public static let version: UInt8 = 2
    static let headerBytes = 4
    static let requestBytes = 48
    static let summaryBytes = 56
    static let repeatedBytes = 16
    static let maximumBytes = requestBytes + Limits.backendBytes
}

/// One decided request.
public struct TrafficRequest: Sendable, Equatable {
    /// From 0 in the order of the schedule.
    public var ordinal: UInt64
    /// When it was due, on the run's clock.
    public var scheduledNanoseconds: Int64
    /// From the due instant to the decision.
    public var latencyNanoseconds: Int64
    public var result: TrafficResult
    /// How many connections it was sent on.
    public var tries: UInt8
    public var status: UInt16?
    /// Who answered, at most `Limits.backendBytes`; empty when nobody is named.
    public var backend: [UInt8]
    /// Bytes of the answer's body.
    public var bodyByteCount: UInt64 = 0
    /// From the due instant to the sending; kept to the microsecond, at most 71 minutes.
    public var sendDelayNanoseconds: Int64 = 0
    /// True when the answer to a later request had come before.
    public var isMisordered = false

    public init(
        ordinal: UInt64, scheduledNanoseconds: Int64, latencyNanoseconds: Int64,
        result: TrafficResult, tries: UInt8 = 1, status: UInt16? = nil, backend: [UInt8] = []
    ) {
        self.ordinal = ordinal
        self.scheduledNanoseconds = scheduledNanoseconds
        self.latencyNanoseconds = latencyNanoseconds
        self.result = result
        self.tries = tries
        self.status = status
        self.backend = backend
    }

    /// The backend as text; nil when there was none.
    public var backendText: String? {
        backend.isEmpty ? nil : String(decoding: backend, as: UTF8.self)
    }
}

/// The totals of one source: at its end, every request that was due is either sent or overloaded,
/// and either decided or abandoned.
///
/// Invariant: `sent + overloaded == decided + abandoned`, and `overloaded <= decided`.
public struct TrafficSummary: Sendable, Equatable {
    /// Requests that left or tried to, the abandoned among them: all but the overloaded.
    public var sent: UInt64 = 0
    /// Requests with a record.
    public var decided: UInt64 = 0
    /// Requests that ended as `overload`.
    public var overloaded: UInt64 = 0
    /// Requests sent a second time because the kept connection had been closed by the server.
    public var retried: UInt64 = 0
    /// Requests under way when a stop was asked for and the drain time was over; they have no
    /// record.
    public var abandoned: UInt64 = 0
    /// The largest span from a due instant to its sending, or to its end as too late to be sent.
    public var worstSendDelayNanoseconds: Int64 = 0

    public init() {}
}

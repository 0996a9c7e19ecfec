public import SimModel

/// A traffic source and its figures. Times are nanoseconds since the traffic's start.
public struct TrafficFigures: Sendable {
    /// One request, small and without references: a long run has millions.
    struct Sample: Sendable {
        /// When it was due.
        var at: Int64
        /// From then to the decision.
        var latency: Int64
        /// Number in `backendNames`; negative when nobody is named.
        var backend: Int32
        var result: RequestOutcome.Result

        var isOK: Bool { result == .ok }
    }

    public let name: String
    public private(set) var ok = 0
    /// How many requests came to each result, in the order of the results; only what happened.
    public private(set) var results: [(result: RequestOutcome.Result, count: Int)] = []
    /// Latencies of successful requests, sorted.
    public private(set) var latencies: [Int64] = []
    /// Successful answers by backend, sorted by name.
    public private(set) var backends: [(name: String, count: Int)] = []
    /// Body bytes of all answers; nil when the log does not count them.
    public private(set) var bytes: UInt64?
    /// Answers that came after the answer to a later request.
    public private(set) var misordered = 0
    private var seesOrder = false
    /// Requests that were sent a millisecond or more after their instant.
    public private(set) var sentLate = 0
    /// Answers that came once more.
    public internal(set) var duplicated = 0
    public internal(set) var worstSendDelay: Int64 = 0
    /// In the order of the schedule.
    private(set) var samples: [Sample] = []
    private var backendNames: [String] = []
    private var backendNumbers: [String: Int32] = [:]

    init(name: String) {
        self.name = name
    }

    /// Requests that were due.
    public var sent: Int { samples.count }

    /// Requests that nobody has answered.
    public var lost: Int {
        results.filter { Self.isUnanswered($0.result) }.reduce(0) { $0 + $1.count }
    }

    /// True when the log speaks of datagrams: only they come twice or out of order.
    public var hasDatagramFigures: Bool { duplicated > 0 || seesOrder }

    /// Successful requests per second between the first and the last request that were due; nil
    /// for fewer than two.
    public var throughput: Double? {
        guard let span else { return nil }
        return Double(ok) / span
    }

    /// Body bits of answers per second in the same span.
    public var goodputBitsPerSecond: Double? {
        guard let span, let bytes else { return nil }
        return Double(bytes) * 8 / span
    }

    /// From the first request to one mean distance after the last one, in seconds.
    private var span: Double? {
        guard let first = samples.first?.at, let last = samples.last?.at, last > first else {
            return nil
        }
        let count = Double(samples.count)
        return Double(last - first) / 1e9 * count / (count - 1)
    }

    mutating func add(_ request: RequestOutcome, origin: Int64) {
        samples.append(
            Sample(
                at: request.scheduledNanoseconds - origin, latency: request.latencyNanoseconds,
                backend: request.backend.map { number(ofBackend: $0) } ?? -1,
                result: request.result))
        if let count = request.bytes { bytes = (bytes ?? 0) &+ count }
        if let isMisordered = request.misordered {
            seesOrder = true
            if isMisordered { misordered += 1 }
        }
        if request.sendDelayNanoseconds != nil { sentLate += 1 }
    }

    /// Puts everything in order; called once, after the last request.
    mutating func finish() {
        samples.sort { $0.at < $1.at }
        var counts = [Int](repeating: 0, count: RequestOutcome.Result.allCases.count)
        var answers = [Int](repeating: 0, count: backendNames.count)
        latencies.reserveCapacity(samples.count)
        for sample in samples {
            counts[Self.index(of: sample.result)] += 1
            guard sample.isOK else { continue }
            latencies.append(sample.latency)
            if sample.backend >= 0 { answers[Int(sample.backend)] += 1 }
        }
        latencies.sort()
        ok = latencies.count
        results = zip(RequestOutcome.Result.allCases, counts).filter { $0.1 > 0 }
            .map { ($0.0, $0.1) }
        backends = zip(backendNames, answers).filter { $0.1 > 0 }.map { ($0.0, $0.1) }
        backends.sort { $0.name < $1.name }
    }

    /// The nearest-rank quantile of the latencies of successful requests.
    func latency(_ quantile: Double) -> Int64? { NearestRank.value(quantile, of: latencies) }

    private static func isUnanswered(_ result: RequestOutcome.Result) -> Bool {
        switch result {
        case .timeout, .refused, .reset, .unreachable: true
        case .ok, .serverError, .wrongAnswer, .malformed, .overload: false
        }
    }

    private static func index(of result: RequestOutcome.Result) -> Int {
        switch result {
        case .ok: 0
        case .serverError: 1
        case .wrongAnswer: 2
        case .timeout: 3
        case .refused: 4
        case .reset: 5
        case .unreachable: 6
        case .malformed: 7
        case .overload: 8
        }
    }

    private mutating func number(ofBackend name: String) -> Int32 {
        if let known = backendNumbers[name] { return known }
        let number = Int32(backendNames.count)
        backendNames.append(name)
        backendNumbers[name] = number
        return number
    }
}

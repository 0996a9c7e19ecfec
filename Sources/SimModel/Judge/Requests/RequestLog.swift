internal import CommyBase

/// One request as the judge keeps it: small and without references, because a run has many.
struct RequestSample: Sendable, Equatable {
    /// When it was due, on the run's clock.
    var scheduled: Int64
    /// From then to the decision.
    var latency: Int64
    var ordinal: UInt64
    var result: RequestOutcome.Result
    /// 0 when there was none.
    var status: Int32
    /// Number of the backend in its traffic's table; negative when nobody is named.
    var backend: Int32
    /// Body bytes of the answer; those above 4 GiB are not counted.
    var bytes: UInt32
    /// How late it was sent; up to 4 seconds, which is more than any reason to ask.
    var sendDelay: UInt32
    var isMisordered: Bool
    /// Of an error of the mesh; 0 when there was none.
    var code: Int32 = 0
    /// How often the answer came again.
    var repeats: UInt8 = 0

    var decided: Int64 { scheduled + latency }
    var isSuccess: Bool { result == .ok }
}

/// All requests of one traffic source.
struct RequestLog: Sendable, Equatable {
    let name: String
    /// In the order of their decisions while the run goes on; `sortBySchedule` puts them in order.
    private(set) var samples: [RequestSample] = []
    /// Names of backends, in the order of their first answers.
    private(set) var backends: [String] = []
    private var repeatedOrdinals: [UInt64] = []
    private var backendNumbers: [String: Int32] = [:]
    /// What the generator says about itself; nil until it has ended.
    var ended: TrafficEnded?

    init(name: String) {
        self.name = name
    }

    mutating func add(_ outcome: RequestOutcome) {
        samples.append(
            RequestSample(
                scheduled: outcome.scheduledNanoseconds, latency: outcome.latencyNanoseconds,
                ordinal: outcome.ordinal, result: outcome.result,
                status: Int32(truncatingIfNeeded: outcome.status ?? 0),
                backend: outcome.backend.map { number(ofBackend: $0) } ?? -1,
                bytes: UInt32(clamping: outcome.bytes ?? 0),
                sendDelay: UInt32(clamping: outcome.sendDelayNanoseconds ?? 0),
                isMisordered: outcome.misordered ?? false,
                code: Int32(clamping: outcome.code ?? 0)))
    }

    /// The answer to a request has come once more.
    mutating func repeated(_ ordinal: UInt64) { repeatedOrdinals.append(ordinal) }

    /// Puts the samples in order, and says of each how often its answer came again.
    mutating func sortBySchedule() {
        samples.sort { ($0.scheduled, $0.ordinal) < ($1.scheduled, $1.ordinal) }
        guard !repeatedOrdinals.isEmpty else { return }
        let repeats = Dictionary(repeatedOrdinals.map { ($0, 1) }, uniquingKeysWith: +)
        for index in samples.indices {
            guard let count = repeats[samples[index].ordinal] else { continue }
            samples[index].repeats = UInt8(clamping: count)
        }
    }

    /// All requests of several sources in order, for claims that do not look at backends.
    static func merged(_ logs: [RequestLog], name: String) -> RequestLog {
        var all = RequestLog(name: name)
        all.samples = logs.flatMap(\.samples)
        all.samples.sort { ($0.scheduled, $0.ordinal) < ($1.scheduled, $1.ordinal) }
        all.ended = logs.compactMap(\.ended).max {
            $0.worstSendDelayNanoseconds < $1.worstSendDelayNanoseconds
        }
        return all
    }

    /// The requests that count in a window. The log must be in order.
    func samples(in window: Window) -> [RequestSample] {
        var result: [RequestSample] = []
        for span in window.spans.spans {
            let begin = firstIndex(at: span.lowerBound)
            let due = samples[begin..<firstIndex(at: span.upperBound)]
            result +=
                window.endsWithDecision ? due.filter { $0.decided < span.upperBound } : Array(due)
        }
        return result
    }

    /// When the first request was due in a span that was not decided within it.
    func firstUndecided(in span: Range<Int64>) -> Int64? {
        samples[firstIndex(at: span.lowerBound)..<firstIndex(at: span.upperBound)]
            .first { $0.decided >= span.upperBound }?.scheduled
    }

    /// The numbers of a backend and of the instances on it; none when nobody of them has answered.
    func numbers(ofBackend name: String) -> [Int32] {
        backends.indices.filter { BackendName.matches(backends[$0], name) }.map { Int32($0) }
    }

    func isAnswered(_ sample: RequestSample, by name: String) -> Bool {
        sample.backend >= 0 && BackendName.matches(backends[Int(sample.backend)], name)
    }

    private mutating func number(ofBackend name: String) -> Int32 {
        if let known = backendNumbers[name] { return known }
        let number = Int32(backends.count)
        backends.append(name)
        backendNumbers[name] = number
        return number
    }

    /// The first sample that was scheduled at an instant or later, by bisection.
    private func firstIndex(at instant: Int64) -> Int {
        samples.partitionPoint { $0.scheduled < instant }
    }
}

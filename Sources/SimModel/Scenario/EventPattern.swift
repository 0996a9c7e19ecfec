/// A kind of thing that happens in a run, which faults can wait for (`when:`) and expectations can
/// demand or forbid (`eventually:`, `always:`, `never:`, `sometimes:`).
public enum EventPattern: Sendable, Equatable {
    /// A line of output of a process; of any process, or on any host, where none is named.
    case log(TextPattern, process: String?, host: String?)
    /// A process becomes ready, also again after a restart.
    case ready(process: String, host: String?)
    /// A process ends, for whatever reason.
    case exits(process: String, host: String?)
    case faultBegins(String)
    case faultHeals(String)
    /// A request of a traffic is decided.
    case request(RequestPattern)
    /// A process reports something about itself.
    case report(ReportPattern)
}

/// Which requests are meant; what is nil does not matter.
public struct RequestPattern: Sendable, Equatable {
    public enum Result: Sendable, Equatable {
        case ok
        /// Anything but ok.
        case failed
        case exactly(RequestOutcome.Result)
    }
    public var traffic: String
    public var result: Result?
    public var status: Int?
    public var backend: String?
    /// The code of an error of the mesh.
    public var code: Int?

    public init(
        traffic: String, result: Result? = nil, status: Int? = nil, backend: String? = nil,
        code: Int? = nil
    ) {
        self.traffic = traffic
        self.result = result
        self.status = status
        self.backend = backend
        self.code = code
    }

    public func matches(_ outcome: RequestOutcome) -> Bool {
        guard outcome.traffic == traffic else { return false }
        if let status, outcome.status != status { return false }
        if let backend, !outcome.isAnswered(by: backend) { return false }
        if let code, outcome.code != code { return false }
        switch result {
        case nil: return true
        case .ok: return outcome.result == .ok
        case .failed: return outcome.result != .ok
        case .exactly(let wanted): return outcome.result == wanted
        }
    }
}

/// A text that is looked for in a line.
public enum TextPattern: Sendable, Equatable {
    case contains(String)
    /// A regular expression that matches somewhere in the line; the reader has compiled it once.
    case expression(String)

    /// As the author wrote it.
    public var text: String {
        switch self {
        case .contains(let text): text
        case .expression(let text): "/\(text)/"
        }
    }
}

/// When a fault begins by state: after these things have happened in this order.
public struct Condition: Sendable, Equatable {
    /// One thing that must happen, so many times, before the next step is looked for.
    public struct Step: Sendable, Equatable {
        public var pattern: EventPattern
        public var count: Int

        public init(pattern: EventPattern, count: Int = 1) {
            self.pattern = pattern
            self.count = count
        }
    }
    /// Never empty.
    public var steps: [Step]
    /// What happens before this time of the traffic phase does not count.
    public var notBefore: Duration
    /// From the last step's event to the fault's begin.
    public var delay: Duration

    public init(steps: [Step], notBefore: Duration = .zero, delay: Duration = .zero) {
        self.steps = steps
        self.notBefore = notBefore
        self.delay = delay
    }
}

/// One entry under `expect:`: a statement about a run that is judged when the run is over.
public struct ExpectationSpec: Sendable, Equatable {
    /// The name of the traffic that it speaks of.
    public var traffic: String
    public var claim: Claim
    public var scope: Scope
    /// Line in the scenario file, for reports.
    public var line: Int
    /// As the author wrote it, in one line: `checkout: success >= 99.9% during crash`.
    public var text: String

    public enum Claim: Sendable, Equatable {
        /// Share of requests that succeeded, 0...1.
        case success(Comparison, Double)
        /// A quantile (0...1) of the latency of successful requests.
        case latency(quantile: Double, Comparison, Duration)
        /// Within this time after the fault begins, requests succeed again and go on doing so: no
        /// request scheduled later than that fails, until another fault begins or the run ends.
        case recovers(within: Duration)
        /// Share of successful requests answered by this backend, 0...1.
        case share(backend: String, Comparison, Double)
    }
    public enum Comparison: String, Sendable, Equatable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case more = ">"
        case less = "<"
        case equal = "=="
    }
    /// Which requests count, by the instant at which they were scheduled. A request that is under
    /// way when a fault begins counts neither before it nor as without a fault.
    public enum Scope: Sendable, Equatable {
        case wholeRun
        /// Only while no fault is active (and `grace` after one has healed has passed).
        case noFault(grace: Duration)
        /// While the fault is active, but not before `grace` after its begin.
        case during(fault: String, grace: Duration)
        /// From the fault's end (its begin when it never heals; for `recovers` always its begin).
        case after(fault: String, grace: Duration)
        /// Before the fault's begin.
        case before(fault: String)
    }

    public init(traffic: String, claim: Claim, scope: Scope, line: Int, text: String) {
        self.traffic = traffic
        self.claim = claim
        self.scope = scope
        self.line = line
        self.text = text
    }
}

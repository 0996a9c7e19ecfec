/// One entry under `expect:`: a statement about a run that is judged when the run is over.
public struct ExpectationSpec: Sendable, Equatable {
    public var subject: Subject
    public var claim: Claim
    public var scope: Scope
    /// Line in the scenario file, for reports.
    public var line: Int
    /// As the author wrote it, in one line: `checkout: success >= 99.9% during crash`.
    public var text: String

    /// What it speaks of. The reader lets a claim stand only beside a subject that it fits.
    public enum Subject: Sendable, Equatable {
        case traffic(String)
        /// A process on one host, or on each of its hosts where none is named.
        case process(String, host: String?)
        /// Everything: claims on events, and on datagrams of all traffic that counts them.
        case run
    }
    public enum Claim: Sendable, Equatable {
        /// Share of requests that succeeded, 0...1.
        case success(Comparison, Double)
        /// A quantile (0...1) of the latency of successful requests.
        case latency(quantile: Double, Comparison, Duration)
        /// Successful requests per second over the window.
        case throughput(Comparison, ratePerSecond: Double)
        /// Body bits of answers per second over the window.
        case goodput(Comparison, bitsPerSecond: Double)
        /// Within this time after the fault begins, requests succeed again and go on doing so: no
        /// request scheduled later than that fails, until another fault begins or the run ends.
        case recovers(within: Duration)
        /// Share of successful requests answered by this backend, 0...1.
        case share(backend: String, Comparison, Double)
        /// Share of the requests whose node has sent them by this transport, 0...1.
        case transport(String, Comparison, Double)
        /// From this long after the window's begin on, all nodes that live tell the same view and
        /// the same catalog.
        case converges(within: Duration)
        /// What nodes say about members: from `within` after the window's begin on, else all the
        /// time. One node says it, or each that lives.
        case members(MembersClaim, within: Duration?, by: String?)
        /// How many datagrams were lost, came twice, or came after a later one.
        case datagrams(DatagramFate, Comparison, Amount)
        /// What a process uses; memory and open files at their peak in the window, processor time
        /// on average.
        case resource(Resource, Comparison, Double)
        /// How a process has ended by the end of the traffic, before it is asked to.
        case exit(ExitState)
        /// How often a process was started again.
        case restarts(Comparison, Int)
        /// The event happens within this time of the window's begin.
        case eventually(EventPattern, within: Duration)
        /// Every event of its kind in the window is like this: all requests, all lines.
        case always(EventPattern)
        /// No event in the window is like this.
        case never(EventPattern)
        /// At least one event in the window is like this.
        case sometimes(EventPattern)
    }
    public enum Comparison: String, Sendable, Equatable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case more = ">"
        case less = "<"
        case equal = "=="
    }
    public enum DatagramFate: String, Sendable, Equatable, CaseIterable {
        case lost, duplicated, misordered
    }
    /// A number of things, or their share of all.
    public enum Amount: Sendable, Equatable {
        case count(Int)
        case share(Double)
    }
    public enum Resource: String, Sendable, Equatable, CaseIterable {
        /// Resident bytes of the process and its children.
        case memory
        /// Share of one processor, 1 is all of it.
        case cpu
        case openFiles = "open-files"
        case threads
    }
    public enum ExitState: Sendable, Equatable {
        case running
        case code(Int32)
        case signal(Int32)
    }
    /// A span of the run that has a name.
    public enum Period: Sendable, Equatable {
        case fault(String)
        case phase(String)

        public var name: String {
            switch self {
            case .fault(let name), .phase(let name): name
            }
        }
    }
    /// Which requests count, by the instant at which they were scheduled. A request that is under
    /// way when a fault begins counts neither before it nor as without a fault. Requests that are
    /// scheduled in a phase named `warm-up` count only where a scope names that phase.
    public enum Scope: Sendable, Equatable {
        case wholeRun
        /// Only while no fault is active (and `grace` after one has healed has passed).
        case noFault(grace: Duration)
        /// While the fault is active or the phase lasts, but not before `grace` after its begin.
        case during(Period, grace: Duration)
        /// From the fault's end (its begin when it never heals; for `recovers` and `eventually`
        /// always its begin), or from the phase's end.
        case after(Period, grace: Duration)
        /// Before the fault's or the phase's begin.
        case before(Period)
    }

    public init(subject: Subject, claim: Claim, scope: Scope, line: Int, text: String) {
        self.subject = subject
        self.claim = claim
        self.scope = scope
        self.line = line
        self.text = text
    }

    /// The traffic that it speaks of, if it does.
    public var traffic: String? {
        switch subject {
        case .traffic(let name): name
        case .process, .run: nil
        }
    }
}

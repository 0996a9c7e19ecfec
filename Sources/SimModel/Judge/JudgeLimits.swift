/// The thresholds of the judge, each with its reason.
///
/// They only decide between `fail` and `inconclusive`; no threshold turns a failure into a pass.
public enum JudgeLimits {
    /// A stall's effect begins this long (nanoseconds) before the stall as it was measured: the
    /// harness notices a stall on one thread, and others may have lost the processor earlier. 10 ms
    /// is two slices of a scheduler at 250 Hz.
    public static let stallLead: Int64 = 10_000_000
    /// And it ends this long after: time for queues of packets and requests to drain. Twice the
    /// lead.
    public static let stallTail: Int64 = 20_000_000
    /// The tail grows with the stall: whatever piled up in it is worked off at a fraction of the
    /// speed, and retransmissions fall due later. Four times its length.
    public static let stallTailFactor: Int64 = 4
    /// No tail is longer than this: after 5 s a working system has caught up with any backlog that
    /// its clients have not given up.
    public static let stallTailMost: Int64 = 5_000_000_000
    /// A stall explains a request's outcome when its widened span covers at least this share of the
    /// time from the scheduled instant to the decision: a stall of 5 ms does not cause a timeout of
    /// 1 s.
    public static let explainingShare = 0.1
    /// A machine that stands still for more than this share of a window has made whatever went
    /// wrong there its own: backlogs last several times as long as the stalls, so that a quarter of
    /// all requests and more have met one.
    public static let stalledShare = 0.05
    /// A fault that the harness itself begins or heals this late (nanoseconds) makes every failure
    /// doubtful: its own loop lacked the processor, so the scenario's programs did too. A busy
    /// machine has some 50 ms; this is ten times that.
    public static let faultDelay: Int64 = 500_000_000
    /// A bound is tighter than the fabric was when the lateness (p99 of the worst link) is more
    /// than this share of the bound. A request crosses links several times, so that one tenth on
    /// each crossing may already be half of the bound.
    public static let latenessShare = 0.1
    /// The generator's worst delay matters for requests that timed out when it is more than this
    /// share of their timeout.
    public static let sendDelayShare = 0.1
    /// Two shares or quantile ranks closer than this are equal: `99.9%` is not exactly 0.999 in
    /// binary. Below one in the largest number of requests that a run can have (10^8).
    public static let tolerance = 1e-9
    /// Nodes of a mesh must have agreed this long (nanoseconds) after the last fault: one that was
    /// silent is declared dead within 5 s, and one that was cut off is asked again every 2 s.
    public static let meshSettling: Int64 = 10_000_000_000
    /// Requests that the evidence names one by one.
    public static let namedRequests = 3
    /// Events of one pattern whose text the evidence may quote; of the others the instant is kept.
    static let keptSightings = 1_000
    /// Last lines of a process that ended by itself, shown as evidence.
    public static let lastLines = 3
    /// Backends that the evidence counts one by one; the others are summed up.
    public static let namedBackends = 8
}

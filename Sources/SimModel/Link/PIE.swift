/// Decides at the tail of a queue which packets are dropped so that the delay stays near a target.
///
/// Source: RFC 8033, basic algorithm (section 4, appendix A). Deviation: the queueing delay is
/// backlog over rate with the rate that the link has, where the RFC estimates the departure rate.
struct PIE: Sendable, Equatable {
    /// The RFC's constants: MAX_BURST, alpha and beta (per second), MEAN_PKTSIZE.
    private static let maximumBurst: Int64 = 150_000_000
    private static let alpha = 0.125
    private static let beta = 1.25
    private static let meanPacketBytes = 1_500

    private let target: Int64
    let updateInterval: Int64
    private(set) var dropProbability = 0.0
    private var oldDelay: Int64 = 0
    private var burstAllowance: Int64 = 0

    init(targetNanoseconds: Int64, updateIntervalNanoseconds: Int64) {
        precondition(updateIntervalNanoseconds > 0)
        target = targetNanoseconds
        updateInterval = updateIntervalNanoseconds
    }

    /// A packet came; true when it must be dropped. `draw` is its number in [0, 1).
    mutating func packetCame(delay: Int64, backlogBytes: Int, draw: Double) -> Bool {
        if dropProbability == 0, delay < target / 2, oldDelay < target / 2 {
            burstAllowance = Self.maximumBurst
        }
        guard burstAllowance == 0 else { return false }
        // The safeguard that keeps the link busy.
        if oldDelay < target / 2, dropProbability < 0.2 { return false }
        if backlogBytes <= 2 * Self.meanPacketBytes { return false }
        return draw < dropProbability
    }

    /// One update interval has passed.
    mutating func intervalPassed(delay: Int64) {
        var change =
            Self.alpha * (Double(delay - target) / 1e9)
            + Self.beta * (Double(delay - oldDelay) / 1e9)
        change /= scale
        dropProbability += change
        if delay == 0, oldDelay == 0 { dropProbability *= 0.98 }
        dropProbability = min(max(dropProbability, 0), 1)
        oldDelay = delay
        burstAllowance = max(0, burstAllowance - updateInterval)
    }

    /// True when further updates with an empty queue change nothing that a later packet could see:
    /// the first packet then sets the burst allowance anew. So an idle link needs no timer.
    var isAtRest: Bool { dropProbability == 0 && oldDelay == 0 }

    /// Small probabilities change in small steps (RFC 8033, section 4.2).
    private var scale: Double {
        switch dropProbability {
        case ..<0.000001: 2048
        case ..<0.00001: 512
        case ..<0.0001: 128
        case ..<0.001: 32
        case ..<0.01: 8
        case ..<0.1: 2
        case _: 1
        }
    }
}

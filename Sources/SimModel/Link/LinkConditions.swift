/// What one direction of one link does to packets at this moment. Faults replace it while a run
/// goes on.
///
/// Order along a link: MTU check, queue and serialisation at `rate`, then on the wire loss,
/// corruption and duplication, then propagation (`latency`, `jitter`, `reorder`).
public struct LinkConditions: Sendable, Equatable {
    /// Propagation delay.
    public var latency: Duration = .zero
    public var jitter: Jitter?
    public var loss: Loss = .none
    /// Probability (0...1) that a packet arrives twice.
    public var duplicate: Double = 0
    public var reorder: Reorder?
    /// Probability (0...1) that one bit of the packet is flipped.
    public var corrupt: Double = 0
    /// Bits per second of layer-3 packet bytes; nil is unlimited.
    public var rateBitsPerSecond: Double?
    /// The queue in front of the serialiser; only meaningful with a rate.
    public var queue: QueueConditions = QueueConditions()
    /// Larger packets vanish silently: an MTU black hole.
    public var maximumPacketBytes: Int?
    /// Nothing passes, and what was under way is lost.
    public var isCut: Bool = false
    /// Nothing of this family of addresses passes.
    public var cutFamily: AddressFamily?
    /// Every TCP segment is dropped with the reason `reset`; the caller tells both ends.
    public var resetsConnections: Bool = false

    public init() {}

    /// True when packets of a family do not pass.
    public func isCut(for family: AddressFamily) -> Bool { isCut || cutFamily == family }

    /// A link that neither delays nor loses.
    public static let ideal = LinkConditions()
}

/// Random variation of the propagation delay.
public struct Jitter: Sendable, Equatable {
    public enum Distribution: Sendable, Equatable {
        /// Evenly in latency ± amount.
        case uniform
        /// Gaussian; `amount` is one standard deviation.
        case normal
        /// Pareto with shape 3, shifted to mean zero and scaled so that `amount` is one standard
        /// deviation.
        case pareto
        /// Inverse cumulative distribution at evenly spaced probabilities, in multiples of
        /// `amount`; values between two entries are interpolated. At least two entries.
        case table([Double])
    }
    public var amount: Duration
    public var distribution: Distribution
    /// True: a packet never overtakes an earlier one of the same link and direction (it waits).
    public var keepsOrder: Bool

    public init(amount: Duration, distribution: Distribution = .uniform, keepsOrder: Bool = true) {
        self.amount = amount
        self.distribution = distribution
        self.keepsOrder = keepsOrder
    }
}

/// How packets get lost on the wire.
public enum Loss: Sendable, Equatable {
    case none
    /// Each packet is lost with this probability (0...1), independently.
    case bernoulli(Double)
    case gilbertElliott(GilbertElliott)
}

/// The two-state burst-loss model of Gilbert (1960) and Elliott (1963).
public struct GilbertElliott: Sendable, Equatable {
    /// Probability per packet to go from good to bad (p).
    public var goodToBad: Double
    /// Probability per packet to go from bad to good (r); the mean burst is 1/r packets.
    public var badToGood: Double
    /// Loss probability in the good state (1 - k).
    public var lossInGood: Double
    /// Loss probability in the bad state (1 - h).
    public var lossInBad: Double

    public init(goodToBad: Double, badToGood: Double, lossInGood: Double = 0, lossInBad: Double = 1)
    {
        self.goodToBad = goodToBad
        self.badToGood = badToGood
        self.lossInGood = lossInGood
        self.lossInBad = lossInBad
    }
}

/// Some packets are held back so that later ones overtake them (RFC 4737's type-P-reordered).
public struct Reorder: Sendable, Equatable {
    /// Probability (0...1) that a packet is held back.
    public var probability: Double
    /// For how long.
    public var holdBack: Duration

    public init(probability: Double, holdBack: Duration) {
        self.probability = probability
        self.holdBack = holdBack
    }
}

/// The queue in front of a rate limit.
public struct QueueConditions: Sendable, Equatable {
    public enum Limit: Sendable, Equatable {
        case bytes(Int)
        /// As many bytes as the rate sends in this time.
        case time(Duration)
    }
    public enum Discipline: Sendable, Equatable {
        case dropTail
        /// RFC 8289.
        case codel(target: Duration, interval: Duration)
        /// RFC 8033.
        case pie(target: Duration, updateInterval: Duration)
    }
    public var limit: Limit
    public var discipline: Discipline

    public init(limit: Limit = .time(.milliseconds(100)), discipline: Discipline = .dropTail) {
        self.limit = limit
        self.discipline = discipline
    }
}

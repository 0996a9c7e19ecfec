import CommyBase

/// `LinkConditions` in the form that the packet path reads: nanoseconds and bytes in machine words,
/// no references (the jitter table lives beside it). Made when conditions change, never per packet.
struct LinkSettings: Sendable, Equatable {
    enum LossKind: Sendable, Equatable {
        case none
        case bernoulli(Double)
        case gilbertElliott(GilbertElliott)
    }

    let cutsIPv4: Bool
    let cutsIPv6: Bool
    let resetsConnections: Bool
    let maximumPacketBytes: Int
    let latency: Int64
    let keepsOrder: Bool
    let loss: LossKind
    let duplicate: Double
    let corrupt: Double
    let reorderProbability: Double
    let holdBack: Int64
    let hasRate: Bool
    let queueLimitBytes: Int
    /// False: a packet on the wire meets latency only, and none of its draws is looked at.
    let hasWireDraws: Bool

    /// A queue that is stated as a time holds at least one packet of the link's largest size.
    init(_ conditions: LinkConditions, maximumTransmissionUnit: Int) {
        cutsIPv4 = conditions.isCut(for: .ipv4)
        cutsIPv6 = conditions.isCut(for: .ipv6)
        resetsConnections = conditions.resetsConnections
        maximumPacketBytes = conditions.maximumPacketBytes ?? .max
        latency = conditions.latency.nanoseconds
        precondition(latency >= 0, "latency is not negative")
        // Plain latency orders packets by their due instant: when it shrinks, later packets
        // overtake, as they do when a route changes. Only jitter states the choice.
        keepsOrder = conditions.jitter?.keepsOrder ?? false
        switch conditions.loss {
        case .none: loss = .none
        case .bernoulli(let probability): loss = .bernoulli(probability)
        case .gilbertElliott(let model): loss = .gilbertElliott(model)
        }
        duplicate = conditions.duplicate
        corrupt = conditions.corrupt
        reorderProbability = conditions.reorder?.probability ?? 0
        holdBack = conditions.reorder?.holdBack.nanoseconds ?? 0
        hasRate = conditions.rateBitsPerSecond != nil
        switch conditions.queue.limit {
        case .bytes(let bytes):
            queueLimitBytes = bytes
        case .time(let span):
            let bytes = (conditions.rateBitsPerSecond ?? 0) * span.seconds / 8
            queueLimitBytes = max(Int(min(bytes, 0x1p52)), maximumTransmissionUnit)
        }
        hasWireDraws =
            loss != .none || duplicate > 0 || corrupt > 0 || reorderProbability > 0
            || conditions.jitter != nil
    }
}

extension LinkConditions {
    /// True when the link decides about each wire packet (loss, duplicate, corrupt, reorder, a
    /// queue's limit, an MTU): a super-packet must then be segmented before it enters. Latency,
    /// jitter and a cut treat all segments alike.
    public var hasPerPacketImpairments: Bool {
        loss != .none || duplicate > 0 || corrupt > 0 || reorder != nil
            || rateBitsPerSecond != nil || maximumPacketBytes != nil
            || resetsConnections
    }
}

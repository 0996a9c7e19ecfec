/// The state of the burst-loss model for one flow on one link.
///
///     unset --first packet, stationary probabilities--> good <--p / r--> bad
///
/// The chain runs per (link, flow), one step for each packet of the flow that reaches the link, so
/// that another flow's packets, which arrive in an order no one controls, do not move it. It begins
/// in its stationary distribution: begun in `good`, many short flows would lose less than the model
/// says. Source: Gilbert, BSTJ 39 (1960); Elliott, BSTJ 42 (1963).
struct GilbertElliottChain: Sendable, Equatable {
    enum State: UInt8, Sendable, Equatable {
        case unset, good, bad
    }
    private(set) var state = State.unset

    /// A packet of the flow reached the link; `draw` is its number in [0, 1).
    mutating func packetCame(_ model: GilbertElliott, draw: Double) {
        switch state {
        case .unset:
            let sum = model.goodToBad + model.badToGood
            // With both probabilities zero the chain never moves, and a link begins good.
            state = sum > 0 && draw < model.goodToBad / sum ? .bad : .good
        case .good:
            state = draw < model.goodToBad ? .bad : .good
        case .bad:
            state = draw < model.badToGood ? .good : .bad
        }
    }
}

internal import CommyBase

/// Keeps account of datagrams: which are under way, and what an answer means.
///
///     sent --answer--> answered --answer--> (repeated)
///       '---timeout--> given up --answer--> (too late: a benign race, it counts as lost)
///
/// Invariant: an ordinal is under way or remembered as decided, never both.
struct DatagramLedger: Sendable, Equatable {
    struct UnderWay: Sendable, Equatable {
        var ordinal: UInt64
        var due: MeshInstant
        var sent: MeshInstant
    }
    /// What an answer with some ordinal is.
    enum Answer: Sendable, Equatable {
        case first(UnderWay, isMisordered: Bool)
        /// The same answer came before.
        case repeated
        /// For a request that was given up, or never sent, or long forgotten.
        case unknown
    }

    /// In the order of sending, answered ones left in until they are the oldest.
    private var queue: [UnderWay] = []
    private var queueStart = 0
    private var pending: Set<UInt64> = []
    /// Ordinals that were answered, the newest `Limits.rememberedDatagrams` of them.
    private var answered: Set<UInt64> = []
    private var answeredOrder: [UInt64] = []
    private var answeredStart = 0
    private var highestAnswered: UInt64?

    var count: Int { pending.count }

    mutating func sent(_ request: UnderWay) {
        precondition(pending.insert(request.ordinal).inserted, "an ordinal is sent once")
        queue.append(request)
    }

    mutating func answerCame(_ ordinal: UInt64) -> Answer {
        if answered.contains(ordinal) { return .repeated }
        guard pending.remove(ordinal) != nil else { return .unknown }
        let request = queue[place(of: ordinal)]
        let isMisordered = highestAnswered.map { ordinal < $0 } ?? false
        highestAnswered = max(highestAnswered ?? ordinal, ordinal)
        remember(ordinal)
        return .first(request, isMisordered: isMisordered)
    }

    /// The request under way that was sent first.
    mutating func oldest() -> UnderWay? {
        while queueStart < queue.count, !pending.contains(queue[queueStart].ordinal) {
            queueStart += 1
        }
        if queueStart > 1_024 {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
        return queueStart < queue.count ? queue[queueStart] : nil
    }

    /// The request was given up.
    mutating func gaveUp(_ ordinal: UInt64) {
        precondition(pending.remove(ordinal) != nil, "only what is under way is given up")
    }

    /// Ordinals in the queue rise: they are in the order of sending.
    private func place(of ordinal: UInt64) -> Int {
        queue[queueStart...].partitionPoint { $0.ordinal < ordinal }
    }

    private mutating func remember(_ ordinal: UInt64) {
        answered.insert(ordinal)
        answeredOrder.append(ordinal)
        if answered.count > Limits.rememberedDatagrams {
            answered.remove(answeredOrder[answeredStart])
            answeredStart += 1
        }
        if answeredStart > Limits.rememberedDatagrams {
            answeredOrder.removeFirst(answeredStart)
            answeredStart = 0
        }
    }
}

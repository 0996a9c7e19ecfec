internal import CommyBase

/// How much a peer has made this node say on one link beyond what it said itself, of late: a token
/// bucket in bytes. When it is full, questions whose answers may be much larger than they are left
/// unanswered; gossip asks again.
///
/// One answer may go beyond the burst, so what waits for a peer is at most the burst and the
/// largest answer (`CatalogLimits.answerBytes`, or all members).
struct AnswerBudget: Sendable, Equatable {
    /// Bytes that were said and that time has not paid off yet.
    private(set) var owed = 0
    private var paidAt = MeshInstant.zero

    /// After so long everything is paid off, whatever the limits are.
    private static let forgetAfter: Int64 = 60_000_000_000

    init() {}

    /// Whether a costly question may be answered now.
    mutating func mayAnswer(at now: MeshInstant, _ limits: NodeLimits) -> Bool {
        guard owed > 0 else { return true }
        let span = min((now - paidAt).nanoseconds, Self.forgetAfter)
        let paid = Int(span / 1_000) * limits.answerBytesPerSecond / 1_000_000
        if paid > 0 {
            owed = span == Self.forgetAfter ? 0 : max(0, owed - paid)
            paidAt = now
        }
        return owed < limits.answerBurst
    }

    /// A message of so many bytes was answered by so many.
    mutating func answered(_ question: Int, by answer: Int, at now: MeshInstant) {
        guard answer > question else { return }
        if owed == 0 { paidAt = now }
        owed += answer - question
    }
}

extension SwimMessage {
    /// What is left of it where no costly question is answered; nil when it is nothing else.
    var withoutQuestion: SwimMessage? {
        switch self {
        case .probe, .ack, .probeRequest, .nack, .gossip: self
        case .compare, .syncRequest: nil
        case .sync(let news, _): .sync(news: news, wanted: [])
        }
    }
}

extension CatalogMessage {
    /// The same for the catalog.
    var withoutQuestion: CatalogMessage? {
        switch self {
        case .delta: self
        case .pull, .summary, .digest: nil
        }
    }
}

extension TrustMessage {
    /// The same for trust.
    var withoutQuestion: TrustMessage? {
        switch self {
        case .news: self
        case .compare, .request: nil
        }
    }
}

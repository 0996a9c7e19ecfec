internal import CommyBase

/// One probe of one member, from the first message to the verdict (SWIM, section 3.1).
///
///     direct --patience--> indirect --patience, or every helper has no link--> (failed)
///        |                     |
///        +-------- ack --------+--> (succeeded)
///
/// A deviation: SWIM waits for the end of the protocol period; here the patience of the second part
/// is its own, because the next round may be nearer than two round trips.
struct Probe: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case direct(until: MeshInstant)
        case indirect(until: MeshInstant)
    }
    enum OnDeadline: Sendable, Equatable {
        case nothing
        /// Ask helpers, then call `asked`.
        case askOthers
        case fail
    }
    enum OnRefusal: Sendable, Equatable {
        case nothing
        case fail
    }

    let number: UInt64
    let target: NodeID
    let startedAt: MeshInstant
    /// When the probe went to the member itself; nil when there is no link.
    let directAt: MeshInstant?
    private(set) var state: State
    private(set) var helpers: [NodeID] = []
    /// Helpers that answered without an ack, each once.
    private(set) var refusals: [NodeID] = []
    private var helpersWithoutLink = 0

    init(
        number: UInt64, target: NodeID, isDirect: Bool, patience: Duration, at now: MeshInstant
    ) {
        self.number = number
        self.target = target
        startedAt = now
        directAt = isDirect ? now : nil
        state = .direct(until: now + patience)
    }

    var deadline: MeshInstant {
        switch state {
        case .direct(let until), .indirect(let until): until
        }
    }

    /// The link to the target is gone or silent: waiting for it alone is useless.
    mutating func linkFailed(at now: MeshInstant) -> OnDeadline {
        switch state {
        case .direct: .askOthers
        case .indirect: .nothing
        }
    }

    mutating func asked(_ helpers: [NodeID], patience: Duration, at now: MeshInstant) {
        self.helpers = helpers
        state = .indirect(until: now + patience)
    }

    func deadlineReached(at now: MeshInstant) -> OnDeadline {
        guard now >= deadline else { return .nothing }
        switch state {
        case .direct: return .askOthers
        case .indirect: return .fail
        }
    }

    /// True when an ack from this member ends the probe.
    func isAnswered(by peer: NodeID) -> Bool { peer == target || helpers.contains(peer) }

    /// A helper has no ack to give.
    mutating func refused(by helper: NodeID, _ refusal: SwimMessage.Refusal, hasLink: Bool)
        -> OnRefusal
    {
        // The peer's fault, or a repetition: only an asked helper counts, and once.
        guard helpers.contains(helper), !refusals.contains(helper) else { return .nothing }
        refusals.append(helper)
        switch refusal {
        case .noAnswer: return .nothing
        case .noLink:
            helpersWithoutLink += 1
            // Nobody is left who could bring an ack: waiting would only delay the verdict.
            return helpersWithoutLink == helpers.count && !hasLink ? .fail : .nothing
        }
    }

    mutating func postpone(by span: Duration) {
        switch state {
        case .direct(let until): state = .direct(until: until + span)
        case .indirect(let until): state = .indirect(until: until + span)
        }
    }
}

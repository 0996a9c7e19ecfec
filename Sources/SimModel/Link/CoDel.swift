import CommyBase

/// Decides at the head of a queue which packets are dropped so that the standing delay stays low.
///
///     calm --above target for an interval, drop--> dropping --below target--> calm
///
/// One *round* is one call of the RFC's `dequeue()`: it judges head packets until one may be sent
/// or the queue is empty. The caller opens it with `Round.first` and passes each head packet in.
/// Source: RFC 8289, section 5 (the pseudo-code, with the re-entry rule of its last paragraph).
struct CoDel: Sendable, Equatable {
    /// Where a round is: what was decided about the packet before this one.
    enum Round: Sendable, Equatable {
        case first
        /// The last packet was dropped by the control law.
        case dropped
        /// The last packet was dropped on entering the dropping state.
        case entered
    }
    enum OnHead: Sendable, Equatable {
        case send
        case drop(Round)
    }

    private let target: Int64
    private let interval: Int64
    /// The RFC's `maxpacket_`: the interface's MTU.
    private let maximumPacketBytes: Int
    /// When the delay will have been above the target for an interval; nil while below.
    private var firstAbove: Int64?
    private(set) var isDropping = false
    private var dropNext: Int64 = 0
    private(set) var count: UInt32 = 0
    private var lastCount: UInt32 = 0

    init(targetNanoseconds: Int64, intervalNanoseconds: Int64, maximumPacketBytes: Int) {
        precondition(intervalNanoseconds > 0)
        target = targetNanoseconds
        interval = intervalNanoseconds
        self.maximumPacketBytes = maximumPacketBytes
    }

    /// A packet came to the head. `backlogBytes` is what remains behind it.
    mutating func headCame(
        sojourn: Int64, backlogBytes: Int, round: Round, at now: Int64
    ) -> OnHead {
        let mayDrop = mayDrop(sojourn: sojourn, backlogBytes: backlogBytes, at: now)
        switch round {
        case .first:
            return judgeFirst(mayDrop: mayDrop, at: now)
        case .dropped:
            guard mayDrop else {
                isDropping = false
                return .send
            }
            dropNext = controlLaw(from: dropNext)
            return dropIfDue(at: now)
        case .entered:
            enterDropping(at: now)
            return .send
        }
    }

    /// The round found no further packet.
    mutating func queueEmptied(round: Round, at now: Int64) {
        firstAbove = nil
        switch round {
        case .first, .dropped: isDropping = false
        case .entered: enterDropping(at: now)
        }
    }

    private mutating func judgeFirst(mayDrop: Bool, at now: Int64) -> OnHead {
        if isDropping {
            guard mayDrop else {
                isDropping = false
                return .send
            }
            return dropIfDue(at: now)
        }
        return mayDrop ? .drop(.entered) : .send
    }

    private mutating func dropIfDue(at now: Int64) -> OnHead {
        guard now >= dropNext else { return .send }
        count &+= 1
        return .drop(.dropped)
    }

    private mutating func mayDrop(sojourn: Int64, backlogBytes: Int, at now: Int64) -> Bool {
        guard sojourn >= target, backlogBytes > maximumPacketBytes else {
            firstAbove = nil
            return false
        }
        guard let firstAbove else {
            firstAbove = now + interval
            return false
        }
        return now >= firstAbove
    }

    private mutating func enterDropping(at now: Int64) {
        isDropping = true
        let delta = count &- lastCount
        count = delta > 1 && now - dropNext < 16 * interval ? delta : 1
        dropNext = controlLaw(from: now)
        lastCount = count
    }

    private func controlLaw(from instant: Int64) -> Int64 {
        instant + Int64(Double(interval) / ElementaryFunctions.squareRoot(Double(count)))
    }
}

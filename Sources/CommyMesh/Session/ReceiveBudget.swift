/// Counts what a process holds of the messages that come to it, in one direction, and decides whose
/// credit is withheld when that is too much.
///
///     at most half of the limit: a stream's credit goes back at once
///     above half: the process has to finish something first; who sends meanwhile waits
///     above the limit: what came with credit from before is too much; the newest is refused
///
/// When nothing is with a handler, waiting cannot help: messages under assembly would wait for each
/// other. Then one of them gets its credit all the same (`favoured`) until it is complete, then the
/// next. The link's credit is never withheld, so that who waits holds up nobody else.
///
/// Invariants: no count is negative; a message waits here exactly while some of its credit is
/// withheld; what waits is not favoured.
struct ReceiveBudget: Sendable {
    /// Names a message: the slot of its call and the serial that must stand there.
    struct Message: Sendable, Equatable {
        var slot: UInt32
        var serial: UInt32
    }

    let limit: Int
    /// Bytes of messages that are not complete.
    private(set) var assembling = 0
    /// Bytes of messages that are with a handler.
    private(set) var handedOut = 0
    /// Bytes of credit that are withheld.
    private(set) var withheld = 0
    private var favoured: Message?
    private var waiting = Ring<Message>()

    init(limit: Int) { self.limit = limit }

    private var isFull: Bool { assembling + handedOut > limit / 2 }
    /// More than there may be.
    var isOver: Bool { assembling + handedOut > limit }
    /// Far enough from full that windows may grow.
    var isEasy: Bool { assembling + handedOut <= limit / 4 }

    /// DATA came. True when its credit goes back now; else it is withheld, and `isFirst` says
    /// whether anything of this message was withheld before.
    mutating func received(_ count: Int, of message: Message, isFirst: Bool) -> Bool {
        assembling += count
        if !isFull || favoured == message { return true }
        if favoured == nil, handedOut == 0, isFirst {
            favoured = message
            return true
        }
        withheld += count
        if isFirst { waiting.append(message) }
        return false
    }

    /// The message is complete, or is given up: `count` bytes, of whose credit `withheld` was.
    mutating func ended(_ message: Message, _ count: Int, withheld: Int) {
        assembling -= count
        self.withheld -= withheld
        if favoured == message { favoured = nil }
        if withheld > 0 { waiting.removeAll { $0 == message } }
        precondition(assembling >= 0 && self.withheld >= 0)
    }

    mutating func handedOut(_ count: Int) { handedOut += count }

    /// A handler is done with its message.
    mutating func handedBack(_ count: Int) {
        handedOut -= count
        precondition(handedOut >= 0)
    }

    /// Whose withheld credit goes back now; the owner answers with `paid`.
    mutating func next() -> Message? {
        guard withheld > 0 else { return nil }
        if isFull {
            guard favoured == nil, handedOut == 0 else { return nil }
            favoured = waiting.first
        }
        return waiting.popFirst()
    }

    mutating func paid(_ count: Int) { withheld -= count }
}

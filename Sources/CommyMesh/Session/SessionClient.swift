public import CommyBase
internal import CommyWire

/// The process's side of a session with its node: attaches, calls, serves, watches, asks. Does no
/// I/O: a runtime moves its bytes, tells it facts and the time, and takes `nextOutput` until it
/// says `.wait` (the drain rule).
///
///     attaching --node greets--> attached --leave / node drains--> draining --> ended
///         \------------------- transport gone, fault ------------------------> ended
///
/// Commands are taken in every state: before the greeting they wait, after the end they fail.
/// Each call is answered exactly once: `answered`, `sent` or `callFailed`.
///
/// Invariant: a stream of ours in the link's table is bound to a call slot, a stream of the node's
/// to a served slot, and both ways round.
public struct SessionClient: Sendable {
    enum State: Sendable, Equatable {
        case attaching
        case attached
        case draining
        case ended
    }
    /// What a control request was for, so that its reply can be read.
    enum Asked: Sendable, Equatable {
        case instance
        case nothing
        case watch
        case rows
    }
    struct PendingRequest: Sendable {
        var number: UInt32
        var asked: Asked
        var rows: [String] = []
        var rowBytes = 0
        /// The watch was accepted; only events follow.
        var isStanding = false
    }

    let configuration: SessionConfiguration
    var state: State = .attaching
    var link: LinkMachine
    var now: MeshInstant
    private var reader = FrameReader()
    var outputs = Ring<SessionOutput>()
    /// How much of the link's output the runtime was told of.
    private var announcedBytes: UInt64 = 0
    private var saidClose = false
    private var promisedWait = MeshInstant.never

    var calls: [ClientCall] = []
    var freeCalls: [UInt32] = []
    var serial: UInt32 = 0
    /// Calls that wait for the greeting or for room among the streams, first in, first out.
    var waiting = Ring<CallID>()
    var waitingBytes = 0
    var deadlines = DeadlineHeap()
    var correlations: RandomStream

    var served: [ServedCall] = []
    var freeServed: [UInt32] = []
    /// What is held of requests, and of answers.
    var requestBudget: ReceiveBudget
    var answerBudget: ReceiveBudget

    /// Rising by number.
    var requests: [PendingRequest] = []
    var nextRequest: UInt32 = 1
    /// Frames of control requests that wait for the greeting.
    var controls: [[UInt8]] = []

    /// A connection to the node was made.
    public init(_ configuration: SessionConfiguration, at now: MeshInstant) {
        self.configuration = configuration
        self.now = now
        correlations = RandomStream(key: configuration.random.labelled("correlation"))
        let role: HelloFacts.Role = configuration.role == .program ? .session : .admin
        requestBudget = ReceiveBudget(limit: configuration.limits.receivedHalf)
        answerBudget = ReceiveBudget(limit: configuration.limits.receivedHalf)
        let limits = configuration.limits.link
        let facts = HelloFacts(
            role: role, mesh: nil, node: nil, linkCredit: limits.linkWindow,
            streamCredit: limits.streamWindow, streamLimit: UInt32(limits.openStreams),
            build: configuration.build)
        link = LinkMachine(side: .dialler, facts: facts, limits: limits, at: now)
    }

    /// Bytes came from the node, cut anywhere.
    public mutating func received(_ bytes: borrowing RawSpan, at now: MeshInstant) {
        begin(at: now)
        guard state != .ended else { return }
        link.heard(at: now)
        var reader = FrameReader()
        swap(&reader, &self.reader)
        var fault: LinkFault?
        do {
            try reader.receive(bytes) { header, payload in
                guard fault == nil, state != .ended else { return }
                fault = frameReceived(header, payload)
            }
        } catch {
            fault = fault ?? LinkFault(.protocolViolation, "\(error)")
        }
        swap(&reader, &self.reader)
        if let fault { fail(fault) }
        settle()
    }

    /// The connection is gone.
    public mutating func transportClosed(_ reason: TransportEnd, at now: MeshInstant) {
        begin(at: now)
        guard state != .ended else { return }
        let detail =
            switch reason {
            case .ended: "the node closed the session"
            case .reset: "the session was reset"
            case .abandoned: "the session was given up"
            }
        end(CommyError(.connectionLost, detail))
    }

    /// Time has passed.
    public mutating func advance(to now: MeshInstant) {
        begin(at: now)
        guard state != .ended else { return }
        while let slot = deadlines.popDue(at: now) { callDeadlineReached(Int(slot)) }
        switch link.timePassed(at: now) {
        case .nothing, .silent: break
        case .failed(let code, let detail): fail(LinkFault(code, detail))
        case .finished: close(CommyError(.peerShuttingDown, "the session was drained"))
        }
        settle()
    }

    /// The runtime has sent the first `count` bytes of the output.
    public mutating func consumed(_ count: Int, at now: MeshInstant) {
        self.now = max(self.now, now)
        link.consumed(count)
        announcedBytes = max(announcedBytes, link.queuedBytes)
        settle()
    }

    /// Ends politely: takes no new calls, lets those under way finish.
    public mutating func leave(at now: MeshInstant) {
        begin(at: now)
        switch state {
        case .attaching: close(CommyError(.cancelled, "left before the node greeted"))
        case .attached, .draining:
            state = .draining
            link.beginClosing(.peerShuttingDown, at: now)
        case .ended: return
        }
        settle()
    }

    /// All bytes that wait to be sent; may be none.
    public func withOutgoing<Value, Failure: Error>(
        _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try link.output.withUnreadBytes(body)
    }

    public mutating func nextOutput() -> SessionOutput {
        if let output = outputs.popFirst() { return output }
        if link.queuedBytes > announcedBytes, !link.output.isEmpty {
            announcedBytes = link.queuedBytes
            return .transmit
        }
        if state == .ended, !saidClose {
            saidClose = true
            return .close
        }
        // A deadline that lay in the past when it was set is not one that is served late.
        promisedWait = max(nextDeadline, now)
        return .wait(until: promisedWait)
    }

    var nextDeadline: MeshInstant {
        state == .ended ? .never : min(deadlines.first, link.nextDeadline(at: now))
    }

    public var isAttached: Bool { state == .attached }
    /// Every command fails from now on.
    public var isOver: Bool { state == .ended }

    mutating func begin(at now: MeshInstant) {
        if promisedWait != .never, now > promisedWait + link.limits.stall {
            link.heartbeat.excused(at: now)
        }
        self.now = max(self.now, now)
    }

    /// After each input: what waited for room goes, and a session that has nothing more to do ends.
    mutating func settle() {
        guard state != .ended else { return }
        // Bytes of a message belong to whoever sent it until they leave; only their end matters.
        while link.popDrained() != nil {}
        payWithheld()
        if link.window.wantsGrowth { growLink() }
        openWaiting()
        if link.hasRunOut { drain() }
        if link.isOverfull { fail(LinkFault(.overloaded, "the node reads too slowly")) }
        if link.hasFinishedClosing {
            close(CommyError(.peerShuttingDown, "the session was drained"))
        }
    }

    /// The session's window is too small for how fast the node sends.
    private mutating func growLink() {
        if link.growsStreams { link.growWindow(at: now) } else { link.window.stay() }
    }

    /// The node broke the protocol, or is gone: tell it why, and end.
    mutating func fail(_ fault: LinkFault) {
        guard state != .ended else { return }
        link.refuse(fault.code, fault.detail)
        end(CommyError(fault.code, fault.detail))
    }

    mutating func close(_ error: CommyError) {
        link.closed()
        end(error)
    }

    /// Every call and request that is open fails, then the session is over.
    mutating func end(_ error: CommyError) {
        guard state != .ended else { return }
        state = .ended
        link.closed()
        for slot in calls.indices where calls[slot].state != .free {
            let wasSent = calls[slot].key.map { link.mayHaveLeft($0) } ?? false
            failCall(slot, error, delivered: wasSent ? .maybe : .no)
        }
        for slot in served.indices where served[slot].isOpen { cancelServed(slot, error.code) }
        for request in requests {
            outputs.append(.failed(RequestID(number: request.number), error))
        }
        requests.removeAll()
        controls.removeAll()
        outputs.append(.detached(error))
    }

    /// For tests and simulators, after each step.
    public func checkInvariants() {
        link.checkInvariants()
        deadlines.checkInvariants()
        guard state != .ended else { return }
        checkBudgets()
        for slot in link.table.slots.indices where !link.table.slots[slot].id.isLink {
            let stream = link.table.slots[slot]
            let key = StreamKey(slot: UInt32(slot), id: stream.id)
            if stream.id.opener == .dialler {
                guard stream.binding != .max else { continue }
                precondition(calls[Int(stream.binding)].key == key)
            } else {
                guard stream.binding != .max else { continue }
                precondition(served[Int(stream.binding)].key == key)
            }
        }
    }
}

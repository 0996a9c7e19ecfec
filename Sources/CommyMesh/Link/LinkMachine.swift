internal import CommyBase
internal import CommyWire

/// Speaks the frame protocol on one connection: greeting, streams, credits, priorities, heartbeats,
/// farewell. A link between nodes and a session between process and node are the same machine.
///
///     greeting --HELLO accepted--> open --GOAWAY sent or received--> closing --no streams-->
/// closed
///         \------------- fault, time-out, transport gone (any state) ---------------------> closed
///
/// Invariants: no window is negative; a stream is in the table exactly until both halves have ended
/// and nothing of it waits; `output` holds at most `limits.outputBytes`.
struct LinkMachine: Sendable {
    enum State: Sendable, Equatable {
        /// The dialler has sent HELLO; the acceptor waits for it.
        case greeting(until: MeshInstant)
        /// HELLO came in; the owner has not answered yet.
        case deciding
        case open
        /// No new streams either way; closes when the present ones have ended, or then.
        case closing(until: MeshInstant)
        case closed
    }

    let side: LinkSide
    let role: HelloFacts.Role
    let limits: LinkLimits
    /// The versions of the protocol that this side speaks.
    let versions: ClosedRange<UInt16>
    /// The one that both sides speak; this side's newest before the greeting.
    var version: UInt16
    var state: State
    /// What the peer has said of itself, from its greeting on.
    var peer: HelloFacts?

    var table = StreamTable()
    /// Streams with a backlog of which something may go.
    var scheduler = SendScheduler()
    /// Streams with a backlog that want nothing but credit of the link.
    var starved = SendScheduler()
    var backlogs: [StreamBacklog] = []
    var freeBacklogs: [Int32] = []
    /// Bytes of memory in the free ones; at most `StreamBacklog.keptMemory`.
    var keptMemory = 0
    /// Pieces of backlogs that have left, for the owner to know; see `popDrained`.
    var drained = Ring<Drained>()

    var output: ByteQueue
    /// Bytes that were ever put into `output`, and bytes that the runtime has taken of them.
    var queuedBytes: UInt64 = 0
    var takenBytes: UInt64 = 0
    /// Set when a frame did not fit into `output`: the peer reads too slowly.
    var isOverfull = false

    /// DATA that may still be sent on the link, and that the peer may still send.
    var sendWindow = CreditWindow(0)
    var receiveWindow: CreditWindow
    /// How large the window is, and what of it is not granted yet.
    var window: LinkWindow
    /// Whether the windows of streams may grow: the owner has room for more.
    var growsStreams = true
    /// The number of the next stream that this side opens; nil when they are used up.
    var nextStream: StreamID?
    /// The highest number that the peer has used.
    var highestPeerStream = StreamID.link
    /// Streams of this side and of the peer that are open.
    var ownCount = 0
    var peerCount = 0
    /// Set by a GOAWAY from the peer: the highest of our streams that it looked at.
    var peerAccepted: StreamID?
    /// Slots before it hold no stream that the peer has not looked at.
    var abandonedBefore = 0
    /// Set by our GOAWAY: the highest stream of the peer that we looked at.
    var accepted: StreamID?

    var heartbeat: Heartbeat
    var roundTrip = RoundTripEstimator()
    var bandwidth = BandwidthEstimator()
    /// When the last PING left, and how much had been queued by then.
    var pingSentAt = MeshInstant.zero
    var pingQueuedBytes: UInt64 = 0
    var answeredPing: UInt64 = 0
    /// The link was silent and is not any more; see `takeRevival`.
    var hasRevived = false
    /// The link was idle and is not any more; see `takeActivation`.
    var hasActivated = false

    /// A part of a stream's backlog that went into the output.
    struct Drained: Sendable, Equatable {
        var binding: UInt32
        var byteCount: Int
        /// The stream is over now, and gone from the table.
        var isOver: Bool
    }

    /// A connection was made. The dialler's HELLO waits in the output from here on.
    init(
        side: LinkSide, facts: HelloFacts, limits: LinkLimits,
        versions: ClosedRange<UInt16> = ProtocolVersion.supported, at now: MeshInstant
    ) {
        self.side = side
        role = facts.role
        self.limits = limits
        self.versions = versions
        version = versions.upperBound
        state = .greeting(until: now + limits.greetingWithin)
        output = ByteQueue(byteLimit: limits.outputBytes)
        receiveWindow = CreditWindow(limits.linkWindow)
        window = LinkWindow(limits.linkWindow)
        nextStream = side.firstStream
        heartbeat = Heartbeat(at: now)
        if side == .dialler {
            let hello = HelloFrame(versions: versions, facts: facts)
            write { hello.encodeFrame(into: &$0) }
        }
    }

    var isOpen: Bool { state == .open }
    /// Whether a stream can be opened now.
    var takesStreams: Bool {
        isOpen && peerAccepted == nil && nextStream != nil
            && ownCount < Int(peer?.streamLimit ?? 0) && output.count < limits.openingOutput
    }
    /// What the peer allows on a new stream.
    var peerStreamWindow: UInt32 { min(peer?.streamCredit ?? 0, WireLimits.creditCeiling) }
    /// No number is left for another stream of this side: the owner begins a polite end, and a new
    /// link takes its place.
    var hasRunOut: Bool { isOpen && nextStream == nil }

    /// Puts frames at the end of the output. Nothing is kept, and `isOverfull` is set, when they do
    /// not fit.
    @discardableResult
    mutating func write(_ body: (inout ByteWriter) -> Void) -> Bool {
        let before = output.count
        guard output.append(body) else {
            isOverfull = true
            return false
        }
        queuedBytes += UInt64(output.count - before)
        return true
    }

    /// The runtime has taken the first bytes of the output; waiting frames go into it in their
    /// place.
    mutating func consumed(_ count: Int) {
        output.consume(count)
        takenBytes += UInt64(count)
        pump()
    }

    /// Bytes came, whatever they say.
    mutating func heard(at now: MeshInstant) {
        if heartbeat.heard(at: now) { hasRevived = true }
    }

    /// Whether a silent link has begun to move again since the last call.
    mutating func takeRevival() -> Bool {
        defer { hasRevived = false }
        return hasRevived
    }

    /// A stream uses the link. True when its deadline has moved forward.
    mutating func noteUse(at now: MeshInstant) -> Bool { heartbeat.used(at: now, limits) }

    /// Whether a message of the peer has moved the deadline forward since the last call.
    mutating func takeActivation() -> Bool {
        defer { hasActivated = false }
        return hasActivated
    }

    /// The owner has something to do: parts of backlogs left, the output is too full, the window
    /// is too small, the numbers are used up, or a polite end has come.
    var needsSettling: Bool {
        !drained.isEmpty || isOverfull || window.wantsGrowth || hasRunOut
            || hasFinishedClosing
    }

    var isSilent: Bool { heartbeat.state != .lively }

    /// The transport is gone, or is being given up: nothing is read or written any more.
    mutating func closed() {
        state = .closed
    }
}

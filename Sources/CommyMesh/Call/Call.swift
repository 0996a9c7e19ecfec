internal import CommyBase
internal import CommyWire

/// A stream on one of the node's connections. The generation tells a connection from a later one
/// in the same slot.
struct StreamPlace: Sendable, Equatable {
    var link: Int
    var generation: UInt32
    var key: StreamKey
}

/// One call that passes through this node: the stream that it came in on (up, towards the caller)
/// and the one that it went out on (down, towards the instance).
///
///     routing --a link takes it--> open --both halves ended, nothing held--> over
///        ^------ not delivered, another instance -----/
///        \-- no instance, RESET, deadline, caller gone (any state) -------> over
///
/// Invariant: what goes up is either one answer (HEAD ... END) or one RESET, never both after an
/// END, never two: `answerEnded` or removal from the table comes with it.
struct Call: Sendable {
    struct Marks: OptionSet, Sendable {
        let rawValue: UInt8
        /// The caller's half has come to its end.
        static let requestEnded = Marks(rawValue: 1)
        /// HEAD went up: there is no other attempt any more.
        static let answerBegun = Marks(rawValue: 2)
        static let answerEnded = Marks(rawValue: 4)
        /// The caller named the instance.
        static let pinned = Marks(rawValue: 8)
        static let isOpen = Marks(rawValue: 16)
        /// The handler said that it failed.
        static let failed = Marks(rawValue: 32)
    }

    var marks: Marks = []
    var options: OpenOptions = []
    var priority = StreamPriority.normal
    var hops: UInt8 = 0
    var attempt: UInt8 = 0
    /// The number of its origin record: it came from a process of this node; -1 otherwise.
    var origin: Int32 = -1
    var up: StreamPlace?
    var down: StreamPlace?
    /// Bytes that came in and wait in the other connection's backlog.
    var heldRequest = 0
    var heldAnswer = 0
    /// Bytes of a request that was sent again and wait in the backlog; they are in front of
    /// `heldRequest`, and nothing is owed for them.
    var replayed = 0
    /// Bytes that the caller may send in all, and that the present instance lets it send; see
    /// `Node.passRequestCredit`.
    var granted: UInt64 = 0
    var allowed: UInt64 = 0
    /// The same for the answer: what the instance may send, and what the caller lets it send.
    var answerGranted: UInt64 = 0
    var answerAllowed: UInt64 = 0
    var deadline: MeshInstant = .never
    var arrivedAt: MeshInstant = .zero
    var sentAt: MeshInstant = .zero
    /// Where it was sent.
    var instance = InstanceID(node: NodeID(value: 0), number: 0)
    /// The router counts it as open at `instance`.
    var isCounted = false

    var isDone: Bool {
        marks.isSuperset(of: [.requestEnded, .answerEnded]) && heldRequest == 0 && heldAnswer == 0
            && replayed == 0
    }
}

/// What a node keeps of a call of one of its own processes: enough to send it to another instance.
struct CallOrigin: Sendable {
    var service: ServiceName
    var method: MethodName
    var correlation = CorrelationID(high: 0, low: 0)
    var query: RouteQuery
    /// The OPEN's payload and the request so far, while they are kept.
    var open: [UInt8] = []
    var body: [UInt8] = []
    /// Everything of the request that came is in `body`.
    var isWhole = false
    /// What the last attempt came to.
    var lastFailure: ErrorCode?
}

/// The calls that pass through a node, in slots that are used again. Allocates while it grows.
struct CallTable: Sendable {
    var slots: [Call] = []
    private var free: [UInt32] = []
    var origins: [CallOrigin] = []
    private var freeOrigins: [Int32] = []
    /// Bytes that all origins keep.
    private(set) var keptBytes = 0
    var count: Int { slots.count - free.count }

    init() {}

    subscript(_ slot: Int) -> Call {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    mutating func insert(_ call: Call) -> Int {
        if let slot = free.popLast() {
            slots[Int(slot)] = call
            return Int(slot)
        }
        slots.append(call)
        return slots.count - 1
    }

    mutating func remove(_ slot: Int) {
        if slots[slot].origin >= 0 { removeOrigin(slots[slot].origin) }
        slots[slot] = Call()
        free.append(UInt32(slot))
    }

    mutating func insertOrigin(
        _ service: ServiceName, _ method: MethodName, _ correlation: CorrelationID,
        _ query: RouteQuery
    ) -> Int32 {
        guard let number = freeOrigins.popLast() else {
            origins.append(
                CallOrigin(
                    service: service, method: method, correlation: correlation, query: query))
            return Int32(origins.count - 1)
        }
        let index = Int(number)
        origins[index].service = service
        origins[index].method = method
        origins[index].correlation = correlation
        origins[index].query = query
        origins[index].lastFailure = nil
        return number
    }

    private mutating func removeOrigin(_ number: Int32) {
        drop(number)
        freeOrigins.append(number)
    }

    /// Begins to keep a request.
    mutating func keep(open: borrowing RawSpan, of number: Int32, limit: Int) {
        guard keptBytes + open.byteCount <= limit else { return }
        unsafe open.withUnsafeBytes { unsafe origins[Int(number)].open.append(contentsOf: $0) }
        keptBytes += open.byteCount
        origins[Int(number)].isWhole = true
    }

    /// Keeps a piece of the request too, or nothing of it any more when it becomes too much.
    mutating func keep(
        body: borrowing RawSpan, of number: Int32, bodyLimit: Int, limit: Int
    ) {
        let index = Int(number)
        guard origins[index].isWhole else { return }
        let count = origins[index].body.count + body.byteCount
        guard count <= bodyLimit, keptBytes + body.byteCount <= limit else { return drop(number) }
        unsafe body.withUnsafeBytes { unsafe origins[index].body.append(contentsOf: $0) }
        keptBytes += body.byteCount
    }

    /// Keeps nothing of the request any more; the memory stays for the next.
    mutating func drop(_ number: Int32) {
        let index = Int(number)
        keptBytes -= origins[index].open.count + origins[index].body.count
        origins[index].isWhole = false
        // A buffer that held a long request is given back; a usual one serves the next call.
        let keeps = origins[index].body.capacity <= Self.keptCapacity
        origins[index].open.removeAll(keepingCapacity: true)
        origins[index].body.removeAll(keepingCapacity: keeps)
    }

    /// Bytes that an origin kept were taken out of it and are gone.
    mutating func forget(_ count: Int) { keptBytes -= count }

    /// Bytes of an idle origin's buffer that stay allocated.
    static let keptCapacity = 4_096

    func checkInvariants() {
        var kept = 0
        for origin in origins { kept += origin.open.count + origin.body.count }
        precondition(kept == keptBytes)
        var open = 0
        for call in slots where call.marks.contains(.isOpen) {
            open += 1
            precondition(!call.isDone, "a call that is over stays in the table")
            precondition(call.heldRequest >= 0 && call.heldAnswer >= 0)
            precondition(call.up != nil, "a call without a caller")
        }
        precondition(open == count)
    }
}

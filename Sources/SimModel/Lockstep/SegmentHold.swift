public import CommyBase

/// Makes loss a matter of time: what a link loses of a TCP connection arrives late, and nothing
/// overtakes it.
///
/// A kernel that lost a segment would recover by timers of real time, which no two runs share. So
/// in lockstep the kernel never sees a loss: a lost segment enters the network once more after the
/// time that TCP would have needed (RFC 6298 with Linux's bounds; RFC 5681's fast retransmission
/// once three later segments have arrived), later segments of its direction wait behind it, and
/// what the kernel sends again on its own is swallowed. A lost pure acknowledgement is made good by
/// the next segment, as with TCP. A lost reset is lost. Congestion windows do not shrink.
///
///     travelling --arrived, all before it out--> out
///        | ^  '----arrived early--> waiting --all before it out--> out
///        | '-- sent again -- held <-- lost --'
///
/// Invariant: of one flow, segments come out in the order in which they went in.
public struct SegmentHold: Sendable {
    /// What the caller must do with a segment that a host has sent.
    public enum OnEntry: Sendable, Equatable {
        case send
        /// The kernel's own repetition of what is on its way.
        case swallow
    }
    /// What the caller must do with a packet that a link has lost.
    public enum OnLoss: Sendable, Equatable {
        /// It ends here.
        case forget
        /// It is kept; `nextOutput` will say when it goes on.
        case keep
    }
    public enum Output: Sendable, Equatable {
        /// Into the receiver's kernel.
        case deliver(handle: UInt32)
        /// Into the network once more.
        case resend(handle: UInt32)
        /// No longer needed.
        case release(handle: UInt32)
        case wait(until: MeshInstant)
    }

    /// Linux's TCP_RTO_MIN and TCP_RTO_MAX, and RFC 6298's first value for a SYN.
    public static let shortestTimeout: Int64 = 200_000_000
    public static let longestTimeout: Int64 = 120_000_000_000
    public static let openingTimeout: Int64 = 1_000_000_000
    /// RFC 5681, 3.2: duplicate acknowledgements that make a sender repeat at once.
    public static let duplicateThreshold = 3

    private struct Travelling: Sendable {
        var flow: UInt64
        var ordinal: UInt64
        var kind: SegmentFacts.Kind
        var entered: Int64
        var losses: UInt32
        /// Copies under way: duplicates of a link are one segment.
        var copies: UInt32
        var stage: Stage
    }
    private enum Stage: Sendable, Equatable {
        case travelling
        case held(until: Int64)
        /// It has arrived before its turn.
        case waiting
        /// It has come out, and copies of it are still under way.
        case out
    }
    private struct Flow: Sendable {
        var nextIn: UInt64 = 0
        var nextOut: UInt64 = 0
        var opening: UInt32?
        var highest: UInt32?
        /// Arrived before their turn: handles by ordinal, nil for one that nobody waits for.
        var waiting: [(ordinal: UInt64, handle: UInt32?)] = []
        /// Lost and held: the repetition of the first may be hurried.
        var held: [(ordinal: UInt64, handle: UInt32)] = []
        /// How long the latest segment took.
        var oneWay: Int64 = 0
        /// A lost acknowledgement that nothing has made good yet.
        var lostAcknowledgement: UInt32?
    }

    /// By handle.
    private var travelling: [Travelling?] = []
    private var flows: [UInt64: Flow] = [:]
    private var alarms = AlarmQueue()
    private var outputs: [Output] = []
    private var nextOutputIndex = 0

    public init() {}

    /// A host has sent a segment; the caller keeps its buffer under `handle`.
    public mutating func entered(
        _ handle: UInt32, flow: UInt64, _ segment: SegmentFacts, at now: MeshInstant
    ) -> OnEntry {
        var state = flows[flow] ?? Flow()
        defer { flows[flow] = state }
        if Self.isRepetition(segment, state) { return .swallow }
        if segment.kind == .opening { state.opening = segment.sequence }
        if segment.kind == .opening || segment.kind == .data { state.highest = segment.end }
        while travelling.count <= Int(handle) { travelling.append(nil) }
        precondition(travelling[Int(handle)] == nil, "a buffer carries one segment")
        travelling[Int(handle)] = Travelling(
            flow: flow, ordinal: state.nextIn, kind: segment.kind, entered: now.nanoseconds,
            losses: 0, copies: 1, stage: .travelling)
        state.nextIn += 1
        return .send
    }

    private static func isRepetition(_ segment: SegmentFacts, _ state: Flow) -> Bool {
        switch segment.kind {
        case .opening: state.opening == segment.sequence
        case .data:
            state.highest.map { Int32(bitPattern: segment.end &- $0) <= 0 } ?? false
        // What only acknowledges has the number of what comes next; one before that is the probe of
        // a kernel's timer (RFC 1122, 4.2.3.6).
        case .bare:
            state.highest.map { Int32(bitPattern: segment.sequence &- $0) < 0 } ?? false
        case .reset: false
        }
    }

    /// True when the hold knows the packet: it is a segment that it lets travel.
    public func knows(_ handle: UInt32) -> Bool {
        Int(handle) < travelling.count && travelling[Int(handle)] != nil
    }

    /// A link has doubled a packet; those that the hold does not know are none of its business.
    public mutating func duplicated(_ handle: UInt32) {
        guard knows(handle) else { return }
        travelling[Int(handle)]?.copies += 1
    }

    /// A copy of a segment has reached its host, and the caller gives its reference of the buffer
    /// to the hold.
    public mutating func arrived(_ handle: UInt32, at now: MeshInstant) {
        guard var segment = travelling[Int(handle)] else {
            preconditionFailure("only what has entered arrives")
        }
        segment.copies -= 1
        switch segment.stage {
        case .held: preconditionFailure("what is held does not travel")
        case .waiting, .out:
            travelling[Int(handle)] = segment.stage == .out && segment.copies == 0 ? nil : segment
            outputs.append(.release(handle: handle))
            return
        case .travelling: break
        }
        segment.stage = .waiting
        travelling[Int(handle)] = segment
        var flow = flows[segment.flow] ?? Flow()
        flow.oneWay = now.nanoseconds - segment.entered
        flow.held.removeAll { $0.handle == handle }
        if segment.ordinal == flow.nextOut {
            comeOut(handle, &flow)
            drainWaiting(&flow)
        } else {
            Self.insert(segment.ordinal, handle, &flow)
            hurry(flow, at: now.nanoseconds)
        }
        flows[segment.flow] = flow
    }

    /// A copy of a segment was lost on a link. With `.keep` the hold takes over the caller's
    /// reference.
    public mutating func lost(_ handle: UInt32, at now: MeshInstant) -> OnLoss {
        guard var segment = travelling[Int(handle)] else {
            preconditionFailure("only what has entered is lost")
        }
        segment.copies -= 1
        switch segment.stage {
        case .held: preconditionFailure("what is held does not travel")
        case .waiting, .out:
            travelling[Int(handle)] = segment.stage == .out && segment.copies == 0 ? nil : segment
            return .forget
        case .travelling where segment.copies > 0:
            travelling[Int(handle)] = segment
            return .forget
        case .travelling: break
        }
        var flow = flows[segment.flow] ?? Flow()
        defer { flows[segment.flow] = flow }
        switch segment.kind {
        case .reset:
            travelling[Int(handle)] = nil
            skip(segment.ordinal, &flow)
            return .forget
        case .bare:
            if let older = flow.lostAcknowledgement { release(older, &flow) }
            skip(segment.ordinal, &flow)
            if segment.ordinal + 1 < flow.nextIn {
                // A later segment is on its way and says the same.
                travelling[Int(handle)] = nil
                return .forget
            }
            flow.lostAcknowledgement = handle
        case .opening, .data:
            flow.held.removeAll { $0.handle == handle }
            flow.held.append((segment.ordinal, handle))
        }
        segment.losses += 1
        segment.copies = 1
        let instant = now.nanoseconds + Self.timeout(segment, oneWay: flow.oneWay)
        segment.stage = .held(until: instant)
        travelling[Int(handle)] = segment
        alarms.insert(due: instant, handle: handle)
        return .keep
    }

    /// The network has destroyed a segment and told both ends; the caller keeps its reference.
    public mutating func removed(_ handle: UInt32) {
        guard let segment = travelling[Int(handle)] else { return }
        travelling[Int(handle)] = nil
        guard segment.stage == .travelling, var flow = flows[segment.flow] else { return }
        skip(segment.ordinal, &flow)
        flows[segment.flow] = flow
    }

    /// The senders of these segments are off: what is held or waits of their flows never comes out.
    public mutating func sourceLost(_ isLost: (UInt32) -> Bool) {
        for place in travelling.indices {
            let handle = UInt32(place)
            guard let segment = travelling[place], isLost(handle) else { continue }
            switch segment.stage {
            case .travelling, .out: continue
            case .held, .waiting:
                travelling[place] =
                    segment.copies > 0 && segment.stage == .waiting
                    ? Self.spent(segment) : nil
                outputs.append(.release(handle: handle))
            }
            guard var flow = flows[segment.flow] else { continue }
            flow.nextOut = flow.nextIn
            flow.waiting = []
            flow.held = []
            flow.lostAcknowledgement = nil
            flows[segment.flow] = flow
        }
    }

    /// It came out in another way, and copies of it are still under way.
    private static func spent(_ segment: Travelling) -> Travelling {
        var segment = segment
        segment.stage = .out
        return segment
    }

    /// The time is `now`: what is due goes on.
    public mutating func advance(to now: MeshInstant) {
        while let alarm = alarms.first, alarm.due <= now.nanoseconds {
            alarms.removeFirst()
            guard Int(alarm.handle) < travelling.count,
                var segment = travelling[Int(alarm.handle)],
                segment.stage == .held(until: alarm.due)
            else { continue }
            segment.stage = .travelling
            if segment.kind == .bare {
                // What was lost is now repeated by the other side, and acknowledged once more.
                flows[segment.flow]?.lostAcknowledgement = nil
                travelling[Int(alarm.handle)] = nil
                outputs.append(.deliver(handle: alarm.handle))
            } else {
                segment.entered = now.nanoseconds
                travelling[Int(alarm.handle)] = segment
                outputs.append(.resend(handle: alarm.handle))
            }
        }
    }

    /// What to do next. Call it until it says `.wait`.
    public mutating func nextOutput() -> Output {
        if nextOutputIndex < outputs.count {
            nextOutputIndex += 1
            return outputs[nextOutputIndex - 1]
        }
        outputs.removeAll(keepingCapacity: true)
        nextOutputIndex = 0
        return .wait(until: alarms.first.map { MeshInstant(nanoseconds: $0.due) } ?? .never)
    }
}

extension SegmentHold {
    /// RFC 6298, 5.5: doubled with each loss. The variation of the round trip counts as nothing, so
    /// that the bound of Linux is what is left of it.
    private static func timeout(_ segment: Travelling, oneWay: Int64) -> Int64 {
        let first =
            segment.kind == .opening ? openingTimeout : 2 * oneWay + shortestTimeout
        let doublings = min(segment.losses - 1, 10)
        return min(first << Int64(doublings), longestTimeout)
    }

    private mutating func comeOut(_ handle: UInt32, _ flow: inout Flow) {
        flow.nextOut += 1
        if let segment = travelling[Int(handle)], segment.copies > 0 {
            travelling[Int(handle)]?.stage = .out
        } else {
            travelling[Int(handle)] = nil
        }
        if let acknowledgement = flow.lostAcknowledgement { release(acknowledgement, &flow) }
        outputs.append(.deliver(handle: handle))
    }

    /// Something later says what the lost acknowledgement said.
    private mutating func release(_ handle: UInt32, _ flow: inout Flow) {
        flow.lostAcknowledgement = nil
        travelling[Int(handle)] = nil
        outputs.append(.release(handle: handle))
    }

    private mutating func drainWaiting(_ flow: inout Flow) {
        while let first = flow.waiting.first, first.ordinal == flow.nextOut {
            flow.waiting.removeFirst()
            if let handle = first.handle { comeOut(handle, &flow) } else { flow.nextOut += 1 }
        }
    }

    private mutating func skip(_ ordinal: UInt64, _ flow: inout Flow) {
        if ordinal == flow.nextOut {
            flow.nextOut += 1
            drainWaiting(&flow)
        } else {
            Self.insert(ordinal, nil, &flow)
        }
    }

    private static func insert(_ ordinal: UInt64, _ handle: UInt32?, _ flow: inout Flow) {
        var place = flow.waiting.count
        while place > 0, flow.waiting[place - 1].ordinal > ordinal { place -= 1 }
        flow.waiting.insert((ordinal, handle), at: place)
    }

    /// Fast retransmission: the third segment that arrives behind a lost one makes the receiver ask
    /// for it, which takes one way back.
    private mutating func hurry(_ flow: Flow, at now: Int64) {
        guard flow.waiting.count(where: { $0.handle != nil }) >= Self.duplicateThreshold,
            let head = flow.held.first(where: { $0.ordinal == flow.nextOut }),
            let segment = travelling[Int(head.handle)], case .held(let planned) = segment.stage
        else { return }
        let sooner = now + flow.oneWay
        guard sooner < planned, segment.losses == 1 else { return }
        travelling[Int(head.handle)]?.stage = .held(until: sooner)
        alarms.insert(due: sooner, handle: head.handle)
    }
}

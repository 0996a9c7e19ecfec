public import CommyBase
internal import CommyWire

/// One call that this process made.
struct ClientCall: Sendable {
    enum State: Sendable, Equatable {
        case free
        /// Not sent yet.
        case waiting
        case sent
    }
    var state: State = .free
    var serial: UInt32 = 0
    var key: StreamKey?
    var options: OpenOptions = []
    var request: CallRequest
    var deadline: MeshInstant = .never
    /// The request while it waits, the answer afterwards.
    var body: [UInt8] = []
    /// Bytes of the answer whose credit is withheld.
    var withheld = 0
    var head: HeadFrame?
}

extension SessionClient {
    /// Calls a service; the body is copied. The outcome is an output with the same id.
    public mutating func call(
        _ request: CallRequest, body: borrowing RawSpan, at now: MeshInstant
    ) -> CallID {
        place(request, [], body, at: now)
    }

    /// Sends a one-way message. Unless `acknowledged`, `.sent` says that it is on its way, no more.
    public mutating func send(
        _ request: CallRequest, acknowledged: Bool, body: borrowing RawSpan, at now: MeshInstant
    ) -> CallID {
        place(request, acknowledged ? [.oneWay, .acknowledge] : .oneWay, body, at: now)
    }

    /// The caller does not want the answer any more.
    public mutating func cancel(_ id: CallID, at now: MeshInstant) {
        begin(at: now)
        // Benign race: the answer came first.
        guard let slot = slot(of: id) else { return }
        failCall(slot, CommyError(.cancelled), delivered: sentDelivery(slot), tells: .cancelled)
        settle()
    }

    private mutating func place(
        _ request: CallRequest, _ options: OpenOptions, _ body: borrowing RawSpan,
        at now: MeshInstant
    ) -> CallID {
        begin(at: now)
        let limits = configuration.limits
        let slot = takeCallSlot(request)
        var options = options
        if request.isIdempotent { options.insert(.idempotent) }
        calls[slot].options = options
        let id = CallID(slot: UInt32(slot), serial: calls[slot].serial)
        if let timeout = request.timeout {
            calls[slot].deadline = self.now.later(by: max(timeout, .zero))
        }
        guard state == .attaching || state == .attached else {
            failCall(slot, CommyError(.notAttached, "the session is over"), delivered: .no)
            return id
        }
        guard calls.count - freeCalls.count <= limits.calls else {
            failCall(slot, CommyError(.limitReached, "calls"), delivered: .no)
            return id
        }
        deadlines.set(UInt32(slot), at: calls[slot].deadline)
        if state == .attached, link.takesStreams, waiting.isEmpty {
            open(slot, body)
        } else if waitingBytes + body.byteCount > limits.waitingBytes {
            failCall(slot, CommyError(.limitReached, "bytes that wait"), delivered: .no)
        } else {
            unsafe body.withUnsafeBytes { unsafe calls[slot].body.append(contentsOf: $0) }
            waitingBytes += body.byteCount
            waiting.append(id)
        }
        settle()
        return id
    }

    /// Sends calls that waited, as long as the node takes streams.
    mutating func openWaiting() {
        while state == .attached, link.takesStreams, let id = waiting.popFirst() {
            guard let slot = slot(of: id) else { continue }
            var body: [UInt8] = []
            swap(&body, &calls[slot].body)
            waitingBytes -= body.count
            unsafe open(slot, body.span.bytes)
            body.removeAll(keepingCapacity: true)
            if calls[slot].serial == id.serial { swap(&body, &calls[slot].body) }
        }
    }

    private mutating func open(_ slot: Int, _ body: borrowing RawSpan) {
        let call = calls[slot]
        let remaining = call.deadline == .never ? nil : call.deadline - now
        if let remaining, remaining <= .zero {
            failCall(slot, CommyError(.deadlineExceeded, "before it was sent"), delivered: .no)
            return
        }
        let frame = OpenFrame(
            service: call.request.service, method: call.request.method,
            instance: call.request.instance, remaining: remaining,
            correlation: call.request.correlation
                ?? CorrelationID(drawingFrom: &correlations),
            trace: call.request.trace, traceState: call.request.traceState,
            priority: call.request.priority, format: call.request.format,
            options: call.options, metadata: call.request.metadata)
        let isEmpty = body.byteCount == 0
        let key = link.openStream(
            call.options, call.request.priority, binding: UInt32(slot), ends: isEmpty
        ) { frame.encode(into: &$0) }
        guard let key else { preconditionFailure("the link was asked before") }
        calls[slot].key = key
        calls[slot].state = .sent
        _ = link.noteUse(at: now)
        if !isEmpty { link.sendData(key, body, ends: true) }
        if call.options.contains(.oneWay), !call.options.contains(.acknowledge) {
            // Nothing is heard of it any more.
            link.unbind(key)
            freeCall(slot, with: .sent(CallID(slot: UInt32(slot), serial: call.serial)))
        }
    }

    mutating func headReceived(
        _ slot: Int, _ payload: borrowing RawSpan, ends: Bool
    ) -> LinkFault? {
        do { calls[slot].head = try HeadFrame(decoding: payload) } catch {
            return LinkFault(error, in: .head)
        }
        if ends { answerEnded(slot) }
        return nil
    }

    mutating func answerReceived(
        _ slot: Int, _ key: StreamKey, _ payload: borrowing RawSpan, ends: Bool
    ) {
        let limit = configuration.limits.messageBytes
        guard calls[slot].body.count + payload.byteCount <= limit else {
            link.release(payload.byteCount, at: now)
            failCall(
                slot, CommyError(.messageTooLarge, "the answer is above \(limit) bytes"),
                delivered: .maybe, tells: .messageTooLarge)
            return
        }
        unsafe payload.withUnsafeBytes { unsafe calls[slot].body.append(contentsOf: $0) }
        answerHeld(slot, key, payload.byteCount)
        // It may have been given up for want of room.
        if ends, calls[slot].key == key { answerEnded(slot) }
    }

    mutating func answerEnded(_ slot: Int) {
        let call = calls[slot]
        let id = CallID(slot: UInt32(slot), serial: call.serial)
        // The node may end the answer before it has read the request to its end.
        if let key = call.key { link.abandon(key) }
        guard !call.options.contains(.oneWay) else { return freeCall(slot, with: .sent(id)) }
        let head = call.head ?? HeadFrame()
        let answer = Answer(
            failure: head.failure.map { CommyError($0, head.metadata[Self.detailKey] ?? "") },
            format: head.format, metadata: head.metadata, body: call.body)
        freeCall(slot, with: .answered(id, answer))
    }

    mutating func callReset(_ slot: Int, _ reset: ResetFrame) {
        calls[slot].key = nil
        failCall(slot, CommyError(reset.code, reset.detail), delivered: reset.delivered)
    }

    mutating func callDeadlineReached(_ slot: Int) {
        failCall(
            slot, CommyError(.deadlineExceeded), delivered: sentDelivery(slot),
            tells: .deadlineExceeded)
    }

    /// A stream that the node has never looked at, after its GOAWAY.
    mutating func callAbandoned(_ slot: Int) {
        calls[slot].key = nil
        failCall(slot, CommyError(.peerShuttingDown, "the node stops"), delivered: .no)
    }

    /// Ends a call in failure; with `tells` the node is told.
    mutating func failCall(
        _ slot: Int, _ error: CommyError, delivered: ErrorCode.Delivery,
        tells code: ErrorCode? = nil
    ) {
        let call = calls[slot]
        if let key = call.key, let code { link.sendReset(key, code) }
        if call.state == .waiting, call.key == nil { waitingBytes -= call.body.count }
        let id = CallID(slot: UInt32(slot), serial: call.serial)
        freeCall(slot, with: .callFailed(id, error, delivered: delivered))
    }

    private func sentDelivery(_ slot: Int) -> ErrorCode.Delivery {
        guard let key = calls[slot].key else { return .no }
        return link.mayHaveLeft(key) ? .maybe : .no
    }

    func slot(of id: CallID) -> Int? {
        let slot = Int(id.slot)
        guard slot < calls.count, calls[slot].serial == id.serial, calls[slot].state != .free
        else { return nil }
        return slot
    }

    private mutating func takeCallSlot(_ request: CallRequest) -> Int {
        serial &+= 1
        let slot: Int
        if let free = freeCalls.popLast() {
            slot = Int(free)
            calls[slot].request = request
        } else {
            slot = calls.count
            calls.append(ClientCall(request: request))
        }
        calls[slot].state = .waiting
        calls[slot].serial = serial
        return slot
    }

    private mutating func freeCall(_ slot: Int, with output: SessionOutput) {
        deadlines.remove(UInt32(slot))
        if calls[slot].state == .sent { answerComplete(slot) }
        calls[slot].state = .free
        calls[slot].key = nil
        calls[slot].head = nil
        calls[slot].deadline = .never
        calls[slot].body = []
        freeCalls.append(UInt32(slot))
        outputs.append(output)
    }

    /// The metadata key under which a failed handler explains itself.
    static let detailKey = "detail"
}

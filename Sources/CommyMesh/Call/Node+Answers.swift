internal import CommyBase
internal import CommyWire

// The instance's half of a call: what comes from below and goes up, and how a call ends.
extension Node {
    mutating func headReceived(_ number: Int, _ payload: borrowing RawSpan, ends: Bool) {
        calls[number].marks.insert(.answerBegun)
        if payload.byteCount >= 2, unsafe payload.unsafeLoadUnaligned(as: UInt16.self) != 0 {
            calls[number].marks.insert(.failed)
        }
        if calls[number].origin >= 0 { calls.drop(calls[number].origin) }
        if let up = calls[number].up {
            noteUse(up)
            withStream(up) { $0.sendHead(up.key, payload, ends: ends) }
        }
        if ends { answerComplete(number) }
    }

    mutating func answerReceived(_ number: Int, _ payload: borrowing RawSpan, ends: Bool) {
        guard let up = calls[number].up, let down = calls[number].down else { return }
        noteUse(up)
        let held = withStream(up) { $0.sendData(up.key, payload, ends: ends) } ?? 0
        if held > 0 {
            calls[number].heldAnswer += held
        } else {
            withStream(down) { [now] in $0.release(payload.byteCount, at: now) }
        }
        passAnswerCredit(number)
        if ends { answerComplete(number) }
    }

    mutating func answerEnded(_ number: Int) {
        if let up = calls[number].up { withStream(up) { $0.sendEnd(up.key) } }
        answerComplete(number)
    }

    private mutating func answerComplete(_ number: Int) {
        calls[number].marks.insert(.answerEnded)
        let hasFailed = calls[number].marks.contains(.failed)
        count(number, hasFailed ? .failed : .answered)
        noteRequest(number, hasFailed ? .applicationError : nil)
        finishIfDone(number)
    }

    /// A part of a backlog has left: as much may come in on the other side.
    mutating func drained(_ slot: Int, _ part: LinkMachine.Drained) {
        let number = Int(part.binding)
        guard number < calls.slots.count, calls[number].marks.contains(.isOpen) else { return }
        if isStream(calls[number].down, on: slot) {
            let again = min(part.byteCount, calls[number].replayed)
            calls[number].replayed -= again
            calls[number].heldRequest -= part.byteCount - again
            if let up = calls[number].up {
                withStream(up) { [now] in $0.release(part.byteCount - again, at: now) }
            }
        } else if isStream(calls[number].up, on: slot) {
            calls[number].heldAnswer -= part.byteCount
            if let down = calls[number].down {
                withStream(down) { [now] in $0.release(part.byteCount, at: now) }
            }
        }
        passRequestCredit(number)
        passAnswerCredit(number)
        finishIfDone(number)
    }

    /// The stream down has failed; it is gone from its link. Another instance gets the request if
    /// that is safe and there is time; else the caller hears of it.
    mutating func downFailed(
        _ number: Int, _ error: CommyError, delivered: ErrorCode.Delivery, outcome: CallOutcome
    ) {
        releaseHeldRequest(number)
        calls[number].down = nil
        count(number, outcome)
        if mayTryAgain(number, error.code, delivered) {
            tryAgain(number, error.code)
        } else {
            failCall(number, error, delivered: delivered)
        }
    }

    private func mayTryAgain(
        _ number: Int, _ code: ErrorCode, _ delivered: ErrorCode.Delivery
    ) -> Bool {
        let call = calls[number]
        guard call.origin >= 0, !call.marks.contains(.answerBegun),
            !call.marks.contains(.pinned), calls.origins[Int(call.origin)].isWhole,
            call.attempt < limits.attempts - 1, call.deadline > now, stopping == .no,
            call.up != nil
        else { return false }
        return Self.isWorthAnotherInstance(code)
            && (delivered == .no || call.options.contains(.idempotent))
    }

    /// Whether another instance may do better; an error about the request itself it would repeat.
    private static func isWorthAnotherInstance(_ code: ErrorCode) -> Bool {
        switch CallOutcome(code) {
        case .refused, .lost: true
        case .answered, .failed, .late, .cancelled: false
        }
    }

    private mutating func tryAgain(_ number: Int, _ code: ErrorCode) {
        let origin = Int(calls[number].origin)
        calls[number].attempt += 1
        calls.origins[origin].lastFailure = code
        // Taken out while it is sent, so that the table may change meanwhile.
        var open: [UInt8] = []
        swap(&open, &calls.origins[origin].open)
        unsafe attempt(number, open.span.bytes)
        guard calls[number].marks.contains(.isOpen) else {
            // The call is over: what was kept of it was counted when it was dropped.
            return calls.forget(open.count)
        }
        swap(&open, &calls.origins[origin].open)
        guard let down = calls[number].down else { return }
        var body: [UInt8] = []
        swap(&body, &calls.origins[origin].body)
        if !body.isEmpty {
            let ends = calls[number].marks.contains(.requestEnded)
            // These bytes were released when they came in; nothing is owed for them.
            calls[number].replayed =
                withStream(down) {
                    unsafe $0.sendData(down.key, body.span.bytes, ends: ends)
                } ?? 0
        }
        swap(&body, &calls.origins[origin].body)
        finishIfDone(number)
    }

    /// Ends a call in failure: the caller gets one RESET, the instance one if it still works on it.
    mutating func failCall(
        _ number: Int, _ error: CommyError, delivered: ErrorCode.Delivery
    ) {
        noteRequest(number, error.code)
        if let up = calls[number].up {
            withStream(up) {
                $0.sendReset(
                    up.key, error.code, delivered: delivered, detail: error.detail)
            }
        }
        endDown(number, error.code, outcome: CallOutcome(error.code))
        removeCall(number)
    }

    mutating func deadlineReached(_ number: Int) {
        var mayHaveLeft = false
        if let down = calls[number].down {
            mayHaveLeft = withStream(down) { $0.mayHaveLeft(down.key) } ?? true
        }
        failCall(
            number, CommyError(.deadlineExceeded), delivered: mayHaveLeft ? .maybe : .no)
    }

    /// Breaks off the stream down, if there is one, and gives back what it held.
    mutating func endDown(_ number: Int, _ code: ErrorCode, outcome: CallOutcome) {
        if let down = calls[number].down {
            let held = calls[number].heldAnswer
            calls[number].heldAnswer = 0
            withStream(down) { [now] in
                $0.sendReset(down.key, code)
                $0.release(held, at: now)
            }
        }
        count(number, outcome)
        releaseHeldRequest(number)
        calls[number].down = nil
    }

    private mutating func releaseHeldRequest(_ number: Int) {
        let held = calls[number].heldRequest
        calls[number].heldRequest = 0
        calls[number].replayed = 0
        guard held > 0, let up = calls[number].up else { return }
        withStream(up) { [now] in $0.release(held, at: now) }
    }

    /// Uses the connection of a stream; nil when that connection is gone.
    @inline(__always)
    @discardableResult
    mutating func withStream<Value>(
        _ place: StreamPlace, _ body: (inout LinkMachine) -> Value
    ) -> Value? {
        guard links[place.link].generation == place.generation else { return nil }
        return withMachine(place.link, body)
    }

    /// A message moves on this stream, so its connection is in use.
    mutating func noteUse(_ place: StreamPlace) {
        guard links[place.link].generation == place.generation else { return }
        if links[place.link].machine.noteUse(at: now) { armLink(place.link) }
    }

    private func isStream(_ place: StreamPlace?, on slot: Int) -> Bool {
        guard let place else { return false }
        return place.link == slot && place.generation == links[slot].generation
    }

    /// Tells the router, once for each attempt.
    private mutating func count(_ number: Int, _ outcome: CallOutcome) {
        guard calls[number].isCounted else { return }
        calls[number].isCounted = false
        router.callEnded(
            calls[number].instance, outcome, latency: now - calls[number].sentAt, at: now)
    }

    mutating func finishIfDone(_ number: Int) {
        guard calls[number].isDone else { return }
        // A one-way message without acknowledgement is over when it has been passed on.
        if calls[number].isCounted {
            count(number, .answered)
            noteRequest(number, nil)
        }
        removeCall(number)
    }

    mutating func removeCall(_ number: Int) {
        if let up = calls[number].up { withStream(up) { $0.unbind(up.key) } }
        if let down = calls[number].down { withStream(down) { $0.unbind(down.key) } }
        callDeadlines.remove(UInt32(number))
        calls.remove(number)
    }

    /// A connection is gone, and every stream on it.
    mutating func failStreams(_ slot: Int, isSession: Bool) {
        let side = links[slot].machine.side
        for place in links[slot].machine.table.slots.indices {
            let stream = links[slot].machine.table.slots[place]
            guard !stream.id.isLink else { continue }
            let key = StreamKey(slot: UInt32(place), id: stream.id)
            let mayHaveLeft = links[slot].machine.mayHaveLeft(key)
            links[slot].machine.remove(place)
            guard stream.binding != .max else { continue }
            if stream.id.opener == side {
                downFailed(
                    Int(stream.binding),
                    CommyError(isSession ? .instanceLost : .connectionLost),
                    delivered: mayHaveLeft ? .maybe : .no, outcome: .lost)
            } else {
                callerGone(Int(stream.binding), .cancelled)
            }
        }
    }

    mutating func noteRoute(_ number: Int, _ pick: RoutePick) {
        guard configuration.notesCalls, calls[number].marks.contains(.isOpen) else { return }
        let origin = calls.origins[Int(calls[number].origin)]
        note(
            .route(
                NodeEvent.RouteNote(
                    call: origin.correlation, service: origin.service, method: origin.method,
                    instance: pick.instance, node: name(of: pick.node), rule: pick.rule.text,
                    attempt: Int(calls[number].attempt) + 1,
                    transport: pick.node == id ? .local : .tls)))
    }

    mutating func noteRequest(_ number: Int, _ failure: ErrorCode?) {
        guard configuration.notesCalls, calls[number].origin >= 0 else { return }
        let origin = calls.origins[Int(calls[number].origin)]
        let wasSent = calls[number].sentAt > .zero || calls[number].down != nil
        note(
            .request(
                NodeEvent.RequestNote(
                    call: origin.correlation, service: origin.service, failure: failure,
                    node: wasSent ? name(of: calls[number].instance.node) : nil,
                    from: configuration.name, latency: now - calls[number].arrivedAt)))
    }
}

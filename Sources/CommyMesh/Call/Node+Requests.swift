internal import CommyBase
internal import CommyWire

// The caller's half of a call: what comes from above and goes down.
extension Node {
    /// A call comes in, from a process of this node or from another node.
    mutating func openReceived(
        _ slot: Int, _ key: StreamKey, _ payload: borrowing RawSpan, ends: Bool
    ) -> LinkFault? {
        let layout: OpenLayout
        do { layout = try OpenLayout(decoding: payload) } catch {
            return LinkFault(error, in: .open)
        }
        if let refusal = refusal(of: layout, from: slot) {
            withMachine(slot) { $0.sendReset(key, refusal, delivered: .no) }
            return nil
        }
        let fixed = layout.fixed
        var call = Call()
        call.marks = ends ? [.isOpen, .requestEnded] : .isOpen
        call.options = fixed.options
        call.priority = fixed.priority
        call.hops = fixed.hops
        call.attempt = fixed.attempt
        call.up = place(slot, key)
        call.arrivedAt = now
        call.granted = UInt64(limits.link.streamWindow)
        call.answerAllowed = UInt64(links[slot].machine.peerStreamWindow)
        if let remaining = fixed.remaining { call.deadline = now.later(by: remaining) }
        if fixed.options.contains(.oneWay), !fixed.options.contains(.acknowledge) {
            call.marks.insert(.answerEnded)
        }
        links[slot].startedCalls += 1
        if links[slot].machine.noteUse(at: now) { armLink(slot) }
        let number = calls.insert(call)
        links[slot].machine.bind(key, to: UInt32(number))
        if call.deadline != .never { callDeadlines.set(UInt32(number), at: call.deadline) }
        let isRouted = links[slot].phase == .session || fixed.instance == nil
        if isRouted {
            return route(number, layout, payload)
        }
        if let instance = fixed.instance { deliver(number, instance, layout, payload) }
        return nil
    }

    /// Why a call is not even looked at.
    private func refusal(of layout: OpenLayout, from slot: Int) -> ErrorCode? {
        if stopping != .no { return .peerShuttingDown }
        if calls.count >= limits.calls { return .overloaded }
        if layout.fixed.hops >= limits.hops { return .tooManyHops }
        return nil
    }

    /// Chooses an instance for a call that begins here, and keeps what another attempt would need.
    private mutating func route(
        _ number: Int, _ layout: OpenLayout, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let query: RouteQuery
        var method = MethodName.none
        do throws(OpenFault) {
            query = try RouteQuery(opening: layout, payload)
            // Only shown, so read only when it is.
            if configuration.notesCalls {
                do { method = try layout.method(payload) } catch { throw .wire(error) }
            }
        } catch {
            switch error {
            case .wire(let error): return LinkFault(error, in: .open)
            case .requirement(let key):
                failCall(number, CommyError(.invalidArgument, key), delivered: .no)
                return nil
            }
        }
        if query.instance != nil { calls[number].marks.insert(.pinned) }
        let origin = calls.insertOrigin(
            query.service, method, layout.fixed.correlation, query)
        calls[number].origin = origin
        if query.instance == nil {
            calls.keep(open: payload, of: origin, limit: limits.keptBodies)
        }
        attempt(number, payload)
        finishIfDone(number)
        return nil
    }

    private func place(_ slot: Int, _ key: StreamKey) -> StreamPlace {
        StreamPlace(link: slot, generation: links[slot].generation, key: key)
    }

    /// Sends a call to an instance, the first time or again. `open` is the payload of its OPEN.
    mutating func attempt(_ number: Int, _ open: borrowing RawSpan) {
        let origin = Int(calls[number].origin)
        while true {
            let decision = router.pick(
                calls.origins[origin].query, at: now, random: &routing)
            switch decision {
            case .none(let failure):
                let error =
                    if let code = calls.origins[origin].lastFailure {
                        CommyError(code)
                    } else {
                        CommyError(failure.code, failure == .allWeightless ? failure.text : "")
                    }
                failCall(number, error, delivered: .no)
                return
            case .to(let pick):
                calls.origins[origin].query.tried.insert(pick.instance)
                if send(number, to: pick.instance, open) {
                    noteRoute(number, pick)
                    return
                }
                calls.origins[origin].lastFailure = .unreachable
                if calls[number].marks.contains(.pinned) {
                    failCall(number, CommyError(.unreachable), delivered: .no)
                    return
                }
            }
        }
    }

    /// Passes a call of another node on to the instance that this node chose for it.
    private mutating func deliver(
        _ number: Int, _ instance: InstanceID, _ layout: OpenLayout, _ open: borrowing RawSpan
    ) {
        if instance.node == id {
            // A process gets calls of the service that it offers, whatever a peer has in mind.
            guard let local = instances[instance.number],
                layout.names(local.service, open)
            else {
                return failCall(number, CommyError(.noSuchInstance), delivered: .no)
            }
            guard !local.isDraining else {
                return failCall(number, CommyError(.draining), delivered: .no)
            }
        }
        if send(number, to: instance, open) {
            finishIfDone(number)
        } else {
            failCall(
                number, CommyError(instance.node == id ? .overloaded : .unreachable),
                delivered: .no)
        }
    }

    /// Opens the stream down. False when there is no connection that takes one.
    private mutating func send(
        _ number: Int, to instance: InstanceID, _ open: borrowing RawSpan
    ) -> Bool {
        let target =
            instance.node == id ? instances[instance.number]?.link : activeLink(instance.node)
        guard let slot = target, links[slot].isLive, links[slot].machine.takesStreams else {
            return false
        }
        let call = calls[number]
        let isRemote = instance.node != id
        let remaining =
            call.deadline == .never
            ? 0 : UInt64(max(1, call.deadline.nanoseconds - now.nanoseconds))
        let ends = call.marks.contains(.requestEnded) && !hasKeptBody(call)
        let hops = isRemote ? call.hops + 1 : call.hops
        let key = withMachine(slot) { machine in
            machine.openStream(
                call.options, call.priority, binding: UInt32(number), ends: ends
            ) { writer in
                let start = writer.count
                writer.raw(open)
                writer.patchU64(remaining, at: start + OpenLayout.remainingOffset)
                writer.patchU8(call.attempt, at: start + OpenLayout.attemptOffset)
                writer.patchU8(hops, at: start + OpenLayout.hopsOffset)
                writer.patchU64(instance.node.value, at: start + OpenLayout.instanceOffset)
                writer.patchU32(instance.number, at: start + OpenLayout.instanceOffset + 8)
            }
        }
        guard let key else { return false }
        links[slot].startedCalls += 1
        if links[slot].machine.noteUse(at: now) { armLink(slot) }
        calls[number].down = place(slot, key)
        calls[number].instance = instance
        calls[number].sentAt = now
        allowanceBegan(number, links[slot].machine.peerStreamWindow)
        calls[number].isCounted = true
        router.callStarted(instance)
        return true
    }

    private func hasKeptBody(_ call: Call) -> Bool {
        call.origin >= 0 && !calls.origins[Int(call.origin)].body.isEmpty
    }

    mutating func requestReceived(_ number: Int, _ payload: borrowing RawSpan, ends: Bool) {
        guard let up = calls[number].up else { return }
        if ends { calls[number].marks.insert(.requestEnded) }
        if calls[number].origin >= 0 {
            calls.keep(
                body: payload, of: calls[number].origin, bodyLimit: limits.keptBody,
                limit: limits.keptBodies)
        }
        guard let down = calls[number].down else {
            withStream(up) { [now] in $0.release(payload.byteCount, at: now) }
            return
        }
        noteUse(down)
        let held = withStream(down) { $0.sendData(down.key, payload, ends: ends) } ?? 0
        if held > 0 {
            calls[number].heldRequest += held
        } else {
            withStream(up) { [now] in $0.release(payload.byteCount, at: now) }
        }
        passRequestCredit(number)
        if ends { finishIfDone(number) }
    }

    mutating func requestEnded(_ number: Int) {
        calls[number].marks.insert(.requestEnded)
        if let down = calls[number].down { withStream(down) { $0.sendEnd(down.key) } }
        finishIfDone(number)
    }

    /// The caller broke its call off, or is gone.
    mutating func callerGone(_ number: Int, _ code: ErrorCode) {
        noteRequest(number, code)
        endDown(number, code, outcome: .cancelled)
        removeCall(number)
    }
}

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
        if fixed.remainingNanoseconds > 0 {
            call.deadline = deadline(after: fixed.remainingNanoseconds)
        }
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
        if let instance = fixed.instance { deliver(number, instance, payload) }
        return nil
    }

    /// Why a call is not even looked at.
    private func refusal(of layout: OpenLayout, from slot: Int) -> ErrorCode? {
        if stopping != .no { return .peerShuttingDown }
        if calls.count >= limits.calls { return .overloaded }
        if layout.fixed.hops >= limits.hops { return .tooManyHops }
        return nil
    }

    /// A remaining time may be anything up to 292 years; the sum must not overflow.
    private func deadline(after nanoseconds: UInt64) -> MeshInstant {
        let left = UInt64(MeshInstant.never.nanoseconds - 1 - now.nanoseconds)
        return MeshInstant(nanoseconds: now.nanoseconds + Int64(min(nanoseconds, left)))
    }

    /// Chooses an instance for a call that begins here, and keeps what another attempt would need.
    private mutating func route(
        _ number: Int, _ layout: OpenLayout, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let query: RouteQuery
        var method = MethodName.none
        do {
            query = try self.query(layout, payload)
            // Only shown, so read only when it is.
            if configuration.notesCalls { method = try Self.method(layout, payload) }
        } catch {
            return LinkFault(error, in: .open)
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

    private func query(
        _ layout: OpenLayout, _ payload: borrowing RawSpan
    ) throws(WireError) -> RouteQuery {
        var reader = ByteReader(at: layout.service.lowerBound)
        let text = try reader.utf8(layout.service.count, "service", payload)
        guard let service = ServiceName(text) else { throw .invalid("service") }
        var requirement = CapabilityRequirement.none
        let format = layout.fixed.format
        if format != .opaque { requirement.format = format }
        // One byte is the count of an empty list.
        if layout.metadata.count > 1 {
            reader = ByteReader(at: layout.metadata.lowerBound)
            let metadata = try Metadata(reading: &reader, payload)
            try RequirementKeys.read(metadata, into: &requirement)
        }
        return RouteQuery(
            service: service, instance: layout.fixed.instance, requirement: requirement)
    }

    private static func method(
        _ layout: OpenLayout, _ payload: borrowing RawSpan
    ) throws(WireError) -> MethodName {
        var reader = ByteReader(at: layout.method.lowerBound)
        let text = try reader.utf8(layout.method.count, "method", payload)
        guard let method = MethodName(text) else { throw .invalid("method") }
        return method
    }

    /// Sends a call to an instance, the first time or again. `open` is the payload of its OPEN.
    mutating func attempt(_ number: Int, _ open: borrowing RawSpan) {
        let origin = Int(calls[number].origin)
        while true {
            let decision = router.pick(
                calls.origins[origin].query, at: now, random: &routing)
            switch decision {
            case .none(let failure):
                let code = calls.origins[origin].lastFailure ?? Self.code(of: failure)
                failCall(number, CommyError(code), delivered: .no)
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
        _ number: Int, _ instance: InstanceID, _ open: borrowing RawSpan
    ) {
        if instance.node == id {
            guard let local = instances[instance.number] else {
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

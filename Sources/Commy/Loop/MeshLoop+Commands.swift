internal import CommyBase
internal import CommyMesh
internal import CommyReactor
internal import CommySession

// What the facade asks.
extension MeshLoop {
    mutating func perform(_ command: MeshCommand) {
        guard !isClosing else { return performClosing(command) }
        let now = reactor.now
        switch command {
        case .whenAttached(let waiter):
            if let place {
                waiter.resume(returning: .success(place))
            } else {
                attachWaiters.append(waiter)
            }
        case .call(let ticket, let request, let body, let outcome):
            place(ticket, request, body, nil, outcome)
        case .send(let ticket, let request, let body, let acknowledged, let outcome):
            place(ticket, request, body, acknowledged ? .acknowledged : .plain, outcome)
        case .serve(let offer, let handler, let concurrency, let waiter):
            let id = session.offer(offer, at: now)
            services[id] = Service(
                handler: handler, concurrency: concurrency, waiter: waiter)
        case .watch(let ticket, let scope, let stream):
            watches[session.watch(scope, at: now)] = Watch(ticket: ticket, stream: stream)
        case .close(let waiter):
            closeWaiters.append(waiter)
            close()
        case .cancel, .drain, .withdraw, .handled, .unwatch: performClosing(command)
        }
    }

    /// What is still done after `close`: ending things.
    private mutating func performClosing(_ command: MeshCommand) {
        let now = reactor.now
        switch command {
        case .cancel(let ticket): cancel(ticket)
        case .drain(let id): session.drain(id, at: now)
        case .withdraw(let id):
            session.withdraw(id, at: now)
            // Those that arrived are answered all the same.
            instances = instances.filter { $0.value != id }
            services[id]?.waiter?.resume(returning: .failure(CommyError(.cancelled)))
            services[id] = nil
        case .handled(let id, let result): handled(id, result)
        case .unwatch(let ticket):
            guard let id = watches.first(where: { $0.value.ticket === ticket })?.key else {
                return
            }
            watches[id] = nil
            session.withdraw(id, at: now)
        case .close(let waiter): closeWaiters.append(waiter)
        case .whenAttached, .call, .send, .serve, .watch: command.refuse(because: lastFailure)
        }
    }

    private mutating func close() {
        isClosing = true
        lastFailure = CommyError(.notAttached, "the mesh was closed")
        for call in parked { call.outcome.resume(returning: .failure(lastFailure)) }
        parked = []
        session.leave(at: reactor.now)
    }

    private mutating func place(
        _ ticket: Ticket, _ request: CallRequest, _ body: [UInt8], _ sends: OneWay?,
        _ outcome: CallOutcome
    ) {
        let deadline = request.timeout.map { reactor.now.later(by: $0) } ?? .never
        let call = ParkedCall(
            ticket: ticket, request: request, body: body, sends: sends, deadline: deadline,
            outcome: outcome)
        guard !begin(call) else { return }
        guard parked.count < Self.parkedLimit else {
            outcome.resume(
                returning: .failure(
                    CommyError(.limitReached, "calls without a node", cause: lastFailure)))
            return
        }
        parked.append(call)
    }

    /// Gives a call to the session; false when there is none.
    private mutating func begin(_ call: ParkedCall) -> Bool {
        let now = reactor.now
        var request = call.request
        if call.deadline != .never { request.timeout = call.deadline - now }
        let id: CallID?
        if let sends = call.sends {
            id = unsafe session.send(
                request, acknowledged: sends == .acknowledged, body: call.body.span.bytes,
                at: now)
        } else {
            id = unsafe session.call(request, body: call.body.span.bytes, at: now)
        }
        guard let id else { return false }
        calls[id] = OpenCall(ticket: call.ticket, outcome: call.outcome)
        callIDs[ObjectIdentifier(call.ticket)] = id
        return true
    }

    private mutating func cancel(_ ticket: Ticket) {
        if let id = callIDs[ObjectIdentifier(ticket)] {
            session.cancel(id, at: reactor.now)
        } else if let place = parked.firstIndex(where: { $0.ticket === ticket }) {
            parked.remove(at: place).outcome.resume(returning: .failure(CommyError(.cancelled)))
        }
    }

    /// There is a session again.
    mutating func beginParked() {
        var waiting: [ParkedCall] = []
        swap(&waiting, &parked)
        for call in waiting where !begin(call) { parked.append(call) }
    }

    var firstParkedDeadline: MeshInstant {
        parked.lazy.map(\.deadline).min() ?? .never
    }

    mutating func expireParked() {
        let now = reactor.now
        guard firstParkedDeadline <= now else { return }
        for call in parked where call.deadline <= now {
            call.outcome.resume(
                returning: .failure(CommyError(.deadlineExceeded, cause: lastFailure)))
        }
        parked.removeAll { $0.deadline <= now }
    }
}

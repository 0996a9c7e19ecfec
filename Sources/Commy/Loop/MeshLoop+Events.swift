internal import CommyBase
internal import CommyMesh
internal import CommyReactor
internal import CommySession
internal import CommyWire

// What the session tells.
extension MeshLoop {
    mutating func take(_ event: SessionEvent) {
        switch event {
        case .attached(let node, let mesh):
            attached(AttachedPlace(node: node.text, mesh: mesh.text))
        case .attachFailed(let error): attachFailed(error)
        case .detached(let error):
            instances = [:]
            guard !isClosing else { return }
            lastFailure = CommyError(.notAttached, cause: error)
            for id in watches.keys { watches[id]?.picture.detached() }
        case .registered(let id, let instance):
            instances[instance] = id
            services[id]?.waiter?.resume(returning: .success(id))
            services[id]?.waiter = nil
        case .refused(let id, let error): refused(id, error)
        case .changed(let id, let events): watches[id]?.picture.take(events)
        case .answered(let call, let answer): end(call, .success(answer))
        case .sent(let call): end(call, .success(Answer()))
        case .callFailed(let call, let error, _): end(call, .failure(error))
        case .request(let request): begin(request)
        case .requestCancelled(let incoming, _):
            guard let id = workIDs.removeValue(forKey: incoming) else { return }
            works[id]?.incoming = nil
            works[id]?.task.cancel()
        // The node stops: what is under way goes on, and the end comes as `detached`.
        case .draining: return
        // Answers to requests that the loop does not follow.
        case .done, .failed, .rows: return
        }
    }

    private mutating func attached(_ place: AttachedPlace) {
        self.place = place
        for waiter in attachWaiters { waiter.resume(returning: .success(place)) }
        attachWaiters = []
        beginParked()
    }

    /// The first attempt decides whether there is a mesh at all; later ones are repeated.
    private mutating func attachFailed(_ error: CommyError) {
        guard place == nil else {
            if !isClosing { lastFailure = CommyError(.notAttached, cause: error) }
            return
        }
        lastFailure = CommyError(
            .notAttached, "no node answers at \(session.path); start one with: commyd --dev",
            cause: error)
        isClosing = true
        session.leave(at: reactor.now)
    }

    private mutating func refused(_ id: StandingID, _ error: CommyError) {
        if let waiter = services[id]?.waiter {
            services[id] = nil
            session.withdraw(id, at: reactor.now)
            waiter.resume(returning: .failure(error))
        } else if let watch = watches.removeValue(forKey: id) {
            session.withdraw(id, at: reactor.now)
            watch.picture.reader.finish()
        }
    }

    private mutating func end(_ call: CallID, _ result: Result<Answer, CommyError>) {
        guard let open = calls.removeValue(forKey: call) else { return }
        callIDs[ObjectIdentifier(open.ticket)] = nil
        open.outcome.resume(returning: result)
    }

    private mutating func begin(_ request: IncomingRequest) {
        guard let instance = request.open.instance, let id = instances[instance],
            let service = services[id]
        else {
            session.refuse(request.id, CommyError(.noSuchInstance), at: reactor.now)
            return
        }
        guard service.inWork < service.concurrency else {
            session.refuse(
                request.id, CommyError(.overloaded, "\(service.concurrency) requests"),
                at: reactor.now)
            return
        }
        services[id]?.inWork += 1
        lastWork += 1
        let work = WorkID(number: lastWork)
        let message = Message(
            request.body, format: request.open.format, metadata: request.open.metadata)
        let context = RequestContext(request, clock: clock)
        // The only task of a request: the handler's own.
        let task = Task { [mailbox] in
            mailbox.post(.handled(work, await service.handler.answer(message, context)))
        }
        works[work] = Work(
            service: id, incoming: request.wantsAnswer ? request.id : nil, task: task)
        if request.wantsAnswer { workIDs[request.id] = work }
    }

    mutating func handled(_ id: WorkID, _ result: Result<Message, CommyError>) {
        guard let work = works.removeValue(forKey: id) else { return }
        services[work.service]?.inWork -= 1
        guard let incoming = work.incoming else { return }
        workIDs[incoming] = nil
        switch result {
        case .success(let message):
            unsafe session.answer(
                incoming, format: message.format, metadata: message.metadata,
                body: message.bytes.span.bytes, at: reactor.now)
        case .failure(let error): session.fail(incoming, error, at: reactor.now)
        }
    }
}

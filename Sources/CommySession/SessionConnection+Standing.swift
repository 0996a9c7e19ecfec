public import CommyBase
public import CommyMesh

/// An offer or a watch that is kept up over all sessions.
struct Standing {
    enum Subject {
        case offer(ServiceOffer)
        case watch(WatchScope)
    }
    var id: StandingID
    var subject: Subject
    /// The request of the present session that is under way, or that the events of a watch name.
    var request: RequestID?
    /// What the present session was given for an offer.
    var instance: InstanceID?
    var isDraining = false
}

extension SessionConnection {
    /// Serves a service from now on, in this session and those that follow it: `.registered`.
    public mutating func offer(_ offer: ServiceOffer, at now: MeshInstant) -> StandingID {
        stand(.offer(offer), at: now)
    }

    /// Watches the catalog from now on: `.changed`.
    public mutating func watch(_ scope: WatchScope, at now: MeshInstant) -> StandingID {
        stand(.watch(scope), at: now)
    }

    /// The instance finishes what it has and is sent nothing new.
    public mutating func drain(_ id: StandingID, at now: MeshInstant) {
        guard let place = place(of: id) else { return }
        standing[place].isDraining = true
        guard let instance = standing[place].instance else { return }
        changed(at: now)
        _ = client?.drain(instance, at: now)
    }

    /// Ends an offer or a watch.
    public mutating func withdraw(_ id: StandingID, at now: MeshInstant) {
        guard let place = place(of: id) else { return }
        let ended = standing.remove(at: place)
        changed(at: now)
        switch ended.subject {
        case .offer:
            if let instance = ended.instance { _ = client?.deregister(instance, at: now) }
        case .watch:
            if let request = ended.request { _ = client?.unwatch(request, at: now) }
        }
    }

    private mutating func stand(_ subject: Standing.Subject, at now: MeshInstant) -> StandingID {
        lastStanding += 1
        let id = StandingID(number: lastStanding)
        standing.append(Standing(id: id, subject: subject))
        if isOpen { ask(standing.count - 1, at: now) }
        changed(at: now)
        return id
    }

    /// Tells the present session of it.
    mutating func ask(_ place: Int, at now: MeshInstant) {
        standing[place].instance = nil
        switch standing[place].subject {
        case .offer(let offer):
            standing[place].request = client?.register(offer, at: now)
        case .watch(let scope):
            standing[place].request = client?.watch(scope, at: now)
        }
    }

    private func place(of id: StandingID) -> Int? { standing.firstIndex { $0.id == id } }

    private func place(of request: RequestID) -> Int? {
        standing.firstIndex { $0.request == request }
    }

    /// What an answer to a control request means for the owner; nil for what it does not ask.
    mutating func controlEvent(_ output: SessionOutput, _ now: MeshInstant) -> SessionEvent? {
        switch output {
        case .registered(let request, let instance):
            guard let place = place(of: request) else {
                // It was withdrawn while the answer was under way.
                _ = client?.deregister(instance, at: now)
                return nil
            }
            standing[place].instance = instance
            if standing[place].isDraining { _ = client?.drain(instance, at: now) }
            return .registered(standing[place].id, instance)
        case .failed(let request, let error):
            guard let place = place(of: request) else { return .failed(request, error) }
            standing[place].request = nil
            // The end of the session fails it too; it is renewed with the next one.
            return isOpen ? .refused(standing[place].id, error) : nil
        case .event(let request, let events):
            return place(of: request).map { .changed(standing[$0].id, events) }
        case .rows(let request, let rows): return .rows(request, rows)
        case .done(let request): return place(of: request) == nil ? .done(request) : nil
        case .transmit, .close, .attached, .detached, .answered, .sent, .callFailed, .request,
            .requestCancelled, .draining, .wait:
            preconditionFailure("only answers to control requests come here")
        }
    }
}

internal import CommyBase
public import CommyLinux
internal import CommyMesh
public import CommyReactor
internal import CommySession
internal import CommyWire

/// One instance of a service: takes requests, works on each for a while by a timer, answers.
public struct WorkloadServer: ~Copyable {
    /// A request that is worked on.
    struct Work {
        var request: IncomingRequest
        var timer: TimerHeap<EventToken>.Token?
    }
    private enum Kind {
        static let session: UInt8 = 0
        static let work: UInt8 = 1
    }
    /// Requests worked on at once: as many streams as a node sends, sixteen times over. Full: the
    /// request fails with `overloaded`.
    private static let workLimit = 65_536

    private let configuration: ServeConfiguration
    private let metadata: Metadata
    private var reactor: Reactor
    private var session: SessionConnection
    private var works = SlotTable<Work>(limit: Self.workLimit)
    private var slots: [IncomingID: Slot] = [:]
    private let events: EventPrinter
    private var isStopping = false

    /// Takes over `output`, where events are printed.
    public init(
        _ configuration: ServeConfiguration, clock: LoopClock, output: consuming FileDescriptor
    ) throws(SystemError) {
        self.configuration = configuration
        var metadata = Metadata()
        // A label that does not fit is left out; the command line is the harness's own.
        try? metadata.append(key: servedByKey, value: configuration.label)
        self.metadata = metadata
        reactor = try Reactor(clock: clock, takesSignals: true)
        let key = RandomKey(seed: 0).labelled("serve").labelled(configuration.node)
            .labelled(configuration.offer.service.text).labelled(configuration.label)
        session = SessionConnection(
            path: configuration.socketPath, random: key, build: "commy-workload",
            token: EventToken(kind: Kind.session).rawValue)
        events = EventPrinter(output, isOn: configuration.printsEvents)
    }

    /// Serves until SIGTERM or SIGINT, and then until what it works on is answered.
    public mutating func run() throws(SystemError) {
        _ = session.offer(configuration.offer, at: reactor.now)
        while true {
            while let event = session.next(on: reactor.queue) { take(event) }
            if session.isOver { return }
            guard let event = try reactor.next(until: session.deadline) else { continue }
            switch event {
            case .ready(_, let interest): session.ready(interest)
            case .timer(let token):
                guard let work = works.remove(token.slot) else { continue }
                slots[work.request.id] = nil
                answer(work.request)
            case .signal(.terminate), .signal(.interrupt): session.leave(at: reactor.now)
            case .signal(.hangUp), .woken: continue
            }
        }
    }

    private mutating func take(_ event: SessionEvent) {
        switch event {
        case .registered(_, let instance):
            events.print("serving") {
                $0.add("service", configuration.offer.service.text)
                $0.add("instance", instance.description)
                $0.add("node", configuration.node)
            }
        case .detached(let error): detached(error.code.description)
        case .refused(_, let error): detached(error.description)
        case .request(let request): begin(request)
        case .requestCancelled(let id, _):
            guard let slot = slots.removeValue(forKey: id), let work = works.remove(slot) else {
                return
            }
            if let timer = work.timer { reactor.cancelTimer(timer) }
        case .attached, .attachFailed, .draining, .changed, .done, .failed, .rows, .answered,
            .sent, .callFailed:
            return
        }
    }

    private func detached(_ reason: String) {
        events.print("detached") {
            $0.add("node", configuration.node)
            $0.add("reason", reason)
        }
    }

    private mutating func begin(_ request: IncomingRequest) {
        guard configuration.workNanoseconds > 0 else { return answer(request) }
        guard !works.isFull else {
            session.fail(
                request.id, CommyError(.overloaded, "\(Self.workLimit) requests"),
                at: reactor.now)
            return
        }
        let due = reactor.now + .nanoseconds(configuration.workNanoseconds)
        let slot = works.insert(Work(request: request))
        let timer = reactor.setTimer(at: due, EventToken(kind: Kind.work, slot: slot))
        works.with(slot) { $0.timer = timer }
        slots[request.id] = slot
    }

    private mutating func answer(_ request: IncomingRequest) {
        switch configuration.handler {
        case .echo, .slow:
            unsafe session.answer(
                request.id, format: request.open.format, metadata: metadata,
                body: request.body.span.bytes, at: reactor.now)
        case .discard:
            let nothing: [UInt8] = []
            unsafe session.answer(
                request.id, metadata: metadata, body: nothing.span.bytes, at: reactor.now)
        case .fail:
            session.fail(
                request.id, CommyError(.applicationError, configuration.label),
                at: reactor.now)
        }
    }
}

/// The metadata of an answer that names who gave it.
let servedByKey = "served-by"

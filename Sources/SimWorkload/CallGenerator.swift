internal import CommyBase
public import CommyLinux
internal import CommyMesh
public import CommyReactor
internal import CommySession
internal import CommyWire
public import SimTraffic

/// Calls a service on schedule and writes a record for each: the loop around `OpenLoop` and a
/// session.
public struct CallGenerator: ~Copyable {
    private static let sessionToken: UInt64 = 0
    /// How long a last one-way message may take to leave this process.
    private static let leaveWithin = Duration.seconds(1)

    private let configuration: CallConfiguration
    private let payload: [UInt8]
    private let maximumInFlight: Int
    private var loop: OpenLoop
    private var session: SessionConnection
    private var underWay: [CallID: OpenLoop.Arrival] = [:]
    private let events: EventPrinter

    /// Runs to the end of the schedule and the last answer. Takes over `output`, a pipe or file
    /// for the records, and `events`; `signals` end the run early.
    public static func run(
        _ configuration: CallConfiguration, _ traffic: TrafficConfiguration, clock: LoopClock,
        output: consuming FileDescriptor, events: consuming FileDescriptor,
        signals: consuming StopSignals? = nil
    ) throws(SystemError) -> TrafficGenerator.End {
        if !clock.isVirtual { try MonotonicClock.sharpenTimersOfThisThread() }
        let loop = try OpenLoop(traffic, clock: clock, output: output, signals: signals)
        var generator = CallGenerator(
            configuration, traffic, loop, EventPrinter(events, isOn: true))
        return try generator.run()
    }

    private init(
        _ configuration: CallConfiguration, _ traffic: TrafficConfiguration,
        _ loop: consuming OpenLoop, _ events: consuming EventPrinter
    ) {
        self.configuration = configuration
        payload = traffic.payload
        maximumInFlight = traffic.maximumInFlight
        self.loop = loop
        self.events = events
        // The seed alone may be that of a source on another node.
        let key = RandomKey(seed: traffic.identity).labelled("call").labelled(configuration.node)
            .labelled(configuration.request.service.text)
            .labelled(configuration.request.method.text)
        var limits = SessionLimits()
        limits.calls = max(limits.calls, traffic.maximumInFlight)
        session = SessionConnection(
            path: configuration.socketPath, random: key, limits: limits,
            build: "commy-workload", token: Self.sessionToken)
    }

    private mutating func run() throws(SystemError) -> TrafficGenerator.End {
        while true {
            drain()
            sendDue()
            drain()
            let turn = try loop.turn(
                oldest: nil, also: session.deadline, underWay: underWay.count)
            switch turn {
            case .ended(let end):
                if end == .finished { try leave() }
                return end
            case .events(let count):
                for index in 0..<count {
                    switch loop.event(at: index) {
                    case .own(_, let interest): session.ready(interest)
                    case .served: break
                    case .outputLost: return .outputLost
                    }
                }
            }
        }
    }

    /// Lets what was sent last leave before this process ends.
    private mutating func leave() throws(SystemError) {
        let limit = loop.now + Self.leaveWithin
        session.leave(at: loop.now)
        while true {
            drain()
            guard !session.isOver, loop.now < limit else { return }
            let count = try loop.queue.wait(until: min(session.deadline, limit))
            for index in 0..<count {
                guard case .own(_, let interest) = loop.event(at: index) else { continue }
                session.ready(interest)
            }
        }
    }

    private mutating func sendDue() {
        for _ in 0..<Limits.sendsPerTurn {
            guard let arrival = loop.nextArrival() else { return }
            guard underWay.count < maximumInFlight else {
                loop.refuse(arrival)
                continue
            }
            loop.countSent()
            if let call = send(arrival) {
                underWay[call] = arrival
            } else {
                decide(arrival, .refused, status: ErrorCode.notAttached.rawValue)
            }
        }
    }

    /// Nil when there is no session.
    private mutating func send(_ arrival: OpenLoop.Arrival) -> CallID? {
        var request = configuration.request
        request.timeout = loop.deadline(of: arrival.due) - loop.now
        let (body, now) = (payload, loop.now)
        guard configuration.isOneWay else {
            return unsafe session.call(request, body: body.span.bytes, at: now)
        }
        return unsafe session.send(
            request, acknowledged: false, body: body.span.bytes, at: now)
    }

    private mutating func drain() {
        while let event = session.next(on: loop.queue) {
            switch event {
            case .answered(let call, let answer):
                guard let arrival = underWay.removeValue(forKey: call) else { continue }
                answered(arrival, answer)
            case .sent(let call):
                guard let arrival = underWay.removeValue(forKey: call) else { continue }
                decide(arrival, .ok)
            case .callFailed(let call, let error, _):
                guard let arrival = underWay.removeValue(forKey: call) else { continue }
                decide(arrival, TrafficResult(error.code), status: error.code.rawValue)
            case .attached(let node, _): events.print("attached") { $0.add("node", node.text) }
            case .detached(let error):
                events.print("detached") {
                    $0.add("node", configuration.node)
                    $0.add("reason", error.code.description)
                }
            case .attachFailed, .draining, .registered, .refused, .changed, .done, .failed,
                .rows, .request, .requestCancelled:
                continue
            }
        }
    }

    private mutating func answered(_ arrival: OpenLoop.Arrival, _ answer: Answer) {
        let backend = answer.metadata[servedByKey].map { Array($0.utf8.prefix(255)) } ?? []
        if let failure = answer.failure {
            decide(
                arrival, TrafficResult(failure.code), status: failure.code.rawValue,
                backend: backend, bodyByteCount: answer.body.count)
            return
        }
        let isWanted = !configuration.expectsEcho || answer.body == payload
        decide(
            arrival, isWanted ? .ok : .wrongAnswer, backend: backend,
            bodyByteCount: answer.body.count)
    }

    private mutating func decide(
        _ arrival: OpenLoop.Arrival, _ result: TrafficResult, status: UInt16? = nil,
        backend: [UInt8] = [], bodyByteCount: Int = 0
    ) {
        var record = TrafficRequest(
            ordinal: arrival.ordinal, scheduledNanoseconds: arrival.due.nanoseconds,
            latencyNanoseconds: (loop.now - arrival.due).nanoseconds, result: result,
            status: status, backend: backend)
        record.bodyByteCount = UInt64(bodyByteCount)
        record.sendDelayNanoseconds = (arrival.sent - arrival.due).nanoseconds
        loop.decide(record)
    }
}

package import CommyBase
package import CommyLinux
package import CommyReactor

/// What every generator shares: the schedule, the clock, the records, and when to wake.
///
/// It never waits for an answer: a request that is due is given out, answered or not, and one that
/// is too late to be answered in time is recorded as `overload` here.
package struct OpenLoop: ~Copyable {
    /// A request that is due now.
    package struct Arrival {
        package var ordinal: UInt64
        package var due: MeshInstant
        package var sent: MeshInstant
    }
    package enum Turn: Equatable {
        /// So many events are there; read them with `event(at:)`.
        case events(Int)
        case ended(TrafficGenerator.End)
    }

    private static let outputToken = UInt64.max
    private static let signalToken = UInt64.max - 1

    package var queue: EventQueue
    private(set) var summary = TrafficSummary()
    private let timeoutNanoseconds: Int64
    private var schedule: ArrivalSchedule
    private var output: RecordOutput
    private let signals: StopSignals?
    private var stopDeadline: MeshInstant?

    package init(
        _ configuration: TrafficConfiguration, clock: LoopClock,
        output: consuming FileDescriptor, signals: consuming StopSignals?
    ) throws(SystemError) {
        let queue = try EventQueue(clock: clock, capacity: Limits.eventsPerWait)
        let records = try RecordOutput(output)
        // A regular file cannot be watched (EPERM) and never loses its reader.
        try? queue.add(records.raw, .error, token: Self.outputToken)
        if let raw = signals?.descriptor.raw {
            try queue.add(raw, .readable, token: Self.signalToken)
        }
        schedule = configuration.schedule
        timeoutNanoseconds = configuration.timeoutNanoseconds
        self.queue = queue
        self.output = records
        self.signals = signals
    }

    package var now: MeshInstant { queue.now }

    /// When a request that was due then has failed.
    package func deadline(of due: MeshInstant) -> MeshInstant {
        due + .nanoseconds(timeoutNanoseconds)
    }

    private var nextDue: MeshInstant? { stopDeadline == nil ? schedule.nextDue : nil }

    /// The next request that is due and not too late; nil when there is none now.
    package mutating func nextArrival() -> Arrival? {
        while let due = nextDue {
            let now = queue.now
            guard due <= now else { return nil }
            let arrival = Arrival(ordinal: schedule.ordinal, due: due, sent: now)
            schedule.advance()
            let delay = (now - due).nanoseconds
            summary.worstSendDelayNanoseconds = max(summary.worstSendDelayNanoseconds, delay)
            // Too late to be answered in time, through no fault of the server.
            if delay < timeoutNanoseconds { return arrival }
            refuse(arrival)
        }
        return nil
    }

    /// The request cannot be sent: too many are under way.
    package mutating func refuse(_ arrival: Arrival) {
        let now = queue.now
        decide(
            TrafficRequest(
                ordinal: arrival.ordinal, scheduledNanoseconds: arrival.due.nanoseconds,
                latencyNanoseconds: (now - arrival.due).nanoseconds, result: .overload, tries: 0),
            wasCounted: false)
    }

    package mutating func countSent() { summary.sent += 1 }
    package mutating func countRetry() { summary.retried += 1 }

    /// Writes the record of a request. `wasCounted`: it was counted as sent.
    package mutating func decide(_ request: TrafficRequest, wasCounted: Bool = true) {
        summary.decided += 1
        if request.result == .overload {
            // This machine had no port, descriptor or memory for it: it never left.
            if wasCounted { summary.sent -= 1 }
            summary.overloaded += 1
        }
        output.append(.request(request), at: queue.now)
    }

    package mutating func noteRepeat(of ordinal: UInt64) {
        output.append(.repeated(ordinal: ordinal), at: queue.now)
    }

    /// Waits for events, at most until the next thing to do. `oldest`: the due instant of the
    /// request that runs out of time first; `also`: when the generator has something else to do.
    /// `isPending`: there is something to do at once.
    package mutating func turn(
        oldest: MeshInstant?, also: MeshInstant = .never, underWay: Int, isPending: Bool = false
    ) throws(SystemError) -> Turn {
        let now = queue.now
        if !output.flush(at: now) { return .ended(.outputLost) }
        let isStopped = stopDeadline.map { now >= $0 } ?? false
        if isStopped || (underWay == 0 && nextDue == nil) { return .ended(finish(underWay)) }
        let until = isPending ? now : min(also, wakeUp(oldest))
        return .events(try queue.wait(until: until))
    }

    /// When something is to be done; before a due instant a span is polled away, unless time
    /// stands still while this process runs.
    private func wakeUp(_ oldest: MeshInstant?) -> MeshInstant {
        var wake = stopDeadline ?? .never
        if let oldest { wake = min(wake, deadline(of: oldest)) }
        if let flush = output.deadline { wake = min(wake, flush) }
        if let due = nextDue {
            let spin = queue.clock.isVirtual ? 0 : Limits.spinNanoseconds
            wake = min(wake, MeshInstant(nanoseconds: due.nanoseconds - spin))
        }
        return wake
    }

    private mutating func finish(_ underWay: Int) -> TrafficGenerator.End {
        summary.abandoned = UInt64(underWay)
        output.append(.summary(summary), at: queue.now)
        guard output.finish(queue.clock) else { return .outputLost }
        return stopDeadline == nil ? .finished : .stopped
    }

    package enum Event {
        case own(token: Int, Epoll.Interest)
        /// The loop has dealt with it.
        case served
        case outputLost
    }

    /// Event `index` of the last turn.
    package mutating func event(at index: Int) -> Event {
        let event = queue.event(at: index)
        switch event.token {
        case Self.outputToken: return .outputLost
        case Self.signalToken:
            if signals?.takeStop() == true, stopDeadline == nil {
                stopDeadline = queue.now + .nanoseconds(Limits.drainNanoseconds)
            }
            return .served
        case let token: return .own(token: Int(token), event.ready)
        }
    }
}

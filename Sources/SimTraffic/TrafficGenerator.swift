internal import CommyBase
public import CommyLinux

/// Sends one source's requests on schedule and writes a record for each: the epoll loop around
/// `ArrivalSchedule`, `ConnectionPool` and `HTTPResponseReader`.
///
/// A kept connection that the server closed before the first byte of an answer gets its request
/// sent once more on a new connection, within the same deadline, as clients do for idempotent
/// requests (RFC 9110, 9.2.2); `TrafficSummary.retried` counts it. With `close`, one address and
/// port of a server can take about 28,000 connections per minute (the ports of ip_local_port_range
/// over TIME_WAIT); past that, requests end as `overload`.
public struct TrafficGenerator: ~Copyable {
    /// One slot's connection and the request it carries. A class, as its socket cannot be copied.
    final class Connection {
        var socket: TCPSocket?
        var reader: HTTPResponseReader
        var isConnecting = false
        var isBusy = false
        var isReused = false
        var sentBytes = 0
        var tries: UInt8 = 0
        var ordinal: UInt64 = 0
        var due = MeshInstant.zero

        init(reader: HTTPResponseReader) { self.reader = reader }
    }

    /// Why the loop ended.
    public enum End: Sendable, Equatable {
        case finished
        case stopped
        /// Nobody reads the records any more, or too slowly.
        case outputLost
    }

    private static let outputToken = UInt64.max
    private static let signalToken = UInt64.max - 1

    private let configuration: TrafficConfiguration
    private let clock: MonotonicClock
    private let requestBytes: [UInt8]
    private var schedule: ArrivalSchedule
    private var pool: ConnectionPool
    private var connections: [Connection] = []
    private var epoll: Epoll
    private var output: RecordOutput
    private let signals: StopSignals?
    private var readBuffer = [UInt8](repeating: 0, count: Limits.readBytes)
    private var summary = TrafficSummary()
    private var stopDeadline: MeshInstant?

    /// Takes over `output`, a pipe or file for the records; `signals` end the run early.
    public init(
        _ configuration: TrafficConfiguration, output: consuming FileDescriptor,
        signals: consuming StopSignals? = nil
    ) throws(SystemError) {
        let epoll = try Epoll(capacity: Limits.eventsPerWait)
        let records = try RecordOutput(output)
        // A regular file cannot be watched (EPERM) and never loses its reader.
        try? epoll.add(records.raw, .error, token: Self.outputToken)
        if let raw = signals?.descriptor.raw {
            try epoll.add(raw, .readable, token: Self.signalToken)
        }
        self.configuration = configuration
        clock = MonotonicClock(originNanoseconds: configuration.originNanoseconds)
        requestBytes = configuration.requestBytes
        schedule = configuration.schedule
        pool = ConnectionPool(capacity: configuration.maximumInFlight)
        self.epoll = epoll
        self.output = records
        self.signals = signals
    }

    /// Runs to the end of the schedule and the last answer.
    public mutating func run() throws(SystemError) -> End {
        try MonotonicClock.sharpenTimersOfThisThread()
        while true {
            sendDue()
            expireTimeouts()
            let now = clock.now
            if !output.flush(at: now) { return .outputLost }
            if isFinished(at: now) { break }
            let count = try epoll.wait(nanoseconds: waitSpan(at: now))
            for index in 0..<count {
                let event = epoll.event(at: index)
                switch event.token {
                case Self.outputToken: return .outputLost
                case Self.signalToken:
                    if signals?.takeStop() == true, stopDeadline == nil {
                        stopDeadline =
                            clock.now + .nanoseconds(Limits.drainNanoseconds)
                    }
                case let token: ready(Int(token), event.ready)
                }
                // A burst of answers must not hold up what is due meanwhile.
                if index % Limits.eventsPerSendCheck == Limits.eventsPerSendCheck - 1 { sendDue() }
            }
        }
        summary.abandoned = UInt64(pool.busyCount)
        output.append(.summary(summary), at: clock.now)
        guard output.finish(clock) else { return .outputLost }
        return stopDeadline == nil ? .finished : .stopped
    }

    /// The totals so far.
    public var totals: TrafficSummary { summary }

    private var nextDue: MeshInstant? { stopDeadline == nil ? schedule.nextDue : nil }

    private func isFinished(at now: MeshInstant) -> Bool {
        if let stopDeadline, now >= stopDeadline { return true }
        return pool.busyCount == 0 && nextDue == nil
    }

    /// Nanoseconds until something is to be done, less the span that is polled away before a due
    /// instant.
    private func waitSpan(at now: MeshInstant) -> Int64 {
        var wake = stopDeadline ?? .never
        if let oldest = pool.oldest { wake = min(wake, deadline(of: connections[oldest])) }
        if let flush = output.deadline { wake = min(wake, flush) }
        if let due = nextDue {
            wake = min(wake, MeshInstant(nanoseconds: due.nanoseconds - Limits.spinNanoseconds))
        }
        return max(0, wake.nanoseconds - now.nanoseconds)
    }

    private func deadline(of connection: Connection) -> MeshInstant {
        connection.due + .nanoseconds(configuration.timeoutNanoseconds)
    }
}

extension TrafficGenerator {
    private mutating func sendDue() {
        for _ in 0..<Limits.sendsPerTurn {
            guard let due = nextDue else { return }
            let now = clock.now
            guard due <= now else { return }
            let ordinal = schedule.ordinal
            schedule.advance()
            let delay = now.nanoseconds - due.nanoseconds
            summary.worstSendDelayNanoseconds = max(summary.worstSendDelayNanoseconds, delay)
            // Too late to be answered in time, through no fault of the server.
            guard delay < configuration.timeoutNanoseconds else {
                refuseOverload(ordinal, due, now)
                continue
            }
            switch pool.take() {
            case .full: refuseOverload(ordinal, due, now)
            case .idle(let slot): begin(slot, ordinal, due, isReused: true)
            case .unconnected(let slot, let isNew):
                if isNew {
                    connections.append(
                        Connection(
                            reader: HTTPResponseReader(capturing: configuration.backendHeader)))
                }
                begin(slot, ordinal, due, isReused: false)
            }
        }
    }

    private mutating func refuseOverload(_ ordinal: UInt64, _ due: MeshInstant, _ now: MeshInstant)
    {
        summary.overloaded += 1
        summary.decided += 1
        let request = TrafficRequest(
            ordinal: ordinal, scheduledNanoseconds: due.nanoseconds,
            latencyNanoseconds: now.nanoseconds - due.nanoseconds, result: .overload, tries: 0)
        output.append(.request(request), at: now)
    }

    private mutating func begin(_ slot: Int, _ ordinal: UInt64, _ due: MeshInstant, isReused: Bool)
    {
        let connection = connections[slot]
        connection.ordinal = ordinal
        connection.due = due
        connection.tries = 1
        connection.isBusy = true
        connection.isReused = isReused
        connection.sentBytes = 0
        connection.reader.reset()
        summary.sent += 1
        if isReused { send(slot) } else { connect(slot) }
    }

    private mutating func connect(_ slot: Int) {
        let connection = connections[slot]
        do throws(SystemError) {
            let socket = try TCPSocket(for: configuration.address)
            connection.isConnecting = try !socket.connect(to: configuration.address)
            try epoll.add(
                socket.descriptor.raw, [.readable, .writable, .peerClosed, .edgeTriggered],
                token: UInt64(slot))
            connection.socket = consume socket
        } catch {
            return decide(slot, TrafficResult(error), status: nil)
        }
        if !connection.isConnecting { send(slot) }
    }

    private mutating func send(_ slot: Int) {
        let connection = connections[slot]
        do throws(SystemError) {
            while connection.sentBytes < requestBytes.count {
                guard
                    let count = try connection.socket?.send(
                        requestBytes, from: connection.sentBytes)
                else { return }
                connection.sentBytes += count
            }
        } catch {
            connectionFailed(slot, TrafficResult(error))
        }
    }
}

extension TrafficGenerator {
    private mutating func ready(_ slot: Int, _ ready: Epoll.Interest) {
        let connection = connections[slot]
        // Benign race: the connection was closed after the kernel had reported the event.
        guard connection.socket != nil else { return }
        guard connection.isBusy else {
            // An idle connection has nothing to say but its end; unasked bytes make it useless too.
            if !ready.isDisjoint(with: [.readable, .peerClosed, .hangUp, .error]) {
                connection.socket = nil
                pool.idleClosed(slot)
            }
            return
        }
        if connection.isConnecting {
            do throws(SystemError) {
                guard !ready.isDisjoint(with: [.writable, .error, .hangUp]) else { return }
                try connection.socket?.finishConnect()
                connection.isConnecting = false
            } catch {
                return decide(slot, TrafficResult(error), status: nil)
            }
        }
        if connection.sentBytes < requestBytes.count {
            let ordinal = connection.ordinal
            let tries = connection.tries
            send(slot)
            // The send may have failed, and then the slot's request is decided or on a new
            // connection.
            guard connection.isBusy, connection.ordinal == ordinal, connection.tries == tries else {
                return
            }
        }
        if !ready.isDisjoint(with: [.readable, .peerClosed, .hangUp, .error]) {
            read(slot, peerClosed: ready.contains(.peerClosed))
        }
    }

    /// `peerClosed`: the server sends nothing more, so that its answer is the last on this
    /// connection.
    private mutating func read(_ slot: Int, peerClosed: Bool) {
        let connection = connections[slot]
        do throws(SystemError) {
            for _ in 0..<Limits.readsPerWakeUp {
                guard let count = try connection.socket?.read(into: &readBuffer) ?? nil else {
                    return
                }
                let progress =
                    count == 0
                    ? connection.reader.ended()
                    : connection.reader.receive(readBuffer.span.extracting(0..<count))
                switch progress {
                case .needsMore: continue
                case .complete(let surplus):
                    return complete(
                        slot, keeps: surplus == 0 && count > 0 && !peerClosed)
                case .malformed:
                    return connectionFailed(slot, .malformed)
                }
            }
            // More is there than one turn may read: ask to be told again.
            guard let raw = connection.socket?.descriptor.raw else { return }
            try epoll.change(
                raw, [.readable, .writable, .peerClosed, .edgeTriggered], token: UInt64(slot))
        } catch {
            connectionFailed(slot, TrafficResult(error))
        }
    }

    private mutating func complete(_ slot: Int, keeps: Bool) {
        let reader = connections[slot].reader
        let isKept = keeps && configuration.keepsConnections && reader.keepsConnection
        decide(
            slot, reader.status >= 500 ? .serverError : .ok, status: reader.status, keeps: isKept)
    }

    /// The connection broke under a request: once more on a new one when it was a kept one that the
    /// server had closed meanwhile.
    private mutating func connectionFailed(_ slot: Int, _ result: TrafficResult) {
        let connection = connections[slot]
        guard connection.isReused, !connection.reader.hasBegun, connection.tries == 1 else {
            return decide(slot, result, status: nil)
        }
        connection.socket = nil
        connection.isReused = false
        connection.tries = 2
        connection.sentBytes = 0
        connection.reader.reset()
        summary.retried += 1
        connect(slot)
    }

    private mutating func expireTimeouts() {
        let now = clock.now
        while let slot = pool.oldest, deadline(of: connections[slot]) <= now {
            decide(slot, .timeout, status: nil)
        }
    }

    private mutating func decide(
        _ slot: Int, _ result: TrafficResult, status: UInt16?, keeps: Bool = false
    ) {
        let connection = connections[slot]
        precondition(connection.isBusy, "a request is decided once")
        let now = clock.now
        let request = TrafficRequest(
            ordinal: connection.ordinal, scheduledNanoseconds: connection.due.nanoseconds,
            latencyNanoseconds: now.nanoseconds - connection.due.nanoseconds, result: result,
            tries: connection.tries, status: status,
            backend: status == nil ? [] : connection.reader.captured)
        summary.decided += 1
        if result == .overload {
            // This machine had no port, descriptor or memory for it: it never left.
            summary.sent -= 1
            summary.overloaded += 1
        }
        output.append(.request(request), at: now)
        connection.isBusy = false
        if !keeps { connection.socket = nil }
        connection.isConnecting = false
        pool.give(back: slot, keepsConnection: keeps)
    }
}

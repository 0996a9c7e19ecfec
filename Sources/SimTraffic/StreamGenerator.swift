internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// Requests over TCP connections (http and tcp): the epoll loop around `OpenLoop`,
/// `ConnectionPool` and `AnswerReader`.
///
/// A kept connection that the server closed before the first byte of an answer gets its request
/// sent once more on a new connection, within the same deadline, as clients do for idempotent
/// requests (RFC 9110, 9.2.2); `TrafficSummary.retried` counts it. With `close`, one address and
/// port of a server can take about 28,000 connections per minute (the ports of ip_local_port_range
/// over TIME_WAIT); past that, requests end as `overload`. With TLS a request's time includes the
/// handshake of a new connection, as it includes TCP's.
struct StreamGenerator: ~Copyable {
    /// One slot's connection and the request it carries. A class, as its socket cannot be copied.
    final class Connection {
        var stream: TrafficStream?
        var reader: AnswerReader
        var isBusy = false
        var isReused = false
        var sentBytes = 0
        var tries: UInt8 = 0
        var ordinal: UInt64 = 0
        var due = MeshInstant.zero
        var sent = MeshInstant.zero

        init(reader: AnswerReader) { self.reader = reader }
    }

    private let configuration: TrafficConfiguration
    private let security: StreamSecurity?
    private let requestBytes: [UInt8]
    private let capture: BackendCapture?
    private var loop: OpenLoop
    private var pool: ConnectionPool
    private var connections: [Connection] = []
    /// Slots that have more to read than one turn may; no event will say so.
    private var unread: [Int] = []
    private var readBuffer = [UInt8](repeating: 0, count: Limits.readBytes)

    init(
        _ configuration: TrafficConfiguration, _ security: StreamSecurity?,
        _ loop: consuming OpenLoop
    ) {
        self.configuration = configuration
        self.security = security
        requestBytes = configuration.requestBytes
        capture = BackendCapture(configuration)
        pool = ConnectionPool(capacity: configuration.maximumInFlight)
        self.loop = loop
    }

    mutating func run() throws(SystemError) -> TrafficGenerator.End {
        while true {
            sendDue()
            expireTimeouts()
            let oldest = pool.oldest.map { connections[$0].due }
            let turn = try loop.turn(
                oldest: oldest, underWay: pool.busyCount, isPending: !unread.isEmpty)
            switch turn {
            case .ended(let end): return end
            case .events(let count):
                let rest = unread
                unread = []
                for index in 0..<count {
                    switch loop.event(at: index) {
                    case .own(let slot, let interest): ready(slot, interest)
                    case .served: break
                    case .outputLost: return .outputLost
                    }
                    // A burst of answers must not hold up what is due meanwhile.
                    let step = Limits.eventsPerSendCheck
                    if index % step == step - 1 { sendDue() }
                }
                for slot in rest { ready(slot, .readable) }
            }
        }
    }
}

extension StreamGenerator {
    private mutating func sendDue() {
        for _ in 0..<Limits.sendsPerTurn {
            guard let arrival = loop.nextArrival() else { return }
            switch pool.take() {
            case .full: loop.refuse(arrival)
            case .idle(let slot): begin(slot, arrival, isReused: true)
            case .unconnected(let slot, let isNew):
                if isNew { connections.append(Connection(reader: AnswerReader(configuration))) }
                begin(slot, arrival, isReused: false)
            }
        }
    }

    private mutating func begin(_ slot: Int, _ arrival: OpenLoop.Arrival, isReused: Bool) {
        let connection = connections[slot]
        connection.ordinal = arrival.ordinal
        connection.due = arrival.due
        connection.sent = arrival.sent
        connection.tries = 1
        connection.isBusy = true
        connection.isReused = isReused
        connection.sentBytes = 0
        connection.reader.reset()
        loop.countSent()
        if isReused { send(slot) } else { connect(slot) }
    }

    private mutating func connect(_ slot: Int) {
        do throws(StreamError) {
            connections[slot].stream = try TrafficStream(
                connectingTo: configuration.address, security, at: loop.queue.clock.wallClock)
        } catch {
            return decide(slot, TrafficResult(error))
        }
        send(slot)
    }

    /// Sends what the connection takes, and waits for the rest.
    private mutating func send(_ slot: Int) {
        let connection = connections[slot]
        do throws(StreamError) {
            while connection.sentBytes < requestBytes.count {
                guard
                    let count = try connection.stream?.send(
                        requestBytes, from: connection.sentBytes) ?? nil
                else { return watch(slot) }
                connection.sentBytes += count
            }
        } catch {
            return connectionFailed(slot, TrafficResult(error))
        }
        watch(slot)
        // Watching may have ended the request.
        guard connection.isBusy, connection.reader.needsNoAnswer,
            connection.stream?.isOpen ?? false
        else { return }
        complete(slot, .ok, keeps: true)
    }

    private mutating func watch(_ slot: Int) {
        do throws(StreamError) {
            try connections[slot].stream?.watchChanges(loop.queue, token: UInt64(slot))
        } catch {
            if connections[slot].isBusy { decide(slot, TrafficResult(error)) }
        }
    }
}

extension StreamGenerator {
    private mutating func ready(_ slot: Int, _ ready: Epoll.Interest) {
        let connection = connections[slot]
        // Benign race: the connection was closed after the kernel had reported the event.
        guard connection.stream != nil else { return }
        guard connection.isBusy else { return idleReady(slot, ready) }
        do throws(StreamError) {
            try connection.stream?.ready(ready)
        } catch {
            return connectionFailed(slot, TrafficResult(error))
        }
        if connection.sentBytes < requestBytes.count || connection.reader.needsNoAnswer {
            let ordinal = connection.ordinal
            let tries = connection.tries
            send(slot)
            // The send may have ended the request, and then the slot is free or on a new
            // connection.
            guard connection.isBusy, connection.ordinal == ordinal, connection.tries == tries else {
                return
            }
        }
        if connection.stream?.mayRead(after: ready) ?? false {
            read(slot, peerClosed: ready.contains(.peerClosed))
        }
    }

    /// An idle connection has nothing to say but its end; unasked bytes make it useless too.
    private mutating func idleReady(_ slot: Int, _ ready: Epoll.Interest) {
        let isUseless =
            connections[slot].stream?.isUseless(after: ready, scratch: &readBuffer) ?? true
        if isUseless {
            connections[slot].stream = nil
            pool.idleClosed(slot)
        } else {
            watch(slot)
        }
    }

    /// `peerClosed`: the server sends nothing more, so that its answer is the last on this
    /// connection.
    private mutating func read(_ slot: Int, peerClosed: Bool) {
        let connection = connections[slot]
        do throws(StreamError) {
            for _ in 0..<Limits.readsPerWakeUp {
                guard let count = try connection.stream?.read(into: &readBuffer) ?? nil else {
                    return watch(slot)
                }
                let progress =
                    count == 0
                    ? connection.reader.ended()
                    : connection.reader.receive(readBuffer.span.extracting(0..<count))
                switch progress {
                case .needsMore: continue
                case .complete(let result, let surplus):
                    return complete(
                        slot, result, keeps: surplus == 0 && count > 0 && !peerClosed)
                case .broken(let result):
                    return connectionFailed(slot, result)
                }
            }
            // More is there than one turn may read.
            unread.append(slot)
        } catch {
            connectionFailed(slot, TrafficResult(error))
        }
    }

    private mutating func complete(_ slot: Int, _ result: TrafficResult, keeps: Bool) {
        let isKept =
            keeps && configuration.keepsConnections && connections[slot].reader.keepsConnection
        decide(slot, result, isAnswered: true, keeps: isKept)
    }

    /// The connection broke under a request: once more on a new one when it was a kept one that the
    /// server had closed meanwhile.
    private mutating func connectionFailed(_ slot: Int, _ result: TrafficResult) {
        let connection = connections[slot]
        guard configuration.maySendTwice, connection.isReused, !connection.reader.hasBegun,
            connection.tries == 1
        else {
            return decide(slot, result)
        }
        connection.stream = nil
        connection.isReused = false
        connection.tries = 2
        connection.sentBytes = 0
        connection.reader.reset()
        loop.countRetry()
        connect(slot)
    }

    private mutating func expireTimeouts() {
        let now = loop.now
        while let slot = pool.oldest, loop.deadline(of: connections[slot].due) <= now {
            decide(slot, .timeout)
        }
    }

    private mutating func decide(
        _ slot: Int, _ result: TrafficResult, isAnswered: Bool = false, keeps: Bool = false
    ) {
        let connection = connections[slot]
        precondition(connection.isBusy, "a request is decided once")
        var request = TrafficRequest(
            ordinal: connection.ordinal, scheduledNanoseconds: connection.due.nanoseconds,
            latencyNanoseconds: (loop.now - connection.due).nanoseconds, result: result,
            tries: connection.tries)
        request.sendDelayNanoseconds = (connection.sent - connection.due).nanoseconds
        if isAnswered {
            request.status = connection.reader.status
            request.bodyByteCount = connection.reader.byteCount
            request.backend =
                capture?.backend(
                    header: connection.reader.header, body: connection.reader.body) ?? []
        }
        loop.decide(request)
        connection.isBusy = false
        if !keeps {
            // Best effort: whoever is at the other end learns that nothing is missing.
            connection.stream?.finish()
            connection.stream = nil
        }
        pool.give(back: slot, keepsConnection: keeps)
    }
}

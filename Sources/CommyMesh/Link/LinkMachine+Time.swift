internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// What the owner must do because time has passed.
    enum OnTime: Sendable, Equatable {
        case nothing
        case silent
        case failed(ErrorCode, detail: String)
        /// The time for a polite end is over.
        case finished
    }

    func nextDeadline(at now: MeshInstant) -> MeshInstant {
        switch state {
        case .greeting(let until): until
        case .deciding: .never
        case .open: heartbeat.nextDeadline(at: now, limits)
        case .closing(let until): min(until, heartbeat.nextDeadline(at: now, limits))
        case .closed: .never
        }
    }

    mutating func timePassed(at now: MeshInstant) -> OnTime {
        switch state {
        case .greeting(let until):
            return now >= until ? .failed(.connectionLost, detail: "no greeting") : .nothing
        case .deciding, .closed: return .nothing
        case .closing(let until):
            if now >= until { return .finished }
        case .open: break
        }
        switch heartbeat.timePassed(at: now, limits) {
        case .nothing: return .nothing
        case .ask(let sequence):
            ping(sequence, at: now)
            return .nothing
        case .silent(let sequence):
            ping(sequence, at: now)
            return .silent
        case .lost: return .failed(.connectionLost, detail: "silent")
        }
    }

    private mutating func ping(_ sequence: UInt64, at now: MeshInstant) {
        pingSentAt = now
        pingQueuedBytes = queuedBytes
        let ping = PingFrame(sequence: sequence, sentAt: now)
        write { ping.encodeFrame(into: &$0) }
    }

    mutating func pingReceived(_ payload: borrowing RawSpan) throws(LinkFault) {
        let ping: PingFrame
        do { ping = try PingFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .ping)
        }
        write { PongFrame(ping).encodeFrame(into: &$0) }
    }

    /// Measures by what this side remembers; what the echo claims is only compared.
    mutating func pongReceived(
        _ payload: borrowing RawSpan, at now: MeshInstant
    ) throws(LinkFault) {
        let echo: PingFrame
        do { echo = try PongFrame(decoding: payload).ping } catch {
            throw LinkFault(error, in: .pong)
        }
        guard echo.sequence > answeredPing, echo.sequence <= heartbeat.sequence else {
            throw LinkFault(.protocolViolation, "an echo of nothing")
        }
        answeredPing = echo.sequence
        let wasSilent = heartbeat.echoed(at: now)
        defer { if wasSilent { hasRevived = true } }
        // An echo that was overtaken by the next PING says that the peer lives, and no more.
        guard echo.sequence == heartbeat.sequence else { return }
        roundTrip.measured(now - pingSentAt)
        window.measured(roundTrip)
        bandwidth.acknowledged(sentBytes: pingQueuedBytes, at: now)
    }
}

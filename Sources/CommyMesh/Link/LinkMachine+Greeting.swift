internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// HELLO came to the acceptor.
    mutating func helloReceived(
        _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        guard case .greeting = state, side == .acceptor else {
            throw LinkFault(.protocolViolation, "a second HELLO")
        }
        let hello: HelloFrame
        do { hello = try HelloFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .hello)
        }
        guard let agreed = ProtocolVersion.agreed(hello.versions, versions) else {
            throw LinkFault(
                .versionMismatch, "peer speaks \(hello.versions), this side \(versions)")
        }
        version = agreed
        return try greeted(hello.facts)
    }

    /// HELLO_OK came to the dialler.
    mutating func helloAnswered(
        _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        guard case .greeting = state, side == .dialler else {
            throw LinkFault(.protocolViolation, "HELLO_OK out of place")
        }
        let answer: HelloOKFrame
        do { answer = try HelloOKFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .helloOK)
        }
        guard versions.contains(answer.version) else {
            throw LinkFault(.versionMismatch, "peer chose \(answer.version)")
        }
        version = answer.version
        return try greeted(answer.facts)
    }

    private mutating func greeted(_ facts: HelloFacts) throws(LinkFault) -> LinkFact {
        // Node to node on a link; process or tool to node on a session.
        guard (facts.role == .link) == (role == .link) else {
            throw LinkFault(.protocolViolation, "role \(facts.role) on a \(role)")
        }
        peer = facts
        state = .deciding
        return .greeted
    }

    /// The owner knows the peer and wants it: the link is open. An acceptor's HELLO_OK goes out.
    mutating func accept(_ facts: HelloFacts, at now: MeshInstant) {
        precondition(state == .deciding, "there is nobody to accept")
        guard let peer else { preconditionFailure("the greeting was read") }
        if side == .acceptor {
            let answer = HelloOKFrame(version: version, facts: facts)
            write { answer.encodeFrame(into: &$0) }
        }
        sendWindow = CreditWindow(min(peer.linkCredit, WireLimits.creditCeiling))
        state = .open
        _ = heartbeat.heard(at: now)
        _ = heartbeat.used(at: now, limits)
    }

    /// Tells the peer why the link ends; the owner closes the transport afterwards.
    mutating func refuse(_ code: ErrorCode, _ detail: String) {
        guard state != .closed else { return }
        // What came after a first GOAWAY was not looked at, and stays so.
        let farewell = GoAwayFrame(
            code: code, lastAccepted: accepted ?? highestPeerStream, detail: detail)
        write { farewell.encodeFrame(into: &$0) }
        state = .closed
    }

    /// Takes no new streams, lets the present ones end.
    mutating func beginClosing(_ code: ErrorCode, at now: MeshInstant) {
        guard state == .open else { return }
        if accepted == nil {
            accepted = highestPeerStream
            let farewell = GoAwayFrame(code: code, lastAccepted: highestPeerStream)
            write { farewell.encodeFrame(into: &$0) }
        }
        state = .closing(until: now + limits.drainWithin)
    }

    /// GOAWAY came.
    mutating func goAwayReceived(
        _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        let farewell: GoAwayFrame
        do { farewell = try GoAwayFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .goAway)
        }
        switch state {
        case .greeting, .deciding:
            // The peer refuses us, and closes.
            peerAccepted = .link
            return .goingAway(farewell.code)
        case .open, .closing:
            // A second GOAWAY may only take back what the first let stand.
            peerAccepted = min(peerAccepted ?? farewell.lastAccepted, farewell.lastAccepted)
            abandonedBefore = 0
            return .goingAway(farewell.code)
        case .closed: return .nothing
        }
    }

    /// After the peer's GOAWAY: a stream of ours that it never looked at, taken out of the table.
    /// None is opened any more, so the table is looked through once in all.
    mutating func popAbandoned() -> UInt32? {
        guard let peerAccepted, ownCount > 0 else { return nil }
        while abandonedBefore < table.slots.count {
            let slot = abandonedBefore
            let stream = table.slots[slot]
            abandonedBefore += 1
            guard stream.id.opener == side, stream.id > peerAccepted else { continue }
            remove(slot)
            return stream.binding
        }
        return nil
    }

    /// A closing link has nothing more to do.
    var hasFinishedClosing: Bool {
        guard case .closing = state else { return false }
        return table.count == 0
    }
}

public import CommyBase
internal import CommyWire

extension Node {
    /// Bytes came in on a connection, cut anywhere. Frames are read where they lie.
    public mutating func received(
        _ bytes: borrowing RawSpan, on link: LinkHandle, at now: MeshInstant
    ) {
        begin(at: now)
        guard let slot = slot(of: link), links[slot].phase != .closing else { return }
        links[slot].machine.heard(at: self.now)
        links[slot].receivedBytes += UInt64(bytes.byteCount)
        // Taken out for the time of reading, so that the frames may change the rest of the node.
        var reader = FrameReader()
        swap(&reader, &links[slot].reader)
        var fault: LinkFault?
        do {
            try reader.receive(bytes) { header, payload in
                guard fault == nil, links[slot].phase != .closing else { return }
                fault = frameReceived(slot, header, payload)
            }
        } catch {
            fault = fault ?? LinkFault(.protocolViolation, "\(error)")
        }
        swap(&reader, &links[slot].reader)
        if let fault { closeLink(slot, fault.code, fault.detail, isGone: false) }
        touched(slot)
        if links[slot].machine.takeActivation() { armLink(slot) }
        if links[slot].machine.takeRevival(), case .peer(let peer) = links[slot].phase {
            peerLinkHeard(slot, peer)
            armLink(slot)
        }
        finish()
    }

    /// One frame; returns why the connection must end, if it must.
    private mutating func frameReceived(
        _ slot: Int, _ header: FrameHeader, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let fact: LinkFact
        do {
            fact = try links[slot].machine.frameReceived(header, payload, at: now)
        } catch {
            return error
        }
        let isUp = header.stream.opener != links[slot].machine.side
        switch fact {
        case .nothing: if header.kind == .pong { roundTripMeasured(slot) }
        case .opened(let key, let ends): return openReceived(slot, key, payload, ends: ends)
        case .data(_, let binding, let ends):
            guard binding != .max else {
                links[slot].machine.release(payload.byteCount, at: now)
                return nil
            }
            if isUp {
                requestReceived(Int(binding), payload, ends: ends)
            } else {
                answerReceived(Int(binding), payload, ends: ends)
            }
        case .head(let binding, let ends):
            guard binding != .max else { return nil }
            headReceived(Int(binding), payload, ends: ends)
        case .ended(let binding):
            guard binding != .max else { return nil }
            if isUp { requestEnded(Int(binding)) } else { answerEnded(Int(binding)) }
        case .credit(let binding, let count):
            guard binding != .max else { return nil }
            creditReceived(Int(binding), count, isUp: isUp)
        case .reset(let binding): return resetReceived(binding, payload, isUp: isUp)
        case .greeted: greeted(slot)
        case .goingAway(let code): goingAway(slot, code)
        case .message(let kind): return messageReceived(slot, kind, payload)
        }
        return nil
    }

    private mutating func greeted(_ slot: Int) {
        guard let facts = links[slot].machine.peer else {
            preconditionFailure("who has greeted has said who it is")
        }
        switch links[slot].phase {
        case .greeting(let certificate): peerGreeted(slot, facts, certificate)
        case .session: sessionGreeted(slot, facts)
        case .free, .peer, .closing: preconditionFailure("a greeting comes once")
        }
    }

    private mutating func goingAway(_ slot: Int, _ code: ErrorCode) {
        guard code == .peerShuttingDown, links[slot].isLive else {
            if case .greeting(let certificate) = links[slot].phase {
                note(.refused(peer: certificate.node.text, code: code, detail: "by the peer"))
                if code == .nameTaken, certificate.node == configuration.name {
                    membership.nameRefused(at: now)
                    membershipIsDue = true
                }
            }
            closeLink(slot, code, "the peer ended the link", isGone: true)
            outputs.append(.close(handle(slot), code))
            return
        }
        while let binding = links[slot].machine.popAbandoned() {
            guard binding != .max else { continue }
            downFailed(
                Int(binding), CommyError(.peerShuttingDown), delivered: .no, outcome: .refused)
        }
        beginClosing(slot)
    }

    private mutating func resetReceived(
        _ binding: UInt32, _ payload: borrowing RawSpan, isUp: Bool
    ) -> LinkFault? {
        let reset: ResetFrame
        do { reset = try ResetFrame(decoding: payload) } catch {
            return LinkFault(error, in: .reset)
        }
        guard binding != .max else { return nil }
        if isUp {
            callerGone(Int(binding), reset.code)
        } else {
            downFailed(
                Int(binding), CommyError(reset.code, reset.detail), delivered: reset.delivered,
                outcome: CallOutcome(reset.code))
        }
        return nil
    }

    private mutating func messageReceived(
        _ slot: Int, _ kind: FrameKind, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        switch links[slot].phase {
        case .peer(let peer): return peerMessageReceived(slot, peer, kind, payload)
        case .session: return controlReceived(slot, payload)
        case .free, .greeting, .closing: return nil
        }
    }

    /// What a peer says of the mesh. The parts are served at once, so that never more waits in them
    /// than one message has caused; and what they answer is counted against the peer.
    private mutating func peerMessageReceived(
        _ slot: Int, _ peer: NodeID, _ kind: FrameKind, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let answers = links[slot].answers.mayAnswer(at: now, limits)
        let active = activeLink(peer)
        let before = active.map { links[$0].machine.queuedBytes } ?? 0
        let fault =
            switch kind {
            case .swim: swimReceived(payload, from: peer, answers: answers)
            case .catalog: catalogReceived(payload, from: peer, answers: answers)
            case .trust: trustReceived(payload, from: peer, answers: answers)
            case .hello, .helloOK, .goAway, .ping, .pong, .credit, .open, .head, .data, .end,
                .reset, .control, .controlReply, .event:
                preconditionFailure("the machine lets no \(kind) through on a link")
            }
        serveParts()
        guard let active else { return fault }
        let answer = Int(links[active].machine.queuedBytes - before)
        links[slot].answers.answered(payload.byteCount, by: answer, at: now)
        return fault
    }
}

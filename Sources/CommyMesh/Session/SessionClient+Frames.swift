internal import CommyBase
internal import CommyWire

extension SessionClient {
    /// One frame from the node; returns why the session must end, if it must.
    mutating func frameReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let fact: LinkFact
        do { fact = try link.frameReceived(header, payload, at: now) } catch { return error }
        switch fact {
        case .nothing, .credit: return nil
        case .greeted: return greeted()
        case .opened(let key, let ends): return openReceived(key, payload, ends: ends)
        case .head(let binding, let ends):
            guard let slot = call(binding) else { return nil }
            return headReceived(slot, payload, ends: ends)
        case .data(let key, let binding, let ends):
            return dataReceived(key, binding, payload, ends: ends)
        case .ended(let binding):
            guard binding != .max else { return nil }
            if header.stream.opener == .dialler {
                answerEnded(Int(binding))
            } else {
                requestEnded(Int(binding))
            }
            return nil
        case .reset(let binding): return resetReceived(header.stream, binding, payload)
        case .goingAway(let code): return goingAway(code)
        case .message(let kind): return messageReceived(kind, payload)
        }
    }

    /// The call that a stream is bound to; nil when nobody waits for it any more.
    private func call(_ binding: UInt32) -> Int? { binding == .max ? nil : Int(binding) }

    private mutating func greeted() -> LinkFault? {
        guard let facts = link.peer, let node = facts.node, let mesh = facts.mesh else {
            return LinkFault(.protocolViolation, "a node without a name")
        }
        link.accept(facts, at: now)
        state = .attached
        outputs.append(.attached(node: node, mesh: mesh))
        for frame in controls { link.write { $0.raw(frame) } }
        controls.removeAll()
        return nil
    }

    private mutating func dataReceived(
        _ key: StreamKey, _ binding: UInt32, _ payload: borrowing RawSpan, ends: Bool
    ) -> LinkFault? {
        if binding == .max {
            link.used(key, payload.byteCount, at: now)
        } else if key.id.opener == .dialler {
            answerReceived(Int(binding), key, payload, ends: ends)
        } else {
            requestReceived(Int(binding), key, payload, ends: ends)
        }
        return nil
    }

    private mutating func resetReceived(
        _ stream: StreamID, _ binding: UInt32, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        let reset: ResetFrame
        do { reset = try ResetFrame(decoding: payload) } catch {
            return LinkFault(error, in: .reset)
        }
        guard binding != .max else { return nil }
        if stream.opener == .dialler {
            callReset(Int(binding), reset)
        } else {
            served[Int(binding)].key = nil
            cancelServed(Int(binding), reset.code)
        }
        return nil
    }

    private mutating func goingAway(_ code: ErrorCode) -> LinkFault? {
        guard code == .peerShuttingDown, state == .attached || state == .draining else {
            close(CommyError(code, "the node ended the session"))
            return nil
        }
        if state == .attached {
            outputs.append(.draining)
            drain()
        } else {
            abandonWaiting()
        }
        while let binding = link.popAbandoned() {
            if let slot = call(binding) { callAbandoned(slot) }
        }
        return nil
    }

    /// Takes no new streams; calls that were not sent yet are for the next session.
    mutating func drain() {
        state = .draining
        link.beginClosing(.peerShuttingDown, at: now)
        abandonWaiting()
    }

    private mutating func abandonWaiting() {
        while let id = waiting.popFirst() {
            guard let slot = slot(of: id) else { continue }
            callAbandoned(slot)
        }
    }
}

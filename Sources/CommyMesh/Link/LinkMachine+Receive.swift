internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// A frame came in. Throws when the peer breaks the protocol: the link is to be closed with
    /// that code. Nothing in the payload has been trusted before it was checked here.
    mutating func frameReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan, at now: MeshInstant
    ) throws(LinkFault) -> LinkFact {
        switch state {
        case .open, .closing: break
        case .greeting, .deciding:
            switch header.kind {
            case .hello: return try helloReceived(payload)
            case .helloOK: return try helloAnswered(payload)
            case .goAway: return try goAwayReceived(payload)
            case .ping, .pong, .credit, .open, .head, .data, .end, .reset, .swim, .catalog,
                .control, .controlReply, .event, .trust:
                throw LinkFault(.protocolViolation, "\(header.kind) before the greeting")
            }
        case .closed: return .nothing
        }
        switch header.kind {
        case .hello, .helloOK: throw LinkFault(.protocolViolation, "a second greeting")
        case .goAway: return try goAwayReceived(payload)
        case .ping: try pingReceived(payload)
        case .pong: try pongReceived(payload, at: now)
        case .credit: return try creditReceived(header, payload)
        case .open: return try openReceived(header, payload, at: now)
        case .head:
            if noteUse(at: now) { hasActivated = true }
            return try headReceived(header, payload)
        case .data:
            if noteUse(at: now) { hasActivated = true }
            return try dataReceived(header, at: now)
        case .end: return try endReceived(header)
        case .reset: return try resetReceived(header, payload)
        case .swim, .catalog, .trust:
            guard role == .link else { throw outOfPlace(header.kind) }
            return .message(header.kind)
        case .control:
            guard role != .link, side == .acceptor else { throw outOfPlace(header.kind) }
            return .message(header.kind)
        case .controlReply, .event:
            guard role != .link, side == .dialler else { throw outOfPlace(header.kind) }
            return .message(header.kind)
        }
        return .nothing
    }

    private func outOfPlace(_ kind: FrameKind) -> LinkFault {
        LinkFault(.protocolViolation, "\(kind) on a \(role) from the \(side.other)")
    }

    /// The stream that a frame stands on; nil when it is over, and what still comes is of no use.
    private func stream(_ header: FrameHeader) throws(LinkFault) -> Int? {
        if let slot = table.find(header.stream) { return slot }
        let wasOpened =
            header.stream.opener == side
            ? nextStream.map { header.stream < $0 } ?? true : header.stream <= highestPeerStream
        guard wasOpened else {
            throw LinkFault(.protocolViolation, "\(header.kind) on \(header.stream), never opened")
        }
        return nil
    }

    private mutating func openReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan, at now: MeshInstant
    ) throws(LinkFault) -> LinkFact {
        guard header.stream.opener == side.other, header.stream > highestPeerStream else {
            throw LinkFault(.protocolViolation, "OPEN of \(header.stream)")
        }
        let fixed: OpenLayout.Fixed
        do { fixed = try OpenLayout.Fixed(decoding: payload) } catch {
            throw LinkFault(error, in: .open)
        }
        highestPeerStream = header.stream
        // After our GOAWAY: it crossed the OPEN, and the peer sends it elsewhere.
        if accepted != nil { return .nothing }
        guard peerCount < limits.openStreams else {
            write {
                ResetFrame(code: .overloaded, detail: "too many streams")
                    .encodeFrame(stream: header.stream, into: &$0)
            }
            return .nothing
        }
        var marks: LinkStream.Marks = header.endsStream ? .remoteEnded : []
        if fixed.options.contains(.oneWay) {
            marks.insert(.oneWay)
            if !fixed.options.contains(.acknowledge) { marks.insert(.localEnded) }
        }
        let slot = table.insert(
            LinkStream(
                id: header.stream, binding: .max, send: CreditWindow(peerStreamWindow),
                receive: CreditWindow(limits.streamWindow),
                window: StreamWindow(limits.streamWindow), marks: marks,
                priority: fixed.priority))
        peerCount += 1
        let key = table.key(slot)
        // A one-way message that is wholly in its OPEN is over with it.
        removeIfOver(slot)
        return .opened(key, ends: header.endsStream)
    }

    private mutating func headReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        // Before anything changes: a relay passes it on, and a stream that ends here would take
        // the fault to nobody.
        do { _ = try HeadFrame.failure(checking: payload) } catch {
            throw LinkFault(error, in: .head)
        }
        guard let slot = try stream(header) else { return .nothing }
        guard header.stream.opener == side, !table[slot].marks.contains(.headed),
            !table[slot].marks.contains(.oneWay), !table[slot].marks.contains(.remoteEnded)
        else { throw LinkFault(.protocolViolation, "HEAD out of place on \(header.stream)") }
        table[slot].marks.insert(.headed)
        let binding = table[slot].binding
        if header.endsStream { endRemote(slot) }
        return .head(binding: binding, ends: header.endsStream)
    }

    private mutating func dataReceived(
        _ header: FrameHeader, at now: MeshInstant
    ) throws(LinkFault) -> LinkFact {
        let count = UInt32(header.payloadCount)
        guard receiveWindow.spend(count) else {
            throw LinkFault(.flowControlViolation, "DATA beyond the link's credit")
        }
        guard let slot = try stream(header) else {
            release(header.payloadCount, at: now)
            return .nothing
        }
        let isAnswer = header.stream.opener == side
        guard !table[slot].marks.contains(.remoteEnded),
            !isAnswer || table[slot].marks.contains(.headed)
        else { throw LinkFault(.protocolViolation, "DATA out of place on \(header.stream)") }
        guard table[slot].receive.spend(count) else {
            throw LinkFault(.flowControlViolation, "DATA beyond the credit of \(header.stream)")
        }
        let fact = LinkFact.data(
            table.key(slot), binding: table[slot].binding, ends: header.endsStream)
        if header.endsStream { endRemote(slot) }
        return fact
    }

    private mutating func endReceived(
        _ header: FrameHeader
    ) throws(LinkFault) -> LinkFact {
        guard let slot = try stream(header) else { return .nothing }
        let marks = table[slot].marks
        // An answer begins with HEAD; the end of an acknowledged one-way message has none.
        let isAnswer = header.stream.opener == side
        guard !marks.contains(.remoteEnded),
            !isAnswer || marks.contains(.headed) || marks.contains(.oneWay)
        else { throw LinkFault(.protocolViolation, "END out of place on \(header.stream)") }
        let binding = table[slot].binding
        endRemote(slot)
        return .ended(binding: binding)
    }

    private mutating func resetReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        do { _ = try ResetFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .reset)
        }
        guard let slot = try stream(header) else { return .nothing }
        let binding = table[slot].binding
        remove(slot)
        return .reset(binding: binding)
    }

    private mutating func creditReceived(
        _ header: FrameHeader, _ payload: borrowing RawSpan
    ) throws(LinkFault) -> LinkFact {
        let credit: CreditFrame
        do { credit = try CreditFrame(decoding: payload) } catch {
            throw LinkFault(error, in: .credit)
        }
        guard !header.stream.isLink else {
            guard sendWindow.grant(credit.byteCount, ceiling: WireLimits.creditCeiling) else {
                throw LinkFault(.flowControlViolation, "too much credit")
            }
            pump()
            return .nothing
        }
        guard let slot = try stream(header) else { return .nothing }
        guard table[slot].send.grant(credit.byteCount, ceiling: WireLimits.creditCeiling) else {
            throw LinkFault(.flowControlViolation, "too much credit on \(header.stream)")
        }
        let fact = LinkFact.credit(binding: table[slot].binding, credit.byteCount)
        list(slot)
        pump()
        return fact
    }

    /// The peer's half of a stream is complete.
    private mutating func endRemote(_ slot: Int) {
        table[slot].marks.insert(.remoteEnded)
        removeIfOver(slot)
    }
}

internal import CommyBase
internal import CommyLinux
internal import CommyMesh
internal import CommyReactor
internal import CommyTLS
internal import CommyWire

/// Connections begin, carry bytes, and go.
extension NodeRuntime {
    mutating func dial(_ token: DialToken, _ address: NetworkAddress, expected: NodeName?) {
        guard !connections.isFull else {
            node.dialFailed(
                token, code: .limitReached, detail: "connections", at: reactor.now)
            return
        }
        do throws(SystemError) {
            let stream = try TLSStream(
                connectingTo: address, identity.context, at: reactor.wallClock)
            let slot = connections.insert(
                Connection(
                    transport: .tls(stream), origin: .dialled(token), expected: expected,
                    remote: address))
            dials.append(Dial(token: token, slot: slot))
            setPatience(slot, patience)
            watch(slot)
        } catch {
            node.dialFailed(
                token, code: .connectionRefused, detail: error.description, at: reactor.now)
        }
    }

    mutating func cancelDial(_ token: DialToken) {
        guard let index = dials.firstIndex(where: { $0.token == token }) else { return }
        drop(dials.remove(at: index).slot)
    }

    mutating func deliver(_ count: Int, _ slot: Slot) {
        guard case .open(let link)? = connections.with(slot, { $0.phase }) else { return }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
        unsafe node.received(RawSpan(_unsafeBytes: bytes), on: link, at: reactor.now)
    }

    /// A link whose handshake is done becomes the node's; false when it was turned away.
    mutating func noticeOpening(_ slot: Slot) -> Bool {
        let found = connections.with(slot) { connection -> (SpiffeID, CertificateFacts)? in
            guard case .opening = connection.phase else { return nil }
            return connection.transport.established
        }
        guard case (let id, let facts)?? = found else { return true }
        guard
            let (origin, expected, remote) = connections.with(
                slot, { ($0.origin, $0.expected, $0.remote) })
        else { return true }
        guard let mesh = MeshName(id.mesh), let name = NodeName(id.node),
            expected == nil || expected == name
        else {
            turnAway(
                slot, code: .identityMismatch,
                detail: "\(id) answers where \(expected?.text ?? "a node") was expected")
            return false
        }
        forgetDial(slot)
        clearPatience(slot)
        let peer = TLSPeer(
            mesh: mesh, node: name, serial: facts.serial,
            notAfter: facts.notAfter.secondsSince1970, issuer: identity.issuer(of: facts))
        let link = node.linkOpened(origin, peer: peer, remote: remote, at: reactor.now)
        if origin == .accepted { strangers -= 1 }
        connections.with(slot) { $0.phase = .open(link) }
        note(link, at: slot)
        _ = drain()
        return connections.contains(slot)
    }

    /// The peer has ended it, or it is of no more use.
    mutating func broke(_ slot: Slot, _ reading: Transport.Reading) {
        guard let phase = connections.with(slot, { $0.phase }) else { return }
        switch (phase, reading) {
        case (.opening, .failed(.tls(let error))):
            turnAway(slot, code: error.code, detail: error.description)
        case (.opening, .failed(.system(let error))):
            turnAway(slot, code: .connectionRefused, detail: error.description)
        case (.opening, _):
            turnAway(slot, code: .connectionLost, detail: "the peer went while it greeted")
        case (.open(let link), let reading), (.closing(let link), let reading):
            noteVerdict(slot, reading)
            drop(slot)
            forget(link)
            let end: TransportEnd =
                if case .ended = reading { .ended } else { .reset }
            node.closed(link, end, at: reactor.now)
        }
    }

    /// A client is done with its handshake before the server has judged it (RFC 8446, 4.4): the
    /// verdict then comes on what seemed to be an open link.
    private mutating func noteVerdict(_ slot: Slot, _ reading: Transport.Reading) {
        guard case .failed(.tls(.refusedByPeer(let alert))) = reading,
            let remote = connections.with(slot, { $0.remote })
        else { return }
        let error = TLSError.refusedByPeer(alert)
        node.linkRefused(
            .accepted, remote: remote, code: error.code, detail: error.description,
            at: reactor.now)
        _ = drain()
    }

    /// TLS or the network said no, before the node knew the connection.
    private mutating func turnAway(_ slot: Slot, code: ErrorCode, detail: String) {
        guard let (origin, remote) = connections.with(slot, { ($0.origin, $0.remote) }) else {
            return
        }
        forgetDial(slot)
        drop(slot)
        switch origin {
        case .dialled(let token) where code == .connectionRefused || code == .connectionLost:
            node.dialFailed(token, code: code, detail: detail, at: reactor.now)
        case .accepted where code == .connectionRefused || code == .connectionLost:
            // Somebody who looked whether the port is open.
            break
        case .dialled, .accepted:
            node.linkRefused(origin, remote: remote, code: code, detail: detail, at: reactor.now)
        }
    }

    /// An opening or closing connection has had its time.
    mutating func givenUp(_ slot: Slot) {
        guard let phase = connections.with(slot, { $0.phase }) else { return }
        switch phase {
        case .opening: turnAway(slot, code: .connectionRefused, detail: "no answer in time")
        case .open: break
        case .closing(let link): close(slot, link)
        }
    }
}

/// What the node has to say goes out.
extension NodeRuntime {
    mutating func transmit(_ link: LinkHandle) {
        guard let slot = place(of: link) else { return }
        transmit(slot)
        watch(slot)
    }

    /// Sends until the node has nothing more, the transport takes no more, or the turn is over.
    mutating func transmit(_ slot: Slot) {
        guard let link = connections.with(slot, { $0.phase })?.link else { return }
        for _ in 0..<turn {
            switch Self.pass(link, slot, node, &connections) {
            case nil: return
            case .failure(let error)?:
                deliverRest(slot)
                broke(slot, .failed(error))
                return
            case .success(let (sent, waiting))?:
                connections.with(slot) { $0.isBlocked = sent < waiting }
                if sent > 0 { node.consumed(sent, on: link, at: reactor.now) }
                if sent < waiting || waiting == 0 { return finishIfClosing(slot, link) }
            }
        }
        noteUnfinished(slot)
    }

    /// A process that is gone may have said something before: a farewell to it must not lose that.
    private mutating func deliverRest(_ slot: Slot) {
        guard connections.with(slot, { $0.transport.isLocal }) == true else { return }
        let buffer = unsafe buffer
        for _ in 0..<turn {
            guard
                case .bytes(let count, _)? = connections.with(
                    slot, { unsafe $0.transport.read(into: buffer) })
            else { return }
            deliver(count, slot)
        }
    }

    private static func pass(
        _ link: LinkHandle, _ slot: Slot, _ node: borrowing Node,
        _ connections: inout SlotTable<Connection>
    ) -> Result<(sent: Int, waiting: Int), StreamError>? {
        node.withOutgoing(link) { bytes in
            unsafe bytes.withUnsafeBytes { raw in
                connections.with(slot) { connection in
                    unsafe connection.transport.send(raw).map { (sent: $0, waiting: raw.count) }
                }
            }
        }
    }

    private mutating func finishIfClosing(_ slot: Slot, _ link: LinkHandle) {
        guard case .closing? = connections.with(slot, { $0.phase }),
            connections.with(slot, { $0.isBlocked }) == false
        else { return }
        if connections.with(slot, { $0.transport.finish() }) == true { close(slot, link) }
    }

    /// The node wants it closed: what it still has to say is sent first.
    mutating func beginClosing(_ link: LinkHandle) {
        guard let slot = place(of: link) else { return }
        connections.with(slot) { $0.phase = .closing(link) }
        setPatience(slot, Self.closingPatience)
        transmit(slot)
        watch(slot)
    }

    private mutating func close(_ slot: Slot, _ link: LinkHandle) {
        drop(slot)
        forget(link)
        node.closed(link, .ended, at: reactor.now)
    }
}

/// Which connection is which link.
extension NodeRuntime {
    private func place(of link: LinkHandle) -> Slot? {
        Int(link.index) < places.count ? places[Int(link.index)] : nil
    }

    mutating func note(_ link: LinkHandle, at slot: Slot) {
        while places.count <= Int(link.index) { places.append(nil) }
        places[Int(link.index)] = slot
    }

    private mutating func forget(_ link: LinkHandle) { places[Int(link.index)] = nil }

    private mutating func forgetDial(_ slot: Slot) { dials.removeAll { $0.slot == slot } }

    private mutating func drop(_ slot: Slot) {
        clearPatience(slot)
        guard let connection = connections.remove(slot) else { return }
        if case .opening = connection.phase, connection.origin == .accepted { strangers -= 1 }
    }

    mutating func setPatience(_ slot: Slot, _ span: Duration) {
        clearPatience(slot)
        let timer = reactor.setTimer(
            at: reactor.now + span, EventToken(kind: Kind.patience, slot: slot))
        connections.with(slot) { $0.patience = timer }
    }

    private mutating func clearPatience(_ slot: Slot) {
        let timer = connections.with(slot) { $0.patience.take() }
        if case let timer?? = timer { reactor.cancelTimer(timer) }
    }

    mutating func watch(_ slot: Slot) {
        // epoll refuses only for want of memory; the connection's patience then ends it.
        _ = Self.watch(slot, reactor, &connections)
    }

    private static func watch(
        _ slot: Slot, _ reactor: borrowing Reactor, _ connections: inout SlotTable<Connection>
    ) -> Bool {
        connections.with(slot) { connection in
            let token = EventToken(kind: Kind.connection, slot: slot)
            let isBlocked = connection.isBlocked
            return (try? connection.transport.watch(reactor, token, isBlocked: isBlocked)) != nil
        } ?? false
    }
}

extension TLSError {
    /// What the mesh calls it.
    var code: ErrorCode {
        switch self {
        case .refused(.unknownAuthority): .unknownAuthority
        case .refused(.expired): .certificateExpired
        case .refused(.notYetValid): .notYetValid
        case .refused(.wrongTrustDomain): .wrongTrustDomain
        case .refused(.noCertificate), .refused(.unsuitable): .unauthenticated
        case .refused(.version), .refused(.noCommonProtocol): .versionMismatch
        case .refusedByPeer(.certificateExpired): .certificateExpired
        case .refusedByPeer(.unknownAuthority): .unknownAuthority
        case .refusedByPeer: .unauthenticated
        case .truncated: .connectionLost
        case .violation: .protocolViolation
        }
    }
}

internal import CommyBase
internal import CommyMesh
internal import CommyWire

extension FuzzTarget {
    /// Whole machines that a stranger talks to: after whatever it says, their invariants hold, no
    /// more waits to be sent than their limits allow, and they serve the next one.
    static let machines: [FuzzTarget] = [
        FuzzTarget(name: "node-link", seeds: MachineSamples.link, words: words) { input in
            var node = NodeUnderFire(MachineSamples.greeting(as: .link), input)
            return node.finding()
        },
        FuzzTarget(name: "node-session", seeds: MachineSamples.session, words: words) { input in
            var node = NodeUnderFire(MachineSamples.greeting(as: .session), input)
            return node.finding()
        },
        FuzzTarget(name: "session-client", seeds: MachineSamples.node, words: words) { input in
            var client = ClientUnderFire(input)
            return client.finding()
        },
    ]

    /// Kinds at the place of a kind, and small stream numbers.
    private static let words: [[UInt8]] =
        (1...17).map { [$0, 0, 0, 0] } + (0...6).map { [$0, 0, 0, 0] } + [[0, 1, 0, 0]]
}

/// A node with one connection on which the input comes, cut by its first byte.
private struct NodeUnderFire: ~Copyable {
    private var node: Node
    private var now = MeshInstant.zero
    private let connection: LinkHandle
    private var isClosed = false
    /// Bytes that were sent on the connection.
    private var sent = 0

    init(_ greeting: HelloFrame, _ input: [UInt8]) {
        node = Node(MachineSamples.configuration, at: now)
        switch greeting.facts.role {
        case .link:
            connection = node.linkOpened(
                .accepted, peer: TLSPeer(mesh: MachineSamples.mesh, node: MachineSamples.stranger),
                remote: MachineSamples.address, at: now)
        case .session, .admin:
            connection = node.sessionOpened(MachineSamples.credentials, at: now)
        }
        drain()
        var writer = ByteWriter()
        greeting.encodeFrame(into: &writer)
        hear(writer.bytes)
        precondition(!isClosed && sent > 0, "a sound greeting is answered")
        let size = 1 + Int(input.first ?? 0) % 60
        var offset = 0
        while offset < input.count {
            let end = min(input.count, offset + size)
            hear(Array(input[offset..<end]))
            now = now + .milliseconds(3)
            offset = end
        }
        // Long enough for heartbeats, probes, repairs and the verdicts about who is silent.
        for _ in 0..<12 {
            now = now + .milliseconds(500)
            node.advance(to: now)
            drain()
        }
    }

    private mutating func hear(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        unsafe node.received(bytes.span.bytes, on: connection, at: now)
        drain()
    }

    private mutating func drain() {
        while true {
            switch node.nextOutput() {
            case .transmit(let link):
                let count = node.withOutgoing(link) { $0.byteCount }
                sent += count
                node.consumed(count, on: link, at: now)
            case .close(let link, _):
                isClosed = isClosed || link == connection
                node.closed(link, .ended, at: now)
            case .dial(let token, _, _):
                node.dialFailed(token, code: .connectionRefused, detail: "", at: now)
            case .judgeAnchor(let state, let teller):
                node.command(.anchorJudged(state, from: teller, refusal: nil), at: now)
            case .cancelDial, .note, .stopped, .installAnchor, .reissueCertificate,
                .removeAnchor, .keepTrust:
                continue
            case .wait: return
            }
        }
    }

    mutating func finding() -> String? {
        node.checkInvariants()
        // An input of 4 KiB asks for little; a digest or an answer is at most some messages long.
        guard sent < 1 << 20 else { return "\(sent) bytes were sent" }
        let session = node.sessionOpened(MachineSamples.credentials, at: now)
        drain()
        var writer = ByteWriter()
        MachineSamples.greeting(as: .session).encodeFrame(into: &writer)
        unsafe node.received(writer.bytes.span.bytes, on: session, at: now)
        guard node.withOutgoing(session, { $0.byteCount }) > FrameHeader.byteCount else {
            return "it greets nobody any more"
        }
        drain()
        return nil
    }
}

/// A process with a call, a service and a watch, whose node says the input.
private struct ClientUnderFire {
    private var client: SessionClient
    private var now = MeshInstant.zero
    private var sent = 0
    private var outcomes = 0

    init(_ input: [UInt8]) {
        client = SessionClient(SessionConfiguration(random: RandomKey(seed: 1)), at: now)
        drain()
        var writer = ByteWriter()
        var facts = MachineSamples.greeting(as: .link).facts
        facts.role = .session
        HelloOKFrame(version: 1, facts: facts).encodeFrame(into: &writer)
        hear(writer.bytes)
        precondition(client.isAttached, "a sound answer attaches it")
        let service = MachineSamples.service
        _ = client.register(MachineSamples.offer, at: now)
        _ = client.watch(.service(service), at: now)
        let body: [UInt8] = [1, 2, 3]
        _ = unsafe client.call(
            CallRequest(service: service, timeout: .seconds(2)), body: body.span.bytes, at: now)
        drain()
        let size = 1 + Int(input.first ?? 0) % 60
        var offset = 0
        while offset < input.count, !client.isOver {
            let end = min(input.count, offset + size)
            hear(Array(input[offset..<end]))
            now = now + .milliseconds(3)
            offset = end
        }
        now = now + .seconds(3)
        client.advance(to: now)
        drain()
    }

    private mutating func hear(_ bytes: [UInt8]) {
        unsafe client.received(bytes.span.bytes, at: now)
        drain()
    }

    private mutating func drain() {
        while true {
            switch client.nextOutput() {
            case .transmit:
                let count = client.withOutgoing { $0.byteCount }
                sent += count
                client.consumed(count, at: now)
            case .request(let request):
                unsafe client.answer(request.id, body: request.body.span.bytes, at: now)
            case .answered, .callFailed: outcomes += 1
            case .wait: return
            // What else comes asks for nothing.
            default: continue
            }
        }
    }

    mutating func finding() -> String? {
        client.checkInvariants()
        guard sent < 1 << 20 else { return "\(sent) bytes were sent" }
        return outcomes == 1 ? nil : "one call had \(outcomes) outcomes"
    }
}

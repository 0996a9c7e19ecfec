import CommyBase
import CommyWire
import Testing

@testable import CommyMesh

extension MeshBed {
    /// Cuts both directions between two hosts, on one network or all.
    func cut(_ a: Int, _ b: Int, network: Int = -1) {
        cuts.append((a, b, network))
        cuts.append((b, a, network))
    }

    func cutOneWay(from: Int, to: Int, network: Int = -1) { cuts.append((from, to, network)) }

    /// Cuts every pair across the two groups.
    func partition(_ left: [Int], _ right: [Int]) {
        for a in left { for b in right { cut(a, b) } }
    }

    /// All paths work again; what was held back goes on its way.
    func heal() {
        cuts = []
        for index in pipes.indices {
            for side in 0...1 {
                let held = pipes[index].sides[side].held
                pipes[index].sides[side].held = []
                for bytes in held { send(bytes, index, from: side) }
                // A side that closed behind the cut says so now.
                guard pipes[index].sides[side].isClosed, !pipes[index].sides[1 - side].isClosed
                else { continue }
                let at = max(now + latency, pipes[index].sides[side].lastArrival)
                schedule(at, .end(index, to: 1 - side, .reset))
            }
        }
    }

    /// The machine loses power: nothing is sent any more, and nobody says so.
    func powerOff(_ host: Int) {
        hosts[host].isAlive = false
        hosts[host].isDeadHost = true
        for client in clients where client.host == host { client.isAlive = false }
        for pipe in pipes {
            for side in 0...1 where pipe.sides[side].end == .node(host) {
                pipe.sides[side].isClosed = true
            }
        }
    }

    /// The node's process dies; the kernel of its machine resets every connection.
    func crashNode(_ host: Int) {
        hosts[host].isAlive = false
        for (index, pipe) in pipes.enumerated() {
            for side in 0...1 where pipe.sides[side].end == .node(host) {
                close(index, side, .reset)
            }
        }
    }

    /// A process dies; its socket ends.
    func crash(_ client: BedClient) {
        client.isAlive = false
        close(client.pipe, 0, .ended)
    }

    func tellWallClock(_ seconds: Int64) {
        wall = seconds
        for index in hosts.indices where hosts[index].isAlive {
            hosts[index].node.command(.wallClockRead(seconds), at: now)
            drain(.node(index))
        }
    }

    /// What a host shows of itself in a handshake.
    func papers(_ host: Int) -> TLSPeer {
        TLSPeer(
            mesh: Self.mesh, node: hosts[host].name, notAfter: certificates[host]?.end ?? 0,
            issuer: certificates[host]?.issuer)
    }

    /// Whether TLS on one host takes what the other shows.
    func takes(_ host: Int, _ other: Int) -> Bool {
        guard let papers = certificates[other], let bundle = bundles[host] else { return true }
        return papers.end > wall && bundle.contains { $0.fingerprint == papers.issuer }
    }

    func pause(_ host: Int) { hosts[host].isPaused = true }

    func resume(_ host: Int) {
        hosts[host].isPaused = false
        let missed = hosts[host].missed
        hosts[host].missed = []
        hosts[host].node.advance(to: now)
        drain(.node(host))
        for event in missed { schedule(now, event) }
    }

    /// Breaks every connection between two hosts, as a middlebox does.
    func reset(_ a: Int, _ b: Int) {
        for index in pipes.indices {
            let ends = pipes[index].sides.map(\.end)
            guard ends == [.node(a), .node(b)] || ends == [.node(b), .node(a)] else { continue }
            pipes[index].isBroken = true
            for side in 0...1 where !pipes[index].sides[side].isClosed {
                schedule(now, .end(index, to: side, .reset))
            }
        }
    }

    /// Somebody with a valid certificate of this name connects to a host.
    func strangerConnects(_ name: String, to host: Int) -> BedStranger {
        let index = strangers.count
        let handle = hosts[host].node.linkOpened(
            .accepted, peer: TLSPeer(mesh: Self.mesh, node: NodeName(name)!),
            remote: address(200 + index, 0), at: now)
        let pipe = pipes.count
        pipes.append(
            Pipe(
                Side(end: .stranger(index)), Side(end: .node(host), handle: handle), network: 0))
        hosts[host].pipeOf[handle] = pipe
        strangers.append(BedStranger(index, pipe, NodeName(name)!))
        drain(.node(host))
        return strangers[index]
    }

    /// A stranger sends these bytes.
    func say(_ bytes: [UInt8], _ stranger: BedStranger) {
        pipes[stranger.pipe].sides[0].underWay += bytes.count
        send(bytes, stranger.pipe, from: 0)
    }

    /// What a runtime does after each input: takes outputs until `.wait`.
    func drain(_ end: End) {
        switch end {
        case .node(let index): drainNode(index)
        case .client(let index): drainClient(index)
        case .stranger: break
        }
    }

    private func drainNode(_ index: Int) {
        let host = hosts[index]
        guard host.isAlive else { return }
        while true {
            switch host.node.nextOutput() {
            case .dial(let token, let address, let expected):
                host.dialled += 1
                dial(index, token, address, expected)
            case .cancelDial(let token): host.cancelled.insert(token)
            case .transmit(let handle):
                guard let pipe = host.pipeOf[handle],
                    let side = pipes[pipe].sides.firstIndex(where: {
                        $0.end == .node(index) && $0.handle == handle
                    })
                else { continue }
                transmit(pipe, side)
            case .close(let handle, _): closeOrdered(handle, of: index)
            case .note(let event):
                let seconds = now.nanoseconds
                transcript.append("\(seconds) \(host.name) \(event.line)")
                events.append((now, index, event))
            case .judgeAnchor(let state, let teller):
                let isVouchedFor = !NodeTrustTests.isForged(state.anchor)
                host.node.command(
                    .anchorJudged(
                        state, from: teller, refusal: isVouchedFor ? nil : "nobody vouches"),
                    at: now)
            case .installAnchor(let anchor): changeBundle(index) { $0.append(anchor) }
            case .removeAnchor(let anchor):
                changeBundle(index) { $0.removeAll { $0.fingerprint == anchor } }
            case .reissueCertificate(let issuer):
                guard !holdsFiles.contains(index) else { continue }
                certificates[index]?.issuer = issuer
                host.node.command(
                    .certificateLoaded(serial: "02", notAfter: 3_500_000_000, issuer: issuer),
                    at: now)
            case .keepTrust: continue
            case .stopped: host.hasStopped = true
            case .wait(let until):
                host.wait = until
                if checksInvariants { host.node.checkInvariants() }
                return
            }
        }
    }

    private func changeBundle(_ host: Int, _ change: (inout [TrustAnchor]) -> Void) {
        guard !holdsFiles.contains(host) else { return }
        change(&bundles[host, default: []])
        let anchors = bundles[host] ?? []
        hosts[host].node.command(.anchorsLoaded(anchors), at: now)
    }

    private func drainClient(_ index: Int) {
        let client = clients[index]
        guard client.isAlive else { return }
        while true {
            switch client.client.nextOutput() {
            case .transmit: transmit(client.pipe, 0)
            case .close:
                transmit(client.pipe, 0)
                close(client.pipe, 0, .ended)
                client.isAlive = false
                return
            case .wait(let until):
                client.wait = until
                if checksInvariants { client.client.checkInvariants() }
                return
            case let output: client.take(output, self)
            }
        }
    }
}

/// A peer that says what the test wants.
final class BedStranger {
    let index: Int
    let pipe: Int
    let name: NodeName
    var received: [UInt8] = []
    var isClosed = false

    init(_ index: Int, _ pipe: Int, _ name: NodeName) {
        self.index = index
        self.pipe = pipe
        self.name = name
    }

    /// A sound greeting of this name.
    var hello: [UInt8] {
        var writer = ByteWriter()
        HelloFrame(
            facts: HelloFacts(role: .link, mesh: MeshBed.mesh, node: name, life: 9)
        ).encodeFrame(into: &writer)
        return writer.bytes
    }

    /// RESETs that the test has sent on its behalf.
    var resetCount = 0

    /// The code of the GOAWAY that came, if one did.
    var farewell: ErrorCode? {
        var code: ErrorCode?
        read { header, payload throws(WireError) in
            if header.kind == .goAway { code = try GoAwayFrame(decoding: payload).code }
        }
        return code
    }

    /// The RESETs that came.
    var resets: [ResetFrame] {
        var resets: [ResetFrame] = []
        read { header, payload throws(WireError) in
            if header.kind == .reset { resets.append(try ResetFrame(decoding: payload)) }
        }
        return resets
    }

    /// The streams that were opened to it.
    var opens: Int {
        var count = 0
        read { header, _ in if header.kind == .open { count += 1 } }
        return count
    }

    private func read(
        _ body: (FrameHeader, borrowing RawSpan) throws(WireError) -> Void
    ) {
        var reader = FrameReader()
        let bytes = received
        do { try unsafe reader.receive(bytes.span.bytes, body) } catch {
            Issue.record("a node sent what cannot be read: \(error)")
        }
    }
}

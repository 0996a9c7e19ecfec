import CommyBase
import CommyWire

@testable import CommyMesh

extension MeshBed {
    func perform(_ event: Event) {
        if let host = target(of: event) {
            guard hosts[host].isAlive else { return }
            if hosts[host].isPaused {
                hosts[host].missed.append(event)
                return
            }
        }
        switch event {
        case .bytes(let pipe, let side, let bytes): deliver(bytes, pipe, to: side)
        case .end(let pipe, let side, let end): deliverEnd(end, pipe, to: side)
        case .accept(let node, let from, let network, let token, let expected):
            accept(node, from, network, token, expected)
        case .dialled(let node, let token, let pipe): dialled(node, token, pipe)
        case .dialFailed(let node, let token):
            hosts[node].node.dialFailed(token, code: .connectionRefused, detail: "", at: now)
            drain(.node(node))
        case .refused(let node, let token):
            hosts[node].node.linkRefused(
                .dialled(token), remote: address(node, 0), code: .identityMismatch, detail: "",
                at: now)
            drain(.node(node))
        case .closed(let pipe, let side): finishClose(pipe, side)
        case .script(let script): script(self)
        }
    }

    private func target(of event: Event) -> Int? {
        switch event {
        case .bytes(let pipe, let side, _), .end(let pipe, let side, _),
            .closed(let pipe, let side):
            if case .node(let host) = pipes[pipe].sides[side].end { return host }
            return nil
        case .accept: return nil
        case .dialled(let node, _, _), .dialFailed(let node, _), .refused(let node, _):
            return node
        case .script: return nil
        }
    }

    private func isCut(_ pipe: Pipe, from side: Int) -> Bool {
        guard case .node(let a) = pipe.sides[side].end,
            case .node(let b) = pipe.sides[1 - side].end
        else { return false }
        return isCut(from: a, to: b, pipe.network)
    }

    func isCut(from: Int, to: Int, _ network: Int) -> Bool {
        cuts.contains {
            $0.from == from && $0.to == to && ($0.network == -1 || $0.network == network)
        }
    }

    /// Takes what an end has to send, as far as the socket takes it.
    func transmit(_ pipeIndex: Int, _ side: Int) {
        let pipe = pipes[pipeIndex]
        while true {
            guard !pipe.isBroken, !pipe.sides[side].isClosed else { return }
            let room = socketBytes - pipe.sides[side].underWay
            guard room > 0 else { return }
            let bytes = take(room, pipe.sides[side])
            guard !bytes.isEmpty else { return }
            pipe.sides[side].underWay += bytes.count
            send(bytes, pipeIndex, from: side)
        }
    }

    private func take(_ limit: Int, _ side: Side) -> [UInt8] {
        func copy(_ bytes: borrowing RawSpan) -> [UInt8] {
            // Rebased, as a slice of raw bytes is copied one by one in a debug build.
            unsafe bytes.withUnsafeBytes {
                unsafe Array(UnsafeRawBufferPointer(rebasing: $0.prefix(limit)))
            }
        }
        switch side.end {
        case .node(let host):
            guard let handle = side.handle else { return [] }
            let bytes = hosts[host].node.withOutgoing(handle) { copy($0) }
            if !bytes.isEmpty { hosts[host].node.consumed(bytes.count, on: handle, at: now) }
            return bytes
        case .client(let index):
            let bytes = clients[index].client.withOutgoing { copy($0) }
            if !bytes.isEmpty { clients[index].client.consumed(bytes.count, at: now) }
            return bytes
        case .stranger: return []
        }
    }

    func send(_ bytes: [UInt8], _ pipeIndex: Int, from side: Int) {
        let pipe = pipes[pipeIndex]
        if isCut(pipe, from: side) {
            pipe.sides[side].held.append(bytes)
            return
        }
        var start = 0
        while start < bytes.count {
            var count = bytes.count - start
            if largestPiece > 0 { count = min(count, 1 + draws.below(largestPiece)) }
            arrive(.bytes(pipeIndex, to: 1 - side, Array(bytes[start..<start + count])), pipe, side)
            start += count
        }
    }

    /// Everything of one direction arrives in its order.
    private func arrive(_ event: Event, _ pipe: Pipe, _ side: Int) {
        let isLocal = pipe.network == -2
        var at = max(now + (isLocal ? .microseconds(10) : latency), pipe.sides[side].lastArrival)
        if !isLocal, let bytesPerSecond, case .bytes(_, _, let bytes) = event {
            at = at + .nanoseconds(bytes.count * 1_000_000_000 / bytesPerSecond)
        }
        pipe.sides[side].lastArrival = at
        schedule(at, event)
    }

    private func deliver(_ bytes: [UInt8], _ pipeIndex: Int, to side: Int) {
        let pipe = pipes[pipeIndex]
        pipe.sides[1 - side].underWay -= bytes.count
        if !pipe.isBroken { transmit(pipeIndex, 1 - side) }
        // The sender's queue may have moved, and it may want to say more.
        drain(pipe.sides[1 - side].end)
        guard !pipe.sides[side].isClosed else { return }
        switch pipe.sides[side].end {
        case .node(let host):
            guard let handle = pipe.sides[side].handle else { return }
            unsafe hosts[host].node.received(bytes.span.bytes, on: handle, at: now)
        case .client(let index):
            guard clients[index].isAlive else { return }
            unsafe clients[index].client.received(bytes.span.bytes, at: now)
        case .stranger(let index): strangers[index].received += bytes
        }
        drain(pipe.sides[side].end)
    }

    /// One side closes: what it has sent still arrives, then the other side learns of it.
    func close(_ pipeIndex: Int, _ side: Int, _ end: TransportEnd) {
        let pipe = pipes[pipeIndex]
        guard !pipe.sides[side].isClosed else { return }
        pipe.sides[side].isClosed = true
        if isCut(pipe, from: side) { return }
        arrive(.end(pipeIndex, to: 1 - side, end), pipe, side)
    }

    private func deliverEnd(_ end: TransportEnd, _ pipeIndex: Int, to side: Int) {
        let pipe = pipes[pipeIndex]
        guard !pipe.sides[side].isClosed else { return }
        pipe.sides[side].isClosed = true
        pipe.isBroken = true
        ended(pipe, side, end)
    }

    private func ended(_ pipe: Pipe, _ side: Int, _ end: TransportEnd) {
        switch pipe.sides[side].end {
        case .node(let host):
            guard let handle = pipe.sides[side].handle else { return }
            hosts[host].node.closed(handle, end, at: now)
            hosts[host].pipeOf[handle] = nil
        case .client(let index):
            guard clients[index].isAlive else { return }
            clients[index].client.transportClosed(end, at: now)
        case .stranger(let index): strangers[index].isClosed = true
        }
        drain(pipe.sides[side].end)
    }

    /// A node's `.close`: the rest is sent, the other end learns of it, the node is told.
    func closeOrdered(_ handle: LinkHandle, of host: Int) {
        guard let pipe = hosts[host].pipeOf[handle],
            let side = pipes[pipe].sides.firstIndex(where: {
                $0.end == .node(host) && $0.handle == handle
            })
        else { return }
        transmit(pipe, side)
        close(pipe, side, .ended)
        schedule(now, .closed(pipe, side: side))
    }

    private func finishClose(_ pipeIndex: Int, _ side: Int) {
        ended(pipes[pipeIndex], side, .ended)
    }

    func dial(_ host: Int, _ token: DialToken, _ target: NetworkAddress, _ expected: NodeName?) {
        guard case .v4(let number) = target.host else { return }
        let network = Int(number >> 16 & 0xff)
        let other = Int(number & 0xffff) - 1
        guard hosts.indices.contains(other), hosts[host].networks.contains(network),
            !isCut(from: host, to: other, network), !isCut(from: other, to: host, network),
            !hosts[other].isDeadHost
        else { return }
        guard hosts[other].isAlive else {
            schedule(now + latency * 2, .dialFailed(node: host, token))
            return
        }
        schedule(
            now + latency * 3,
            .accept(node: other, from: host, network: network, token, expected: expected))
    }

    private func accept(
        _ node: Int, _ from: Int, _ network: Int, _ token: DialToken, _ expected: NodeName?
    ) {
        guard hosts[from].isAlive, hosts[from].cancelled.remove(token) == nil,
            !isCut(from: from, to: node, network)
        else { return }
        guard hosts[node].isAlive, !hosts[node].hasStopped else {
            schedule(now + latency, .dialFailed(node: from, token))
            return
        }
        if let expected, expected != hosts[node].name {
            schedule(now + latency, .refused(node: from, token))
            return
        }
        guard takes(node, from), takes(from, node) else {
            schedule(now + latency, .refused(node: from, token))
            return
        }
        let pipe = pipes.count
        let peer = papers(from)
        pipes.append(
            Pipe(Side(end: .node(from)), Side(end: .node(node)), network: network))
        let handle = hosts[node].node.linkOpened(
            .accepted, peer: peer, remote: address(from, network), at: now)
        pipes[pipe].sides[1].handle = handle
        hosts[node].pipeOf[handle] = pipe
        drain(.node(node))
        schedule(now + latency, .dialled(node: from, token, pipe: pipe))
    }

    private func dialled(_ host: Int, _ token: DialToken, _ pipeIndex: Int) {
        guard case .node(let other) = pipes[pipeIndex].sides[1].end else { return }
        if hosts[host].cancelled.remove(token) != nil || pipes[pipeIndex].sides[1].isClosed {
            close(pipeIndex, 0, .reset)
            if pipes[pipeIndex].sides[1].isClosed {
                hosts[host].node.dialFailed(token, code: .connectionLost, detail: "", at: now)
                drain(.node(host))
            }
            return
        }
        let handle = hosts[host].node.linkOpened(
            .dialled(token), peer: papers(other),
            remote: address(other, pipes[pipeIndex].network), at: now)
        pipes[pipeIndex].sides[0].handle = handle
        hosts[host].pipeOf[handle] = pipeIndex
        drain(.node(host))
    }
}

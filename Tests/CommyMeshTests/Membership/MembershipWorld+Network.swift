import CommyBase
import CommyMesh
import CommyWire

// Links: how they come to be, carry, and end.
extension MembershipWorld {
    func latency(_ from: Int, _ to: Int) -> Duration {
        let pair = UInt64(min(from, to) * options.count + max(from, to))
        let factor = 0.5 + key.labelled("latency").unitDraw(ordinal: pair)
        return .nanoseconds(Int64(Double(options.latency.nanoseconds) * factor))
    }

    func send(_ message: SwimMessage, from: Int, to: Int) {
        let place = lane(from, to)
        guard lanes[place].link != 0 else { return }
        var writer = ByteWriter()
        message.encode(into: &writer)
        nodes[from].bytesSent += writer.count + 12
        nodes[from].messagesSent += 1
        if lanes[place].isCut || nodes[to].condition == .powerless {
            if lanes[place].held.isEmpty {
                queue.add(
                    .giveUp(from: from, to: to, link: lanes[place].link),
                    at: now + options.giveUpAfter)
            }
            lanes[place].held.append(message)
        } else {
            deliver(message, from, to, after: .zero)
        }
    }

    private func deliver(_ message: SwimMessage, _ from: Int, _ to: Int, after delay: Duration) {
        let place = lane(from, to)
        let coins = key.labelled("loss").numbered(UInt64(place))
        var extra = delay
        switch options.loss {
        case .none: break
        case .retransmitted(let rate):
            var timeout = Duration.milliseconds(200)
            while coins.unitDraw(ordinal: lanes[place].drawn) < rate, timeout < .seconds(2) {
                lanes[place].drawn += 1
                extra += timeout
                timeout *= 2
            }
            lanes[place].drawn += 1
        case .dropped(let rate):
            lanes[place].drawn += 1
            if coins.unitDraw(ordinal: lanes[place].drawn) < rate { return }
        }
        let at = max(lanes[place].lastDelivery, now + latency(from, to) + extra)
        lanes[place].lastDelivery = at
        queue.add(.fact(.message(message, from: from), to: to, link: lanes[place].link), at: at)
    }

    // Dialling, as the owner of the links does it.

    func dial(from: Int, to: Int) {
        guard !nodes[from].isDialling[to], lanes[lane(from, to)].link == 0 else { return }
        nodes[from].isDialling[to] = true
        let isOnce = nodes[from].machine?.member(ids[to])?.isLive != true
        // The smaller number dials first.
        let patience = ids[from] < ids[to] || isOnce ? Duration.zero : .seconds(1)
        queue.add(.attempt(from: from, to: to, tries: 0, isOnce: isOnce), at: now + patience)
    }

    func attempt(_ from: Int, _ to: Int, tries: Int, isOnce: Bool) {
        guard nodes[from].condition == .running, lanes[lane(from, to)].link == 0 else {
            nodes[from].isDialling[to] = false
            return
        }
        if isReachable(from, to), nodes[to].condition == .running {
            // TCP and TLS 1.3: two round trips before both know each other.
            queue.add(.connected(from: from, to: to), at: now + latency(from, to) * 4)
            return
        }
        let isWanted = nodes[from].machine?.member(ids[to])?.isLive ?? (tries < 100)
        guard isWanted, !isOnce else {
            nodes[from].isDialling[to] = false
            return
        }
        let backOff = min(Duration.seconds(2), .milliseconds(50) * (1 << min(tries, 6)))
        let jittered = Double(backOff.nanoseconds) * (0.5 + draws.nextUnit())
        queue.add(
            .attempt(from: from, to: to, tries: tries + 1, isOnce: isOnce),
            at: now + .nanoseconds(Int64(jittered)))
    }

    func connected(_ from: Int, _ to: Int) {
        nodes[from].isDialling[to] = false
        guard lanes[lane(from, to)].link == 0, isReachable(from, to),
            nodes[from].condition == .running, nodes[to].condition == .running,
            let mine = nodes[from].machine?.ownRecord, let theirs = nodes[to].machine?.ownRecord
        else { return }
        links += 1
        for place in [lane(from, to), lane(to, from)] {
            lanes[place].link = links
            lanes[place].held = []
            lanes[place].lastDelivery = now
        }
        tell(to, .introduced(mine))
        tell(from, .introduced(theirs))
        tell(to, .linkUp(from))
        tell(from, .linkUp(to))
    }

    func isReachable(_ from: Int, _ to: Int) -> Bool {
        !lanes[lane(from, to)].isCut && !lanes[lane(to, from)].isCut
    }

    func close(_ from: Int, _ to: Int, _ reason: LinkLoss) {
        for place in [lane(from, to), lane(to, from)] {
            lanes[place].link = 0
            lanes[place].held = []
        }
        tell(from, .linkDown(to, reason))
        tell(to, .linkDown(from, reason))
    }

    // Faults of the network.

    func cut(from: Int, to: Int) {
        lanes[lane(from, to)].isCut = true
        expectSilence(from, to)
    }

    func expectSilence(_ from: Int, _ to: Int) {
        guard let silentAfter = options.silentAfter, lanes[lane(from, to)].link != 0 else {
            return
        }
        queue.add(
            .silence(from: from, to: to, link: lanes[lane(from, to)].link),
            at: now + silentAfter)
    }

    func heal(from: Int, to: Int) {
        let place = lane(from, to)
        guard lanes[place].isCut else { return }
        lanes[place].isCut = false
        let held = lanes[place].held
        lanes[place].held = []
        // TCP's back-off has grown meanwhile: what waits comes with the next retransmission.
        let delay = Duration.milliseconds(Int64(50 + draws.nextUnit() * 1_500))
        for message in held { deliver(message, from, to, after: delay) }
        if options.silentAfter != nil, lanes[place].link != 0 {
            queue.add(
                .fact(.linkHeard(from), to: to, link: nil), at: now + latency(from, to))
        }
    }

    /// Cuts every lane between the two groups.
    func partition(_ group: [Int], from others: [Int]) {
        for one in group {
            for other in others {
                cut(from: one, to: other)
                cut(from: other, to: one)
            }
        }
    }

    func healAll() {
        for from in nodes.indices {
            for to in nodes.indices { heal(from: from, to: to) }
        }
    }
}

import CommyBase
import CommyMesh

// What happens to nodes, and what they see.
extension MembershipWorld {
    /// Starts a node that knows the address of node 0 (node 0 knows that of node 1).
    func start(_ index: Int, joining seed: Int? = nil) {
        nodes[index].lives += 1
        nodes[index].condition = .running
        nodes[index].inbox = []
        nodes[index].isDialling = Array(repeating: false, count: options.count)
        let life = key.labelled("life").numbered(UInt64(index)).draw(ordinal: nodes[index].lives)
        let record = MemberRecord(
            name: names[index], zone: .unknown,
            addresses: [NetworkAddress(host: .v4(0x0a00_0000 + UInt32(index)), port: 7_400)],
            incarnation: 0, life: life)
        nodes[index].machine = Membership(
            self: record, limits: options.limits,
            random: key.labelled("node").numbered(UInt64(index)).numbered(life), at: now)
        nodes[index].wakeAt = .never
        drain(index)
        let seed = seed ?? (index == 0 ? 1 : 0)
        guard seed < options.count else { return }
        nodes[index].isDialling[seed] = true
        queue.add(.attempt(from: index, to: seed, tries: 0, isOnce: false), at: now)
    }

    /// Starts all nodes within `spread` and runs until they have one view; nil when they have not
    /// within 30 s.
    func startAll(spread: Duration = .zero) -> Duration? {
        for index in nodes.indices {
            let at = Double(spread.nanoseconds) * draws.nextUnit()
            if spread > .zero { run(until: max(now, .zero + .nanoseconds(Int64(at)))) }
            start(index)
        }
        return run(atMost: .seconds(30)) { $0.isOneView }
    }

    func pause(_ index: Int) { nodes[index].condition = .paused }

    func resume(_ index: Int) {
        nodes[index].condition = .running
        let inbox = nodes[index].inbox
        nodes[index].inbox = []
        for fact in inbox { tell(index, fact) }
        nodes[index].wakeAt = .never
        queue.add(.wake(index), at: now)
    }

    func losePower(_ index: Int) {
        nodes[index].condition = .powerless
        nodes[index].machine = nil
        for other in nodes.indices where other != index { expectSilence(index, other) }
    }

    func crash(_ index: Int) {
        nodes[index].condition = .crashed
        nodes[index].machine = nil
        endLinks(of: index, .reset)
    }

    func leave(_ index: Int) {
        nodes[index].machine?.leave(at: now)
        drain(index)
        run(for: .milliseconds(5))
        nodes[index].condition = .crashed
        nodes[index].machine = nil
        endLinks(of: index, .orderly)
    }

    private func endLinks(of index: Int, _ reason: LinkLoss) {
        for other in nodes.indices where lanes[lane(other, index)].link != 0 {
            for place in [lane(index, other), lane(other, index)] {
                lanes[place].link = 0
                lanes[place].held = []
            }
            queue.add(
                .fact(.linkDown(index, reason), to: other, link: nil),
                at: now + latency(index, other))
        }
    }

    var running: [Int] { nodes.indices.filter { nodes[$0].condition == .running } }

    /// Every running node sees exactly the running nodes, alive, in the same incarnation.
    var isOneView: Bool {
        let running = running
        guard let first = running.first, let hash = nodes[first].machine?.viewHash else {
            return false
        }
        return running.allSatisfy {
            nodes[$0].machine?.viewHash == hash && nodes[$0].machine?.aliveCount == running.count
                && nodes[$0].machine?.liveCount == running.count
        }
    }

    func state(of target: Int, at observer: Int) -> MemberState? {
        nodes[observer].machine?.member(ids[target])?.state
    }

    /// True when each running node sees the member in one of these states.
    func everybodySees(_ target: Int, _ states: Set<MemberState>) -> Bool {
        running.allSatisfy { observer in
            guard observer != target else { return true }
            guard let state = state(of: target, at: observer) else { return false }
            return states.contains(state)
        }
    }

    /// Everything that anybody said since `begin` about members that were dead or suspect.
    func accusations(since begin: MeshInstant, _ state: MemberState) -> [Change] {
        nodes.flatMap { node in node.changes.filter { $0.at >= begin && $0.state == state } }
    }
}

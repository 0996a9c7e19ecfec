internal import CommyBase
internal import CommyWire

// How a node goes away without losing a request.
extension Node {
    /// Time for the farewell to reach the peers after the last call.
    private static let farewell: Duration = .seconds(1)

    /// Takes nothing new and tells everybody; calls under way may end for this long.
    mutating func stop(within span: Duration) {
        guard stopping == .no else { return }
        stopping = .draining(until: now + max(span, .zero))
        note(.stopping(node: configuration.name))
        catalog.drainAll(at: now)
        catalogIsDue = true
        for number in instances.keys.sorted() { instances[number]?.isDraining = true }
        for slot in links.indices where links[slot].phase == .session {
            withMachine(slot) { [now] in $0.beginClosing(.peerShuttingDown, at: now) }
            armLink(slot)
        }
        for index in peers.indices { peers[index].unwanted() }
        for dial in dials { outputs.append(.cancelDial(dial.token)) }
        dials.removeAll()
        peersAreDue = true
    }

    var stoppingDeadline: MeshInstant {
        switch stopping {
        case .no, .stopped: .never
        case .draining(let until), .leaving(let until): until
        }
    }

    mutating func stoppingTimePassed() {
        switch stopping {
        case .no, .stopped: return
        case .draining(let until): if now >= until { leave() }
        case .leaving(let until): if now >= until { closeAll() }
        }
    }

    /// After each input: goes on as soon as nothing is waited for.
    mutating func continueStopping() {
        if case .draining = stopping, calls.count == 0, !hasUntoldChanges { leave() }
        if case .leaving = stopping, links.count == freeLinks.count {
            stopping = .stopped
            outputs.append(.stopped)
        }
    }

    /// The catalog still has to tell that this node's instances drain.
    private var hasUntoldChanges: Bool {
        !peers.isEmpty && catalog.queue.deadline != .never
    }

    /// Farewell: membership tells everybody, then every connection is closed behind that.
    private mutating func leave() {
        stopping = .leaving(until: now + Self.farewell)
        for number in calls.slots.indices where calls[number].marks.contains(.isOpen) {
            failCall(number, CommyError(.peerShuttingDown), delivered: .maybe)
        }
        membership.leave(at: now)
        serveMembership()
        for slot in links.indices {
            switch links[slot].phase {
            case .peer, .session:
                withMachine(slot) { [now] in $0.beginClosing(.peerShuttingDown, at: now) }
                armLink(slot)
            case .greeting: closeLink(slot, .peerShuttingDown, "", isGone: false)
            case .free, .closing: break
            }
        }
        settleAll()
    }

    private mutating func closeAll() {
        for slot in links.indices { closeLink(slot, .peerShuttingDown, "", isGone: false) }
        stopping = .leaving(until: .never)
    }

    private mutating func settleAll() {
        while let slot = settling.popFirst() { settle(Int(slot)) }
    }
}

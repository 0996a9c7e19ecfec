internal import CommyBase
internal import CommyLinux
internal import CommyReactor

/// How the one thread is shared: a connection that is ready has a turn of so many reads and sends
/// (`turn`). Who is not done then goes on when all others that are ready have had theirs.
extension NodeRuntime {
    /// Whatever the connection's descriptor allows.
    mutating func serve(_ slot: Slot, _ interest: Epoll.Interest) {
        guard let failure = connections.with(slot, { $0.transport.ready(interest) }) else { return }
        if let failure {
            broke(slot, .failed(failure))
            return
        }
        // Who is not done since the last turn gets the next one in its order.
        if connections.with(slot, { $0.isUnfinished }) == false { takeTurn(slot) }
    }

    /// The next turn of all that are not done.
    mutating func goOn() {
        var slots: [Slot] = []
        swap(&slots, &unfinished)
        for slot in slots {
            connections.with(slot) { $0.isUnfinished = false }
            takeTurn(slot)
            _ = drain()
        }
        slots.removeAll(keepingCapacity: true)
        if unfinished.isEmpty { swap(&slots, &unfinished) }
    }

    /// Reads what is there, at most as much as a turn allows; the node hears of every piece.
    private mutating func takeTurn(_ slot: Slot) {
        let buffer = unsafe buffer
        for _ in 0..<turn {
            guard let reading = connections.with(slot, { unsafe $0.transport.read(into: buffer) }),
                noticeOpening(slot)
            else { return }
            switch reading {
            case .bytes(let count, let isMore):
                deliver(count, slot)
                _ = drain()
                if isMore { continue }
                endTurn(slot)
            case .waiting: endTurn(slot)
            case .ended, .failed: broke(slot, reading)
            }
            return
        }
        noteUnfinished(slot)
        endTurn(slot)
    }

    private mutating func endTurn(_ slot: Slot) {
        transmit(slot)
        watch(slot)
    }

    mutating func noteUnfinished(_ slot: Slot) {
        guard connections.with(slot, { $0.isUnfinished }) == false else { return }
        connections.with(slot) { $0.isUnfinished = true }
        unfinished.append(slot)
    }
}

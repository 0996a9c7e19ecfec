internal import CommyBase
internal import CommyWire

// What this process holds of messages that come in. Credit goes back when there is room for more,
// not when bytes have come: `SessionLimits.receivedBytes`. Requests and answers have half of it
// each, so that a handler that waits for an answer never waits for room that it takes itself.
extension SessionClient {
    private func message(_ slot: Int, _ serial: UInt32) -> ReceiveBudget.Message {
        ReceiveBudget.Message(slot: UInt32(slot), serial: serial)
    }

    mutating func requestHeld(_ slot: Int, _ key: StreamKey, _ count: Int) {
        let message = message(slot, served[slot].serial)
        let isFirst = served[slot].withheld == 0
        if requestBudget.received(count, of: message, isFirst: isFirst) {
            link.used(key, count, at: now)
        } else {
            served[slot].withheld += count
        }
        budgetChanged()
    }

    mutating func answerHeld(_ slot: Int, _ key: StreamKey, _ count: Int) {
        let message = message(slot, calls[slot].serial)
        let isFirst = calls[slot].withheld == 0
        if answerBudget.received(count, of: message, isFirst: isFirst) {
            link.used(key, count, at: now)
        } else {
            calls[slot].withheld += count
        }
        budgetChanged()
    }

    /// A request is complete or given up, before its body is taken away.
    mutating func requestComplete(_ slot: Int) {
        let withheld = served[slot].withheld
        served[slot].withheld = 0
        requestBudget.ended(
            message(slot, served[slot].serial), served[slot].body.count, withheld: withheld)
        // Only the link's: the stream needs no more.
        if withheld > 0 { link.release(withheld, at: now) }
    }

    mutating func answerComplete(_ slot: Int) {
        let withheld = calls[slot].withheld
        calls[slot].withheld = 0
        answerBudget.ended(
            message(slot, calls[slot].serial), calls[slot].body.count, withheld: withheld)
        if withheld > 0 { link.release(withheld, at: now) }
    }

    /// Windows grow only while there is much room. When credit is withheld of so much that the
    /// link itself is about to stop, the newest message is given up: waiting may not hold up what
    /// has room.
    private mutating func budgetChanged() {
        link.growsStreams = requestBudget.isEasy && answerBudget.isEasy
        while requestBudget.withheld + answerBudget.withheld > Int(link.window.size / 2) {
            guard refuseNewest() else { return }
        }
    }

    /// Gives back credit for which there is room again.
    mutating func payWithheld() {
        while let message = requestBudget.next() {
            let slot = Int(message.slot)
            precondition(served[slot].serial == message.serial, "who waits is there")
            let count = served[slot].withheld
            served[slot].withheld = 0
            requestBudget.paid(count)
            if let key = served[slot].key { link.used(key, count, at: now) }
        }
        while let message = answerBudget.next() {
            let slot = Int(message.slot)
            precondition(calls[slot].serial == message.serial, "who waits is there")
            let count = calls[slot].withheld
            calls[slot].withheld = 0
            answerBudget.paid(count)
            if let key = calls[slot].key { link.used(key, count, at: now) }
        }
    }

    /// Resets the newest stream of those that wait for room. False when none waits.
    private mutating func refuseNewest() -> Bool {
        // Serials of both kinds come from one counter.
        var newest: (slot: Int, serial: UInt32, isServed: Bool)?
        for slot in served.indices where served[slot].withheld > 0 {
            guard served[slot].serial > newest?.serial ?? 0 else { continue }
            newest = (slot, served[slot].serial, true)
        }
        for slot in calls.indices where calls[slot].withheld > 0 {
            guard calls[slot].serial > newest?.serial ?? 0 else { continue }
            newest = (slot, calls[slot].serial, false)
        }
        guard let newest else { return false }
        let detail = "no room for another message"
        if newest.isServed {
            if let key = served[newest.slot].key {
                link.sendReset(key, .overloaded, delivered: .no, detail: detail)
            }
            served[newest.slot].key = nil
            freeServed(newest.slot)
        } else {
            failCall(
                newest.slot, CommyError(.overloaded, detail), delivered: .maybe,
                tells: .overloaded)
        }
        return true
    }

    func checkBudgets() {
        var (assembling, withheld, handedOut) = (0, 0, 0)
        for request in served where request.isOpen {
            assembling += request.body.count
            withheld += request.withheld
            handedOut += request.handedOut
        }
        precondition(requestBudget.assembling == assembling)
        precondition(requestBudget.withheld == withheld)
        precondition(requestBudget.handedOut == handedOut)
        (assembling, withheld) = (0, 0)
        for call in calls where call.state == .sent {
            assembling += call.body.count
            withheld += call.withheld
        }
        precondition(answerBudget.assembling == assembling)
        precondition(answerBudget.withheld == withheld)
        for slot in link.table.slots.indices where !link.table.slots[slot].id.isLink {
            let stream = link.table.slots[slot]
            let held =
                Int(stream.window.size) - Int(stream.receive.available)
                - Int(stream.window.ungranted)
            precondition(held >= 0, "the node may send more than the window holds")
        }
        precondition(link.heldBytes == requestBudget.withheld + answerBudget.withheld)
    }
}

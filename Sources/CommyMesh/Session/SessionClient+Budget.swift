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
        link.release(count, at: now)
        let message = message(slot, served[slot].serial)
        let isFirst = served[slot].withheld == 0
        if requestBudget.received(count, of: message, isFirst: isFirst) {
            link.regrant(key, count, at: now)
        } else {
            served[slot].withheld += count
        }
        budgetChanged()
    }

    mutating func answerHeld(_ slot: Int, _ key: StreamKey, _ count: Int) {
        link.release(count, at: now)
        let message = message(slot, calls[slot].serial)
        let isFirst = calls[slot].withheld == 0
        if answerBudget.received(count, of: message, isFirst: isFirst) {
            link.regrant(key, count, at: now)
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
    }

    mutating func answerComplete(_ slot: Int) {
        let withheld = calls[slot].withheld
        calls[slot].withheld = 0
        answerBudget.ended(
            message(slot, calls[slot].serial), calls[slot].body.count, withheld: withheld)
    }

    /// Windows grow only while there is much room. What came with credit from before may still be
    /// too much: then waiting has not helped, and the newest message is given up.
    private mutating func budgetChanged() {
        link.growsStreams = requestBudget.isEasy && answerBudget.isEasy
        while requestBudget.isOver, refuseNewestRequest() {}
        while answerBudget.isOver, refuseNewestAnswer() {}
    }

    /// Gives back credit for which there is room again.
    mutating func payWithheld() {
        while let message = requestBudget.next() {
            let slot = Int(message.slot)
            precondition(served[slot].serial == message.serial, "who waits is there")
            let count = served[slot].withheld
            served[slot].withheld = 0
            requestBudget.paid(count)
            if let key = served[slot].key { link.regrant(key, count, at: now) }
        }
        while let message = answerBudget.next() {
            let slot = Int(message.slot)
            precondition(calls[slot].serial == message.serial, "who waits is there")
            let count = calls[slot].withheld
            calls[slot].withheld = 0
            answerBudget.paid(count)
            if let key = calls[slot].key { link.regrant(key, count, at: now) }
        }
    }

    private static let refusal = "no room for another message"

    /// Resets the newest request of those that wait for room. False when none waits.
    private mutating func refuseNewestRequest() -> Bool {
        var newest: (slot: Int, serial: UInt32)?
        for slot in served.indices where served[slot].withheld > 0 {
            guard served[slot].serial > newest?.serial ?? 0 else { continue }
            newest = (slot, served[slot].serial)
        }
        guard let slot = newest?.slot else { return false }
        if let key = served[slot].key {
            link.sendReset(key, .overloaded, delivered: .no, detail: Self.refusal)
        }
        served[slot].key = nil
        freeServed(slot)
        return true
    }

    /// The same for answers.
    private mutating func refuseNewestAnswer() -> Bool {
        var newest: (slot: Int, serial: UInt32)?
        for slot in calls.indices where calls[slot].withheld > 0 {
            guard calls[slot].serial > newest?.serial ?? 0 else { continue }
            newest = (slot, calls[slot].serial)
        }
        guard let slot = newest?.slot else { return false }
        failCall(
            slot, CommyError(.overloaded, Self.refusal), delivered: .maybe, tells: .overloaded)
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
        precondition(link.heldBytes == 0, "the link's credit is not withheld")
    }
}

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
        Self.hold(
            count, of: message, key, &served[slot].withheld, &requestBudget, &link, at: now)
        budgetChanged()
    }

    mutating func answerHeld(_ slot: Int, _ key: StreamKey, _ count: Int) {
        let message = message(slot, calls[slot].serial)
        Self.hold(count, of: message, key, &calls[slot].withheld, &answerBudget, &link, at: now)
        budgetChanged()
    }

    private static func hold(
        _ count: Int, of message: ReceiveBudget.Message, _ key: StreamKey,
        _ withheld: inout Int, _ budget: inout ReceiveBudget, _ link: inout LinkMachine,
        at now: MeshInstant
    ) {
        link.release(count, at: now)
        if budget.received(count, of: message, isFirst: withheld == 0) {
            link.regrant(key, count, at: now)
        } else {
            withheld += count
        }
    }

    /// A request is complete or given up, before its body is taken away.
    mutating func requestComplete(_ slot: Int) {
        let message = message(slot, served[slot].serial)
        requestBudget.ended(
            message, served[slot].body.count, withheld: Self.take(&served[slot].withheld))
    }

    mutating func answerComplete(_ slot: Int) {
        let message = message(slot, calls[slot].serial)
        answerBudget.ended(
            message, calls[slot].body.count, withheld: Self.take(&calls[slot].withheld))
    }

    private static func take(_ withheld: inout Int) -> Int {
        defer { withheld = 0 }
        return withheld
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
            let count = Self.take(&served[slot].withheld)
            requestBudget.paid(count)
            if let key = served[slot].key { link.regrant(key, count, at: now) }
        }
        while let message = answerBudget.next() {
            let slot = Int(message.slot)
            precondition(calls[slot].serial == message.serial, "who waits is there")
            let count = Self.take(&calls[slot].withheld)
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

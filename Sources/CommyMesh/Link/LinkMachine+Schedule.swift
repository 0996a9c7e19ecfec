internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// Moves waiting frames into the output, the most urgent first, while there is room and credit.
    mutating func pump() {
        guard !scheduler.isEmpty || !starved.isEmpty else { return }
        while output.count < limits.committedOutput, let slot = nextToSend() { sendOne(slot) }
    }

    /// With credit of the link, who wanted only that takes part again, one by one: a little credit
    /// costs no walk over all.
    private mutating func nextToSend() -> Int? {
        if sendWindow.available > 0, starved.isAsUrgent(as: scheduler), let slot = starved.next() {
            table[slot].marks.remove(.starved)
            return slot
        }
        guard let slot = scheduler.next() else { return nil }
        table[slot].marks.remove(.listed)
        return slot
    }

    /// Lets a stream take part in the schedule, if something of it waits that could go.
    mutating func list(_ slot: Int) {
        guard table[slot].backlog >= 0, table[slot].marks.isDisjoint(with: [.listed, .starved])
        else { return }
        table[slot].marks.insert(.listed)
        scheduler.append(slot, table[slot].priority)
    }

    /// Sends one frame of a stream's backlog, or what credit allows of it. A stream that may send
    /// nothing leaves the schedule until credit comes.
    private mutating func sendOne(_ slot: Int) {
        let number = Int(table[slot].backlog)
        guard number >= 0, let first = backlogs[number].first else { return }
        let id = table[slot].id
        var count = first.byteCount
        if first.kind == .data {
            let credit = min(sendWindow.available, table[slot].send.available)
            count = min(count, Int(credit))
            guard count > 0 else {
                if table[slot].send.available > 0 { starve(slot) }
                return
            }
            let isSound = sendWindow.spend(UInt32(count)) && table[slot].send.spend(UInt32(count))
            precondition(isSound, "the windows were asked before")
        }
        // Taken out and put back, so that the output and the backlog are not one access.
        var backlog = StreamBacklog()
        swap(&backlog, &backlogs[number])
        backlog.takeFirst(limit: count) { frame, payload in
            _ = write {
                FrameHeader(
                    kind: frame.kind, flags: frame.flags, stream: id,
                    payloadCount: payload.byteCount
                ).encode(into: &$0)
                $0.raw(payload)
            }
        }
        let isEmpty = backlog.isEmpty
        swap(&backlog, &backlogs[number])
        if isEmpty {
            freeBacklog(number)
            table[slot].backlog = -1
        } else {
            list(slot)
        }
        let isOver = table[slot].hasEnded
        if first.kind == .data || isOver {
            drained.append(
                Drained(
                    binding: table[slot].binding,
                    byteCount: first.kind == .data ? count : 0, isOver: isOver))
        }
        removeIfOver(slot)
    }

    /// Credit of its own is there; the link's is used up.
    private mutating func starve(_ slot: Int) {
        table[slot].marks.insert(.starved)
        starved.append(slot, table[slot].priority)
    }

    /// A backlog for a stream that has to wait.
    mutating func takeBacklog() -> Int {
        guard let free = freeBacklogs.popLast() else {
            backlogs.append(StreamBacklog())
            return backlogs.count - 1
        }
        keptMemory -= backlogs[Int(free)].memory
        return Int(free)
    }

    /// Nothing waits in it any more. It keeps its memory for the next stream if all free ones
    /// together do not keep too much.
    private mutating func freeBacklog(_ number: Int) {
        let mayKeep = keptMemory + backlogs[number].memory <= StreamBacklog.keptMemory
        backlogs[number].removeAll(keepsMemory: mayKeep)
        keptMemory += backlogs[number].memory
        freeBacklogs.append(Int32(number))
    }

    mutating func removeIfOver(_ slot: Int) {
        if table[slot].hasEnded { remove(slot) }
    }

    /// Takes a stream out of the table, and what waits of it out of the schedule.
    mutating func remove(_ slot: Int) {
        let stream = table.slots[slot]
        if stream.marks.contains(.listed) { scheduler.remove(slot, stream.priority) }
        if stream.marks.contains(.starved) { starved.remove(slot, stream.priority) }
        if stream.backlog >= 0 { freeBacklog(Int(stream.backlog)) }
        if stream.id.opener == side { ownCount -= 1 } else { peerCount -= 1 }
        table.remove(slot)
    }

    /// What waits of all streams, in bytes of DATA.
    var waitingBytes: Int {
        var sum = 0
        for backlog in backlogs { sum += backlog.dataCount }
        return sum
    }

    /// Bytes of the peer's DATA that lie with this side's owner.
    var heldBytes: Int {
        Int(window.size) - Int(receiveWindow.available) - Int(window.ungranted)
    }

    func checkInvariants() {
        table.checkInvariants()
        precondition(ownCount + peerCount == table.count)
        precondition(output.count <= limits.outputBytes)
        precondition(heldBytes >= 0, "the peer may send more than the window holds")
        precondition(window.size <= max(limits.linkWindow, limits.linkWindowLimit))
        precondition(takenBytes + UInt64(output.count) == queuedBytes)
        var waiting = 0
        for slot in table.slots.indices {
            let stream = table.slots[slot]
            guard !stream.id.isLink else { continue }
            precondition(!stream.hasEnded, "a stream that is over stays in the table")
            if stream.backlog >= 0 {
                waiting += 1
                precondition(!backlogs[Int(stream.backlog)].isEmpty)
            }
        }
        precondition(waiting + freeBacklogs.count == backlogs.count)
        precondition(keptMemory <= StreamBacklog.keptMemory)
        precondition(
            starved.isEmpty || sendWindow.available == 0 || output.count >= limits.committedOutput,
            "who waits for credit of the link gets it")
    }
}

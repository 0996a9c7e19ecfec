internal import CommyBase
internal import CommyWire

extension Node {
    /// Every stream of a connection is bound to a call that names it, or to nothing.
    func checkBindings(_ slot: Int) {
        let machine = links[slot].machine
        for index in machine.table.slots.indices {
            let stream = machine.table.slots[index]
            guard !stream.id.isLink, stream.binding != .max else { continue }
            let number = Int(stream.binding)
            precondition(calls[number].marks.contains(.isOpen), "a stream of a call that is over")
            let place = StreamPlace(
                link: slot, generation: links[slot].generation,
                key: StreamKey(slot: UInt32(index), id: stream.id))
            precondition(
                stream.id.opener == machine.side
                    ? calls[number].down == place : calls[number].up == place,
                "a stream of another call")
        }
    }

    /// A call has a caller; its deadline is armed; what it holds lies in a backlog.
    func checkCall(_ number: Int) {
        let call = calls[number]
        precondition(callDeadlines.deadline(of: UInt32(number)) == call.deadline)
        precondition(call.replayed >= 0)
        precondition(call.up != nil, "a call without a caller")
        precondition(
            call.down != nil || call.marks.contains(.requestEnded) || call.isCounted == false)
    }
}

internal import CommyBase
internal import CommyWire

// What local processes watch, and how it is told to them as they read.
extension Node {
    mutating func watch(
        _ request: UInt32, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(SessionRefusal) {
        let scope: WatchScope
        do { scope = try WatchScope(decoding: payload, at: ControlHead.byteCount) } catch {
            throw .wire(error)
        }
        guard let session = links[slot].session,
            session.watches.count < limits.watchesPerSession
        else { throw .refused(CommyError(.limitReached, "watches of one process")) }
        let watch = try catalogDoes { [now] catalog throws(CatalogError) in
            try catalog.watch(scope, at: now)
        }
        links[slot].session?.watches.append(SessionRecord.Watch(id: watch, request: request))
        reply(request, slot)
    }

    mutating func unwatch(_ request: UInt32, _ slot: Int) {
        guard let watches = links[slot].session?.watches,
            let place = watches.firstIndex(where: { $0.request == request })
        else { return }
        catalog.unwatch(watches[place].id)
        links[slot].session?.watches.remove(at: place)
    }

    /// The catalog has something for a watcher. Who reads slowly gets it when there is room: the
    /// catalog keeps the last state of each instance meanwhile, not each change.
    mutating func tellWatcher(_ watch: WatchID) {
        for slot in links.indices where links[slot].phase == .session {
            guard let watches = links[slot].session?.watches,
                let place = watches.firstIndex(where: { $0.id == watch })
            else { continue }
            tell(slot, place)
            return
        }
    }

    /// Events in one frame: each has at most about 4.2 KiB.
    private static let eventsPerFrame = 12

    private mutating func tell(_ slot: Int, _ place: Int) {
        while links[slot].phase == .session {
            guard let watch = links[slot].session?.watches[place] else { return }
            guard links[slot].machine.output.count < limits.link.committedOutput else {
                links[slot].session?.watches[place].isWaiting = true
                return
            }
            let events = catalog.takeEvents(watch.id, limit: Self.eventsPerFrame)
            guard !events.isEmpty else { return }
            links[slot].session?.watches[place].sequence &+= 1
            let head = EventHead(watch: watch.request, sequence: watch.sequence)
            withMachine(slot) { machine in
                _ = machine.write { writer in
                    head.encodeFrame(into: &writer) { body in
                        for event in events { event.encode(into: &body) }
                    }
                }
            }
        }
    }

    /// There is room again in a session's output.
    mutating func resumeSession(_ slot: Int) {
        guard links[slot].phase == .session else { return }
        continueAnswers(slot)
        guard let watches = links[slot].session?.watches else { return }
        for place in watches.indices where watches[place].isWaiting {
            links[slot].session?.watches[place].isWaiting = false
            tell(slot, place)
        }
    }
}

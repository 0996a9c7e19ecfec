internal import CommyBase
internal import CommyWire

// What local processes ask of their node.
extension Node {
    mutating func sessionGreeted(_ slot: Int, _ facts: HelloFacts) {
        guard facts.mesh == nil || facts.mesh == configuration.mesh else {
            closeLink(slot, .wrongTrustDomain, facts.mesh?.text ?? "", isGone: false)
            return
        }
        links[slot].session?.isAdministrator = facts.role == .admin
        links[slot].session?.build = facts.build
        let own = ownFacts(.session)
        withMachine(slot) { [now] in $0.accept(own, at: now) }
        armLink(slot)
    }

    /// A process is gone, politely or not: what it served is served no more.
    mutating func sessionEnded(_ slot: Int) {
        guard let session = links[slot].session else { return }
        for number in session.instances {
            instances[number] = nil
            // It may have deregistered meanwhile.
            try? catalog.deregister(InstanceID(node: id, number: number), at: now)
        }
        for watch in session.watches { catalog.unwatch(watch.id) }
        links[slot].session?.instances = []
        links[slot].session?.watches = []
        catalogIsDue = true
    }

    mutating func controlReceived(_ slot: Int, _ payload: borrowing RawSpan) -> LinkFault? {
        let head: ControlHead
        do { head = try ControlHead(decoding: payload) } catch {
            return LinkFault(error, in: .control)
        }
        do { try perform(head, slot, payload) } catch {
            switch error {
            case .wire(let error): return LinkFault(error, in: .control)
            case .refused(let error): fail(head.request, error, slot)
            }
        }
        // At once, so that a call that follows in the same bytes finds what was registered.
        serveCatalog()
        return nil
    }

    /// Why a request is not done: it cannot be read, which ends the session, or it is refused.
    private enum Refusal: Error {
        case wire(WireError)
        case refused(CommyError)
    }

    private mutating func perform(
        _ head: ControlHead, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(Refusal) {
        var reader = ByteReader(at: ControlHead.byteCount)
        switch head.verb {
        case .register: try register(head.request, slot, &reader, payload)
        case .update:
            let instance = try ownInstance(slot, &reader, payload)
            let offer = try Self.offer(&reader, payload)
            try catalogDoes { [now] catalog throws(CatalogError) in
                try catalog.update(instance, to: offer, at: now)
            }
            reply(head.request, slot)
        case .drain:
            let instance = try ownInstance(slot, &reader, payload)
            instances[instance.number]?.isDraining = true
            try catalogDoes { [now] catalog throws(CatalogError) in
                try catalog.drain(instance, at: now)
            }
            reply(head.request, slot)
        case .deregister:
            let instance = try ownInstance(slot, &reader, payload)
            instances[instance.number] = nil
            links[slot].session?.instances.removeAll { $0 == instance.number }
            try catalogDoes { [now] catalog throws(CatalogError) in
                try catalog.deregister(instance, at: now)
            }
            reply(head.request, slot)
        case .watch: try watch(head.request, slot, payload)
        case .unwatch:
            let request: UInt32
            do { request = try reader.u32(payload) } catch { throw .wire(error) }
            unwatch(request, slot)
            reply(head.request, slot)
        case .query:
            let query: ControlQuery
            do {
                query = try ControlQuery(
                    decoding: payload.extracting(droppingFirst: ControlHead.byteCount))
            } catch { throw .wire(error) }
            reply(head.request, slot, rows: rows(for: query))
        case .order: try obey(head.request, slot, payload)
        }
    }

    private mutating func obey(
        _ request: UInt32, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(Refusal) {
        let order: ControlOrder
        do {
            order = try ControlOrder(
                decoding: payload.extracting(droppingFirst: ControlHead.byteCount))
        } catch { throw .wire(error) }
        guard links[slot].session?.isAdministrator == true else {
            throw .refused(CommyError(.permissionDenied, "only an administrator gives orders"))
        }
        do {
            switch order {
            case .stop, .join: break
            case .beginRotation(let anchor, let isReplacing):
                try trust.begin(anchor, replacing: isReplacing, at: now)
            case .proceedRotation(let absent): try trust.proceed(absent: absent, at: now)
            }
        } catch { throw .refused(error.error) }
        reply(request, slot)
        trustIsDue = true
        switch order {
        case .stop(let span): stop(within: span)
        case .join(let addresses):
            seeds.add(addresses, at: now)
            peersAreDue = true
        case .beginRotation, .proceedRotation: break
        }
    }

    private mutating func register(
        _ request: UInt32, _ slot: Int, _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(Refusal) {
        let offer = try Self.offer(&reader, payload)
        guard stopping == .no else { throw .refused(CommyError(.peerShuttingDown)) }
        guard let session = links[slot].session,
            session.instances.count < limits.instancesPerSession
        else { throw .refused(CommyError(.limitReached, "instances of one process")) }
        let instance = try catalogDoes { [now] catalog throws(CatalogError) in
            try catalog.register(offer, at: now)
        }
        instances[instance.number] = LocalInstance(link: slot)
        links[slot].session?.instances.append(instance.number)
        catalogIsDue = true
        reply(request, slot) { $0.instance(instance) }
    }

    private static func offer(
        _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(Refusal) -> ServiceOffer {
        do {
            let offer = try ServiceOffer(reading: &reader, payload)
            try reader.expectEnd(payload)
            return offer
        } catch { throw .wire(error) }
    }

    /// An instance that this very process has registered.
    private func ownInstance(
        _ slot: Int, _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(Refusal) -> InstanceID {
        let instance: InstanceID
        do { instance = try reader.instance(payload) } catch { throw .wire(error) }
        guard instance.node == id, instances[instance.number]?.link == slot else {
            throw .refused(CommyError(.noSuchInstance, instance.description))
        }
        return instance
    }

    private mutating func catalogDoes<Value>(
        _ body: (inout Catalog) throws(CatalogError) -> Value
    ) throws(Refusal) -> Value {
        do { return try body(&catalog) } catch {
            switch error {
            case .noSuchInstance: throw .refused(CommyError(.noSuchInstance))
            case .anotherService:
                throw .refused(
                    CommyError(.invalidArgument, "an instance keeps its service for life"))
            case .invalidOffer(let field):
                throw .refused(CommyError(.invalidArgument, "offer: \(field)"))
            case .limitReached(let table):
                throw .refused(CommyError(.limitReached, "\(table)"))
            }
        }
    }

    private mutating func watch(
        _ request: UInt32, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(Refusal) {
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

    private mutating func unwatch(_ request: UInt32, _ slot: Int) {
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
            links[slot].session?.watches[place].sequence += 1
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

    /// There is room again in a connection's output.
    mutating func resumeWatches(_ slot: Int) {
        guard links[slot].phase == .session, let watches = links[slot].session?.watches else {
            return
        }
        for place in watches.indices where watches[place].isWaiting {
            links[slot].session?.watches[place].isWaiting = false
            tell(slot, place)
        }
    }

    private mutating func reply(
        _ request: UInt32, _ slot: Int, _ body: (inout ByteWriter) -> Void = { _ in }
    ) {
        withMachine(slot) { machine in
            _ = machine.write {
                ControlReplyHead(request: request).encodeFrame(into: &$0, body)
            }
        }
    }

    private mutating func fail(_ request: UInt32, _ error: CommyError, _ slot: Int) {
        withMachine(slot) { machine in
            _ = machine.write {
                ControlReplyHead(request: request, failure: error.code).encodeFrame(into: &$0) {
                    $0.text(error.detail)
                }
            }
        }
    }

    /// Rows in as many replies as they need.
    private mutating func reply(_ request: UInt32, _ slot: Int, rows: [String]) {
        let room = WireLimits.framePayload - ControlReplyHead.byteCount
        var start = 0
        repeat {
            var end = start
            var bytes = 0
            while end < rows.count, bytes + rows[end].utf8.count + 5 <= room {
                bytes += rows[end].utf8.count + 5
                end += 1
            }
            precondition(end > start || rows.isEmpty, "a row is larger than a frame")
            let part = rows[start..<end]
            let head = ControlReplyHead(request: request, isPart: end < rows.count)
            withMachine(slot) { machine in
                _ = machine.write {
                    head.encodeFrame(into: &$0) { for row in part { $0.text(row) } }
                }
            }
            start = end
        } while start < rows.count
    }
}

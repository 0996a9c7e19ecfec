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
        links[slot].session?.answers = []
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
    enum SessionRefusal: Error {
        case wire(WireError)
        case refused(CommyError)
    }

    private mutating func perform(
        _ head: ControlHead, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(SessionRefusal) {
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
            let instance = try ownInstance(slot, &reader, payload, isLast: true)
            instances[instance.number]?.isDraining = true
            try catalogDoes { [now] catalog throws(CatalogError) in
                try catalog.drain(instance, at: now)
            }
            reply(head.request, slot)
        case .deregister:
            let instance = try ownInstance(slot, &reader, payload, isLast: true)
            instances[instance.number] = nil
            links[slot].session?.instances.removeAll { $0 == instance.number }
            try catalogDoes { [now] catalog throws(CatalogError) in
                try catalog.deregister(instance, at: now)
            }
            reply(head.request, slot)
        case .watch: try watch(head.request, slot, payload)
        case .unwatch:
            let request: UInt32
            do {
                request = try reader.u32(payload)
                try reader.expectEnd(payload)
            } catch { throw .wire(error) }
            unwatch(request, slot)
            reply(head.request, slot)
        case .query:
            let query: ControlQuery
            do {
                query = try ControlQuery(
                    decoding: payload.extracting(droppingFirst: ControlHead.byteCount))
            } catch { throw .wire(error) }
            do { try answer(head.request, slot, rows(for: query)) } catch {
                throw .refused(error)
            }
        case .order: try obey(head.request, slot, payload)
        }
    }

    private mutating func obey(
        _ request: UInt32, _ slot: Int, _ payload: borrowing RawSpan
    ) throws(SessionRefusal) {
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
    ) throws(SessionRefusal) {
        let offer = try Self.offer(&reader, payload)
        guard stopping == .no else { throw .refused(CommyError(.peerShuttingDown)) }
        guard let session = links[slot].session,
            session.instances.count < limits.instancesPerSession
        else { throw .refused(CommyError(.limitReached, "instances of one process")) }
        let instance = try catalogDoes { [now] catalog throws(CatalogError) in
            try catalog.register(offer, at: now)
        }
        instances[instance.number] = LocalInstance(link: slot, service: offer.service)
        links[slot].session?.instances.append(instance.number)
        catalogIsDue = true
        reply(request, slot) { $0.instance(instance) }
    }

    private static func offer(
        _ reader: inout ByteReader, _ payload: borrowing RawSpan
    ) throws(SessionRefusal) -> ServiceOffer {
        do {
            let offer = try ServiceOffer(reading: &reader, payload)
            try reader.expectEnd(payload)
            return offer
        } catch { throw .wire(error) }
    }

    /// An instance that this very process has registered; `isLast` when nothing may follow it.
    private func ownInstance(
        _ slot: Int, _ reader: inout ByteReader, _ payload: borrowing RawSpan, isLast: Bool = false
    ) throws(SessionRefusal) -> InstanceID {
        let instance: InstanceID
        do {
            instance = try reader.instance(payload)
            if isLast { try reader.expectEnd(payload) }
        } catch { throw .wire(error) }
        guard instance.node == id, instances[instance.number]?.link == slot else {
            throw .refused(CommyError(.noSuchInstance, instance.description))
        }
        return instance
    }

    mutating func catalogDoes<Value>(
        _ body: (inout Catalog) throws(CatalogError) -> Value
    ) throws(SessionRefusal) -> Value {
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
}

public import CommyBase
internal import CommyWire

extension SessionClient {
    /// Offers a service; answered by `.registered`.
    public mutating func register(_ offer: ServiceOffer, at now: MeshInstant) -> RequestID {
        ask(.register, .instance, at: now) { offer.encode(into: &$0) }
    }

    /// Replaces what an instance of this session offers; answered by `.done`.
    public mutating func update(
        _ instance: InstanceID, to offer: ServiceOffer, at now: MeshInstant
    ) -> RequestID {
        ask(.update, .nothing, at: now) {
            $0.instance(instance)
            offer.encode(into: &$0)
        }
    }

    /// The instance finishes what it has and is sent nothing new; answered by `.done`.
    public mutating func drain(_ instance: InstanceID, at now: MeshInstant) -> RequestID {
        ask(.drain, .nothing, at: now) { $0.instance(instance) }
    }

    public mutating func deregister(_ instance: InstanceID, at now: MeshInstant) -> RequestID {
        ask(.deregister, .nothing, at: now) { $0.instance(instance) }
    }

    /// Watches the catalog: `.done`, then a snapshot and every change as `.event` of this request.
    public mutating func watch(_ scope: WatchScope, at now: MeshInstant) -> RequestID {
        ask(.watch, .watch, at: now) { scope.encode(into: &$0) }
    }

    /// Ends a watch; answered by `.done` of its own request.
    public mutating func unwatch(_ watch: RequestID, at now: MeshInstant) -> RequestID {
        if let index = index(of: watch.number) { requests.remove(at: index) }
        return ask(.unwatch, .nothing, at: now) { $0.u32(watch.number) }
    }

    /// Asks the node; answered by `.rows`.
    public mutating func query(_ query: ControlQuery, at now: MeshInstant) -> RequestID {
        ask(.query, .rows, at: now) { query.encode(into: &$0) }
    }

    /// Orders the node to do something; only administrators may. Answered by `.done`.
    public mutating func order(_ order: ControlOrder, at now: MeshInstant) -> RequestID {
        ask(.order, .nothing, at: now) { order.encode(into: &$0) }
    }

    private mutating func ask(
        _ verb: ControlVerb, _ asked: Asked, at now: MeshInstant,
        _ body: (inout ByteWriter) -> Void
    ) -> RequestID {
        begin(at: now)
        let id = RequestID(number: nextRequest)
        nextRequest &+= 1
        guard state != .ended else {
            outputs.append(.failed(id, CommyError(.notAttached, "the session is over")))
            return id
        }
        guard requests.count < configuration.limits.requests else {
            outputs.append(.failed(id, CommyError(.limitReached, "requests of one session")))
            return id
        }
        requests.append(PendingRequest(number: id.number, asked: asked))
        let head = ControlHead(request: id.number, verb: verb)
        if state == .attaching {
            var writer = ByteWriter(capacity: 256)
            head.encodeFrame(into: &writer, body)
            controls.append(writer.bytes)
        } else {
            link.write { head.encodeFrame(into: &$0, body) }
        }
        settle()
        return id
    }

    mutating func messageReceived(
        _ kind: FrameKind, _ payload: borrowing RawSpan
    ) -> LinkFault? {
        do {
            if kind == .event {
                try eventReceived(payload)
            } else {
                try replyReceived(payload)
            }
            return nil
        } catch {
            return LinkFault(error, in: kind)
        }
    }

    private mutating func replyReceived(_ payload: borrowing RawSpan) throws(WireError) {
        let head = try ControlReplyHead(decoding: payload)
        // Benign race: the watch was given up here while its reply was under way.
        guard let index = index(of: head.request) else { return }
        let id = RequestID(number: head.request)
        var reader = ByteReader(at: ControlReplyHead.byteCount)
        if let code = head.failure {
            let detail = try reader.text(limit: WireLimits.errorDetail, "detail", payload)
            try reader.expectEnd(payload)
            requests.remove(at: index)
            outputs.append(.failed(id, CommyError(code, detail)))
            return
        }
        switch requests[index].asked {
        case .instance:
            let instance = try reader.instance(payload)
            try reader.expectEnd(payload)
            outputs.append(.registered(id, instance))
        case .nothing:
            try reader.expectEnd(payload)
            outputs.append(.done(id))
        case .watch:
            try reader.expectEnd(payload)
            requests[index].isStanding = true
            outputs.append(.done(id))
            return
        case .rows:
            while !reader.isAtEnd(payload) {
                let row = try reader.text(limit: WireLimits.framePayload, "row", payload)
                requests[index].rowBytes += row.utf8.count
                requests[index].rows.append(row)
            }
            guard requests[index].rowBytes <= configuration.limits.answerBytes else {
                // What still comes of it is read as the answer to nothing.
                outputs.append(.failed(id, CommyError(.limitReached, "bytes of one answer")))
                break
            }
            guard !head.isPart else { return }
            outputs.append(.rows(id, requests[index].rows))
        }
        requests.remove(at: index)
    }

    private mutating func eventReceived(_ payload: borrowing RawSpan) throws(WireError) {
        let head = try EventHead(decoding: payload)
        guard let index = index(of: head.watch), requests[index].isStanding else { return }
        var reader = ByteReader(at: EventHead.byteCount)
        var events: [WatchEvent] = []
        while !reader.isAtEnd(payload) {
            events.append(try WatchEvent(reading: &reader, payload))
        }
        outputs.append(.event(RequestID(number: head.watch), events))
    }

    private func index(of number: UInt32) -> Int? {
        let place = requests.partitionPoint { $0.number < number }
        return place < requests.count && requests[place].number == number ? place : nil
    }
}

public import CommyBase
public import CommyWire

/// One call that came to this process.
struct ServedCall: Sendable {
    var serial: UInt32 = 0
    var key: StreamKey?
    var open: OpenFrame?
    var deadline: MeshInstant = .never
    var body: [UInt8] = []
    /// Bytes of the body whose credit is withheld.
    var withheld = 0
    /// Bytes of the request that are with the handler.
    var handedOut = 0
    /// The request is whole and was handed out.
    var isHandedOut = false

    var isOpen: Bool { open != nil }
    var wantsAnswer: Bool {
        guard let options = open?.options else { return false }
        return !options.contains(.oneWay) || options.contains(.acknowledge)
    }
}

extension SessionClient {
    /// Answers a request with a success. Nothing happens when nobody waits for it any more.
    public mutating func answer(
        _ id: IncomingID, format: PayloadFormat = .opaque, metadata: Metadata = .empty,
        body: borrowing RawSpan, at now: MeshInstant
    ) {
        begin(at: now)
        answer(id, HeadFrame(format: format, metadata: metadata), body)
        settle()
    }

    /// Answers a request with the failure of its handler.
    public mutating func fail(_ id: IncomingID, _ error: CommyError, at now: MeshInstant) {
        begin(at: now)
        var metadata = Metadata()
        if !error.detail.isEmpty {
            // Too long for a value only if the limits of both disagree; then the code must do.
            try? metadata.append(
                key: Self.detailKey, value: error.detail.cut(toBytes: WireLimits.errorDetail))
        }
        let nothing: [UInt8] = []
        unsafe answer(
            id, HeadFrame(failure: error.code, metadata: metadata), nothing.span.bytes)
        settle()
    }

    /// Turns a request away before any handler has seen it: unlike `fail`, the mesh may give it to
    /// another instance. Nothing happens when nobody waits for it any more.
    public mutating func refuse(_ id: IncomingID, _ error: CommyError, at now: MeshInstant) {
        begin(at: now)
        let slot = Int(id.slot)
        // Benign race: the caller has gone.
        if slot < served.count, served[slot].serial == id.serial, let key = served[slot].key {
            link.sendReset(key, error.code, delivered: .no, detail: error.detail)
            freeServed(slot)
        }
        settle()
    }

    private mutating func answer(
        _ id: IncomingID, _ head: HeadFrame, _ body: borrowing RawSpan
    ) {
        let slot = Int(id.slot)
        // Benign race: the caller has gone.
        guard slot < served.count, served[slot].serial == id.serial, let key = served[slot].key,
            let open = served[slot].open
        else { return }
        defer { freeServed(slot) }
        guard !open.options.contains(.oneWay) else {
            guard open.options.contains(.acknowledge) else { return }
            if let code = head.failure {
                link.sendReset(key, code, delivered: .maybe)
            } else {
                link.sendEnd(key)
            }
            return
        }
        var writer = ByteWriter(capacity: 64)
        head.encode(into: &writer)
        unsafe link.sendHead(key, writer.bytes.span.bytes, ends: body.byteCount == 0)
        if body.byteCount > 0 { link.sendData(key, body, ends: true) }
        _ = link.noteUse(at: now)
    }

    mutating func openReceived(
        _ key: StreamKey, _ payload: borrowing RawSpan, ends: Bool
    ) -> LinkFault? {
        let open: OpenFrame
        do { open = try OpenFrame(decoding: payload) } catch {
            return LinkFault(error, in: .open)
        }
        guard state != .draining else {
            link.sendReset(key, .draining)
            return nil
        }
        serial &+= 1
        let slot = freeServed.popLast().map(Int.init) ?? served.count
        if slot == served.count { served.append(ServedCall()) }
        served[slot].serial = serial
        served[slot].key = key
        served[slot].open = open
        served[slot].deadline = open.remaining.map { now.later(by: $0) } ?? .never
        served[slot].isHandedOut = false
        link.bind(key, to: UInt32(slot))
        if ends { requestEnded(slot) }
        return nil
    }

    mutating func requestReceived(
        _ slot: Int, _ key: StreamKey, _ payload: borrowing RawSpan, ends: Bool
    ) {
        let limit = configuration.limits.messageBytes
        guard served[slot].body.count + payload.byteCount <= limit else {
            link.release(payload.byteCount, at: now)
            link.sendReset(
                key, .messageTooLarge, detail: "the request is above \(limit) bytes")
            freeServed(slot)
            return
        }
        unsafe payload.withUnsafeBytes { unsafe served[slot].body.append(contentsOf: $0) }
        requestHeld(slot, key, payload.byteCount)
        // It may have been given up for want of room.
        if ends, served[slot].key == key { requestEnded(slot) }
    }

    mutating func requestEnded(_ slot: Int) {
        guard let open = served[slot].open else { return }
        served[slot].isHandedOut = true
        requestComplete(slot)
        served[slot].handedOut = served[slot].body.count
        requestBudget.handedOut(served[slot].handedOut)
        let request = IncomingRequest(
            id: IncomingID(slot: UInt32(slot), serial: served[slot].serial), open: open,
            body: served[slot].body, deadline: served[slot].deadline,
            wantsAnswer: served[slot].wantsAnswer)
        served[slot].body = []
        outputs.append(.request(request))
        if !served[slot].wantsAnswer { freeServed(slot) }
    }

    /// The caller broke its call off, or the session ends.
    mutating func cancelServed(_ slot: Int, _ code: ErrorCode) {
        let id = IncomingID(slot: UInt32(slot), serial: served[slot].serial)
        if served[slot].isHandedOut { outputs.append(.requestCancelled(id, code)) }
        freeServed(slot)
    }

    mutating func freeServed(_ slot: Int) {
        if served[slot].isHandedOut {
            requestBudget.handedBack(served[slot].handedOut)
        } else {
            requestComplete(slot)
        }
        served[slot].handedOut = 0
        if let key = served[slot].key { link.unbind(key) }
        served[slot].serial = 0
        served[slot].key = nil
        served[slot].open = nil
        served[slot].body = []
        freeServed.append(UInt32(slot))
    }
}

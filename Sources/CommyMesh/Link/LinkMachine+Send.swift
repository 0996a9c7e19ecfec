internal import CommyBase
internal import CommyWire

extension LinkMachine {
    /// Opens a stream with an OPEN whose payload `body` writes. Nil when the link takes none: ask
    /// `takesStreams` first.
    mutating func openStream(
        _ options: OpenOptions, _ priority: StreamPriority, binding: UInt32, ends: Bool,
        _ body: (inout ByteWriter) -> Void
    ) -> StreamKey? {
        guard takesStreams, let id = nextStream else { return nil }
        nextStream = id.next
        var marks: LinkStream.Marks = ends ? .localEnded : []
        if options.contains(.oneWay) {
            marks.insert(.oneWay)
            // Nothing but a RESET can come back, and only while this half lasts.
            if !options.contains(.acknowledge) { marks.insert(.remoteEnded) }
        }
        let slot = table.insert(
            LinkStream(
                id: id, binding: binding, send: CreditWindow(peerStreamWindow),
                receive: CreditWindow(limits.streamWindow),
                window: StreamWindow(limits.streamWindow), marks: marks, priority: priority,
                openedAt: queuedBytes))
        ownCount += 1
        let key = table.key(slot)
        // Never waits by priority: numbers must rise on the wire, and it is small.
        write {
            FrameHeader.frame(.open, stream: id, flags: ends ? .end : [], into: &$0, body)
        }
        removeIfOver(slot)
        return key
    }

    /// Whether a stream's OPEN may have left this process. The runtime takes bytes in order, so an
    /// OPEN behind all that it took certainly has not.
    func mayHaveLeft(_ key: StreamKey) -> Bool {
        guard let slot = table.find(key) else { return true }
        return table[slot].openedAt < takenBytes
    }

    /// Sends HEAD with this payload.
    mutating func sendHead(_ key: StreamKey, _ payload: borrowing RawSpan, ends: Bool) {
        guard let slot = table.find(key) else { return }
        precondition(!table[slot].marks.contains(.headed), "an answer begins once")
        table[slot].marks.insert(.headed)
        send(slot, .head, payload, ends: ends)
    }

    /// Sends DATA, in as many frames as credit and limits ask for. Returns how many of the bytes
    /// did not go at once; for each of them `popDrained` tells when it goes, which may be now.
    @discardableResult
    mutating func sendData(_ key: StreamKey, _ bytes: borrowing RawSpan, ends: Bool) -> Int {
        guard let slot = table.find(key) else { return 0 }
        guard bytes.byteCount > 0 else {
            if ends { sendEnd(key) }
            return 0
        }
        if bytes.byteCount <= WireLimits.framePayload {
            return send(slot, .data, bytes, ends: ends)
        }
        var waiting = 0
        var offset = 0
        while offset < bytes.byteCount {
            let end = min(offset + WireLimits.framePayload, bytes.byteCount)
            waiting += send(
                slot, .data, bytes.extracting(offset..<end),
                ends: ends && end == bytes.byteCount)
            offset = end
        }
        return waiting
    }

    mutating func sendEnd(_ key: StreamKey) {
        guard let slot = table.find(key) else { return }
        precondition(!table[slot].marks.contains(.localEnded), "a half ends once")
        table[slot].marks.insert(.localEnded)
        if mayGo(slot) {
            write { RawFrame.end(stream: key.id, into: &$0) }
            removeIfOver(slot)
        } else {
            let number = backlogNumber(slot)
            backlogs[number].appendEnd()
            list(slot)
        }
    }

    /// From now on the stream means this to the owner.
    mutating func bind(_ key: StreamKey, to binding: UInt32) {
        if let slot = table.find(key) { table[slot].binding = binding }
    }

    /// The owner is not interested any more; what waits of the stream is still sent.
    mutating func unbind(_ key: StreamKey) { bind(key, to: .max) }

    /// The peer's half is complete and nobody cares for the rest of ours: ends it now, unless it
    /// has ended.
    mutating func abandon(_ key: StreamKey) {
        guard let slot = table.find(key) else { return }
        if table[slot].marks.contains(.localEnded) {
            unbind(key)
        } else {
            sendReset(key, .cancelled, delivered: .maybe)
        }
    }

    /// Breaks a stream off; what waits of it is dropped.
    mutating func sendReset(
        _ key: StreamKey, _ code: ErrorCode, delivered: ErrorCode.Delivery? = nil,
        detail: String = ""
    ) {
        guard let slot = table.find(key) else { return }
        remove(slot)
        guard state != .closed else { return }
        let reset = ResetFrame(code: code, delivered: delivered, detail: detail)
        write { reset.encodeFrame(stream: key.id, into: &$0) }
    }

    /// A part of a backlog that has left since the last call.
    mutating func popDrained() -> Drained? { drained.popFirst() }

    @discardableResult
    private mutating func send(
        _ slot: Int, _ kind: FrameKind, _ payload: borrowing RawSpan, ends: Bool
    ) -> Int {
        precondition(!table[slot].marks.contains(.localEnded), "nothing follows an end")
        let flags: FrameFlags = ends ? .end : []
        if ends { table[slot].marks.insert(.localEnded) }
        let cost = kind == .data ? UInt32(payload.byteCount) : 0
        let id = table[slot].id
        if mayGo(slot), cost <= sendWindow.available, table[slot].send.spend(cost) {
            let isSound = sendWindow.spend(cost)
            precondition(isSound, "the link's window was asked before")
            write {
                FrameHeader(
                    kind: kind, flags: flags, stream: id, payloadCount: payload.byteCount
                ).encode(into: &$0)
                $0.raw(payload)
            }
            removeIfOver(slot)
            return 0
        }
        hold(slot, kind, flags, payload)
        pump()
        return Int(cost)
    }

    /// Whether a frame of this stream may go into the output at once: nothing of the stream waits,
    /// nothing as urgent waits, and the output is not full of what is committed already.
    private func mayGo(_ slot: Int) -> Bool {
        table[slot].backlog < 0 && output.count < limits.committedOutput
            && scheduler.lets(pass: table[slot].priority)
    }

    private mutating func hold(
        _ slot: Int, _ kind: FrameKind, _ flags: FrameFlags, _ payload: borrowing RawSpan
    ) {
        let number = backlogNumber(slot)
        backlogs[number].append(kind, flags, payload)
        list(slot)
    }

    private mutating func backlogNumber(_ slot: Int) -> Int {
        if table[slot].backlog < 0 { table[slot].backlog = Int32(takeBacklog()) }
        return Int(table[slot].backlog)
    }
}

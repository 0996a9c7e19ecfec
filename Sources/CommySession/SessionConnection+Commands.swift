public import CommyBase
public import CommyMesh
public import CommyWire

// Commands; their outcomes are events. Each returns nil (or does nothing) without an open session.
extension SessionConnection {
    /// See `SessionClient.call`.
    public mutating func call(
        _ request: CallRequest, body: borrowing RawSpan, at now: MeshInstant
    ) -> CallID? {
        guard isOpen else { return nil }
        changed(at: now)
        return client?.call(request, body: body, at: now)
    }

    /// See `SessionClient.send`.
    public mutating func send(
        _ request: CallRequest, acknowledged: Bool, body: borrowing RawSpan, at now: MeshInstant
    ) -> CallID? {
        guard isOpen else { return nil }
        changed(at: now)
        return client?.send(request, acknowledged: acknowledged, body: body, at: now)
    }

    public mutating func cancel(_ call: CallID, at now: MeshInstant) {
        changed(at: now)
        client?.cancel(call, at: now)
    }

    /// Answers a request of the present session; those of an earlier one were cancelled.
    public mutating func answer(
        _ request: IncomingID, format: PayloadFormat = .opaque, metadata: Metadata = .empty,
        body: borrowing RawSpan, at now: MeshInstant
    ) {
        changed(at: now)
        client?.answer(request, format: format, metadata: metadata, body: body, at: now)
    }

    public mutating func fail(_ request: IncomingID, _ error: CommyError, at now: MeshInstant) {
        changed(at: now)
        client?.fail(request, error, at: now)
    }

    /// See `SessionClient.refuse`.
    public mutating func refuse(_ request: IncomingID, _ error: CommyError, at now: MeshInstant) {
        changed(at: now)
        client?.refuse(request, error, at: now)
    }

    public mutating func query(_ query: ControlQuery, at now: MeshInstant) -> RequestID? {
        guard isOpen else { return nil }
        changed(at: now)
        return client?.query(query, at: now)
    }

    /// Only an administrator's session may.
    public mutating func order(_ order: ControlOrder, at now: MeshInstant) -> RequestID? {
        guard isOpen else { return nil }
        changed(at: now)
        return client?.order(order, at: now)
    }
}

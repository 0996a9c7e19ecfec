public import CommyBase
internal import CommyMesh
internal import CommyWire
internal import Synchronization

extension Mesh {
    /// Calls a service with a value and reads the answer as one.
    ///
    ///     let receipt: Receipt = try await mesh.call("orders", "place", with: order)
    ///
    /// The mesh chooses the instance: on this host if there is one, else the nearest that is well.
    /// When the task is cancelled, the call is too, and the service is told. Throws:
    /// `deadlineExceeded` when the time was over first, `cancelled`, `noSuchService` and
    /// `noHealthyInstance` when there is nobody to ask, `applicationError` or the code that the
    /// handler threw, `payloadUnreadable` when the answer is no `Response`.
    /// `error.allowsRetry(isIdempotent:)` says whether another attempt is safe.
    public func call<Request: Encodable, Response: Decodable>(
        _ service: String, _ method: String = "", with request: Request,
        returning type: Response.Type = Response.self, options: CallOptions = CallOptions()
    ) async throws(CommyError) -> Response {
        let message = try Message(
            encoding: request, as: options.format ?? configuration.format)
        return try await call(service, method, message: message, options: options)
            .decoded(as: type)
    }

    /// Calls a service with bytes, and returns the answer's.
    public func call(
        _ service: String, _ method: String = "", message: Message,
        options: CallOptions = CallOptions()
    ) async throws(CommyError) -> Message {
        let (request, bytes) = try self.request(service, method, message, options)
        let answer = try await outcome { .call($0, request, bytes, $1) }
        if let failure = answer.failure { throw failure }
        return Message(answer.body, format: answer.format, metadata: answer.metadata)
    }

    /// Sends a value one way: there is no answer to wait for.
    ///
    /// Returns when the message is on its way to the node; whether it arrives, nobody says. With
    /// `acknowledged`, it returns when a handler has taken the message, and throws when none has.
    public func send<Request: Encodable>(
        _ service: String, _ method: String = "", with request: Request,
        acknowledged: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws(CommyError) {
        let message = try Message(
            encoding: request, as: options.format ?? configuration.format)
        try await send(
            service, method, message: message, acknowledged: acknowledged, options: options)
    }

    /// Sends bytes one way.
    public func send(
        _ service: String, _ method: String = "", message: Message, acknowledged: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws(CommyError) {
        let (request, bytes) = try self.request(service, method, message, options)
        _ = try await outcome { .send($0, request, bytes, acknowledged: acknowledged, $1) }
    }

    private func request(
        _ service: String, _ method: String, _ message: Message, _ options: CallOptions
    ) throws(CommyError) -> (CallRequest, [UInt8]) {
        guard let serviceName = ServiceName(service) else {
            throw CommyError(.invalidArgument, "service '\(service)': \(NameRule.words)")
        }
        guard let methodName = MethodName(method) else {
            throw CommyError(
                .invalidArgument, "method '\(method)': at most 255 visible ASCII characters")
        }
        guard let level = UInt8(exactly: options.priority),
            let priority = StreamPriority(rawValue: level)
        else { throw CommyError(.invalidArgument, "priority \(options.priority): 0 to 7") }
        var timeout = options.timeout ?? configuration.callTimeout
        let outer = RequestContext.current
        if let left = outer?.timeLeft { timeout = min(timeout, left) }
        var metadata =
            options.metadata.entries.isEmpty ? message.metadata : options.metadata
        try options.require.write(to: &metadata)
        // A node ends the session of a process that sends conditions which are none.
        try RequirementKeys.check(metadata)
        let request = CallRequest(
            service: serviceName, method: methodName, timeout: timeout, priority: priority,
            format: message.format, isIdempotent: options.isIdempotent,
            correlation: options.correlation, trace: options.trace ?? outer?.trace,
            traceState: options.trace == nil ? outer?.traceState ?? .empty : options.traceState,
            metadata: metadata)
        return (request, message.bytes)
    }

    /// Posts a command and waits for what becomes of it; a cancelled task cancels it.
    private func outcome(
        _ command: (Ticket, CallOutcome) -> MeshCommand
    ) async throws(CommyError) -> Answer {
        let ticket = Ticket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard ticket.post(command(ticket, continuation), to: mailbox) else {
                    continuation.resume(returning: .failure(CommyError(.cancelled)))
                    return
                }
            }
        } onCancel: {
            if ticket.cancel() { mailbox.post(.cancel(ticket)) }
        }
        return try result.get()
    }
}

/// How the outcome of a call reaches the task that waits for it.
typealias CallOutcome = CheckedContinuation<Result<Answer, CommyError>, Never>

/// Names one call of the facade, and keeps the order of its posting and its cancelling.
final class Ticket: Sendable {
    private enum State {
        case new
        case posted
        case cancelled
    }
    private let state = Mutex(State.new)

    /// False when it was cancelled before: nothing is posted then.
    func post(_ command: MeshCommand, to mailbox: Mailbox) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .posted
            mailbox.post(command)
            return true
        }
    }

    /// Whether it was posted, so that the loop has to be told.
    func cancel() -> Bool {
        state.withLock { state in
            guard case .posted = state else {
                state = .cancelled
                return false
            }
            return true
        }
    }
}

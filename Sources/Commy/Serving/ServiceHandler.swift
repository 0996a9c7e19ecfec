internal import CommyBase
internal import CommyWire

/// What a service does, method by method.
///
///     var orders = ServiceHandler()
///     orders.on("place") { (order: Order, _) in try await store.place(order) }
///     orders.on("count") { (_: Nothing, _) in await store.count }
///     try await mesh.serve("orders", orders)
///
/// Handlers run in tasks of their own, many at a time. When the caller gives up or its time is
/// over, the handler's task is cancelled. A `CommyError` that a handler throws reaches the caller
/// as it is; any other error as `applicationError` with its text.
public struct ServiceHandler: Sendable {
    /// A handler of whole messages.
    public typealias Raw = @Sendable (Message, RequestContext) async throws -> Message

    private var methods: [String: Raw] = [:]
    private var fallback: Raw?

    public init() {}

    /// Handles one method with values: the request is read in the format in which it came, and
    /// the answer goes back in the same.
    public mutating func on<
        Request: Decodable & SendableMetatype, Response: Encodable & SendableMetatype
    >(
        _ method: String,
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) {
        methods[method] = Self.raw(handler)
    }

    /// Handles one method with bytes.
    public mutating func onMessage(_ method: String, _ handler: @escaping Raw) {
        methods[method] = handler
    }

    /// Handles every method that has no handler of its own. Without it they fail with
    /// `noSuchMethod`.
    public mutating func onOthers(_ handler: @escaping Raw) { fallback = handler }

    static func raw<Request: Decodable & SendableMetatype, Response: Encodable & SendableMetatype>(
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) -> Raw {
        { message, context in
            let request = try message.decoded(as: Request.self)
            return try Message(encoding: try await handler(request, context), as: message.format)
        }
    }

    /// Does what the method's handler does; every error becomes a `CommyError`.
    func answer(
        _ message: Message, _ context: RequestContext
    ) async -> Result<Message, CommyError> {
        guard let handler = methods[context.method] ?? fallback else {
            return .failure(
                CommyError(.noSuchMethod, "\(context.service) has no '\(context.method)'"))
        }
        do {
            return .success(
                try await RequestContext.$current.withValue(context) {
                    try await handler(message, context)
                })
        } catch let error as CommyError {
            return .failure(error)
        } catch is CancellationError {
            return .failure(CommyError(.cancelled))
        } catch {
            return .failure(CommyError(.applicationError, "\(error)"))
        }
    }
}

/// A request or an answer without contents.
public struct Nothing: Codable, Sendable, Equatable {
    public init() {}
}

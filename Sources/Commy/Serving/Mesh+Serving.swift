public import CommyBase
internal import CommySession

extension Mesh {
    /// Serves a service from now on; returns when it is in the catalog.
    ///
    /// It stays served until `ServedService.stop`, `close` or the end of the process; after the
    /// node's restart it is registered anew by itself. Throws `invalidArgument` for a name or
    /// options that cannot be, `limitReached` when the node has too many.
    @discardableResult
    public func serve(
        _ service: String, _ handler: ServiceHandler, options: ServiceOptions = ServiceOptions()
    ) async throws(CommyError) -> ServedService {
        let offer = try options.offer(service)
        let result = await withCheckedContinuation { continuation in
            mailbox.post(.serve(offer, handler, options.concurrency, continuation))
        }
        return ServedService(service: service, id: try result.get(), mailbox: mailbox)
    }

    /// Serves a service that does one thing with values, whatever method is called.
    ///
    ///     try await mesh.serve("greeter") { (name: String, _) in "Hello, \(name)!" }
    @discardableResult
    public func serve<
        Request: Decodable & SendableMetatype, Response: Encodable & SendableMetatype
    >(
        _ service: String, options: ServiceOptions = ServiceOptions(),
        _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Response
    ) async throws(CommyError) -> ServedService {
        var all = ServiceHandler()
        all.onOthers(ServiceHandler.raw(handler))
        return try await serve(service, all, options: options)
    }

    /// Serves a service that does one thing with bytes.
    @discardableResult
    public func serveMessages(
        _ service: String, options: ServiceOptions = ServiceOptions(),
        _ handler: @escaping ServiceHandler.Raw
    ) async throws(CommyError) -> ServedService {
        var all = ServiceHandler()
        all.onOthers(handler)
        return try await serve(service, all, options: options)
    }
}

/// A service that this process serves. Letting go of the value changes nothing.
public struct ServedService: Sendable {
    public let service: String
    let id: StandingID
    let mailbox: Mailbox

    /// Asks the mesh to send nothing new here, while what is under way is finished. The instance
    /// stays in the catalog, as draining.
    public func drain() { mailbox.post(.drain(id)) }

    /// Takes it out of the catalog. Requests that have arrived are still answered.
    public func stop() { mailbox.post(.withdraw(id)) }
}

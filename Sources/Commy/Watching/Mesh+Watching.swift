public import CommyBase
internal import CommyMesh

extension Mesh {
    /// Who serves a service, now and after every change.
    ///
    ///     for await view in try mesh.watch("orders") {
    ///         print(view.instances.count { $0.state == .ready }, "instances are ready")
    ///     }
    ///
    /// Each element is the whole picture, so a slow reader sees the newest and may miss steps in
    /// between, but never falls behind. It ends when the mesh is closed; leaving the loop ends the
    /// watch.
    public func watch(_ service: String) throws(CommyError) -> AsyncStream<ServiceView> {
        guard let name = ServiceName(service) else {
            throw CommyError(.invalidArgument, "service '\(service)': \(NameRule.words)")
        }
        return watch(.service(name))
    }

    /// Every service of the mesh, now and after every change.
    public func watchAll() -> AsyncStream<ServiceView> { watch(.all) }

    private func watch(_ scope: WatchScope) -> AsyncStream<ServiceView> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServiceView.self, bufferingPolicy: .bufferingNewest(1))
        let ticket = Ticket()
        mailbox.post(.watch(ticket, scope, continuation))
        continuation.onTermination = { [mailbox] _ in mailbox.post(.unwatch(ticket)) }
        return stream
    }
}

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

    /// What a service needs (`ServiceOptions.dependencies`, also of what it needs in turn) and
    /// cannot have, now and after every change.
    ///
    ///     for await view in try mesh.watchDependencies(of: "checkout") {
    ///         print(view.isMet ? "all there" : "missing: \(view.unmet + view.unmetBelow)")
    ///     }
    ///
    /// Ends and reads like `watch`. Nothing is refused because a dependency is missing: what to do
    /// about it is the program's decision.
    public func watchDependencies(
        of service: String
    ) throws(CommyError) -> AsyncStream<DependencyView> {
        guard let name = ServiceName(service) else {
            throw CommyError(.invalidArgument, "service '\(service)': \(NameRule.words)")
        }
        return stream { (.dependencies(of: name), .dependencies($0)) }
    }

    private func watch(_ scope: WatchScope) -> AsyncStream<ServiceView> {
        stream { (scope, .instances($0)) }
    }

    private func stream<View>(
        _ watch: (AsyncStream<View>.Continuation) -> (WatchScope, WatchReader)
    ) -> AsyncStream<View> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: View.self, bufferingPolicy: .bufferingNewest(1))
        let ticket = Ticket()
        let (scope, reader) = watch(continuation)
        mailbox.post(.watch(ticket, scope, reader))
        continuation.onTermination = { [mailbox] _ in mailbox.post(.unwatch(ticket)) }
        return stream
    }
}

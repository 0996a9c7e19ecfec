/// Who reads a watch: pictures of instances, or of dependencies.
enum WatchReader: Sendable {
    case instances(AsyncStream<ServiceView>.Continuation)
    case dependencies(AsyncStream<DependencyView>.Continuation)

    func finish() {
        switch self {
        case .instances(let stream): stream.finish()
        case .dependencies(let stream): stream.finish()
        }
    }
}

internal import CommyLinux
internal import Synchronization

/// Ends a run from another thread, in order: it takes everything down and writes its report.
public final class RunStopper: Sendable {
    private let wakeUp: WakeUp
    private let why = Mutex<String?>(nil)

    public init() throws {
        wakeUp = try WakeUp()
    }

    /// The first call counts.
    public func stop(_ reason: String) {
        why.withLock { $0 = $0 ?? reason }
        wakeUp.signal()
    }

    /// Readable from the moment of `stop` on.
    var descriptor: Int32 { wakeUp.descriptor.raw }
    var reason: String? { why.withLock { $0 } }
}

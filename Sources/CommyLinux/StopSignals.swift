internal import CLinux

/// Turns the signals that end a process into something an epoll loop can wait for: signalfd(2).
///
/// It also blocks SIGPIPE, so that a write to a closed pipe is an error and not a death.
public struct StopSignals: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    /// Blocks SIGTERM, SIGINT, SIGHUP and SIGPIPE for this thread and those that it starts.
    public init() throws(SystemError) {
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGPIPE]
        let raw = unsafe signals.withUnsafeBufferPointer { pointer in
            unsafe clinux_signalfd(pointer.baseAddress!, Int32(pointer.count))
        }
        descriptor = FileDescriptor(owning: try checked(raw, "signalfd"))
    }

    /// What a person or a supervisor asks of a daemon.
    public enum Signal: Sendable, Equatable {
        case terminate, interrupt, hangUp
    }

    /// The next signal that has come; nil when there is none. One that came twice before it was
    /// taken counts once (signal(7)).
    public func take() -> Signal? {
        while true {
            let signal = clinux_signalfd_read(descriptor.raw)
            guard signal > 0 else { return nil }
            switch signal {
            case SIGTERM: return .terminate
            case SIGINT: return .interrupt
            case SIGHUP: return .hangUp
            // SIGPIPE: the write that caused it has said so.
            case _: continue
            }
        }
    }

    /// True when a SIGTERM, SIGINT or SIGHUP has come since the last call.
    public func takeStop() -> Bool {
        var stops = false
        while take() != nil { stops = true }
        return stops
    }
}

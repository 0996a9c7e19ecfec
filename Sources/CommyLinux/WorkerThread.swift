internal import CLinux
internal import Glibc

/// One thread of the operating system that runs a function to its end.
public final class WorkerThread: @unchecked Sendable {
    // Checked by hand: `thread` is written once, before the value leaves `init`.
    private var thread: pthread_t = 0
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Starts it. `name` is what `top -H` shows, at most 15 bytes.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let box = unsafe Unmanaged.passRetained(Body(name, body))
        let error = unsafe pthread_create(
            &thread, nil,
            { argument in
                let body = unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                _ = unsafe clinux_name_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard error == 0 else {
            unsafe box.release()
            throw SystemError(number: error, call: "create thread \(name)")
        }
    }

    /// Waits for its end. Call it once.
    public func join() {
        pthread_join(thread, nil)
    }
}

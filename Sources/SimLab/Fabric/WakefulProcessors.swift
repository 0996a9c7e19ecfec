internal import CLinux
internal import CommyLinux
internal import Foundation
internal import Synchronization

/// Keeps the processors from going to sleep while something is measured.
///
/// A processor that has nothing to do halts; in a virtual machine the hypervisor then has to bring
/// it back, which takes from tens of microseconds to milliseconds, and every delivery that waits
/// for it is late. One thread for each processor spins at the lowest scheduling class (SCHED_IDLE):
/// it takes no time from any program and costs only power. Ends with `stop()` or with this value.
final class WakefulProcessors {
    /// Threads at most: beyond it the programs of a scenario do not fill the machine anyway.
    private static let threadLimit = 8

    private final class Order: Sendable {
        let isOver = Mutex(false)
    }

    private let order = Order()
    private var threads: [WorkerThread] = []

    init() {
        let count = min(ProcessInfo.processInfo.activeProcessorCount, Self.threadLimit)
        for _ in 0..<count {
            let order = order
            // A machine that refuses a thread is merely less sharp.
            let thread = try? WorkerThread(name: "commy-awake") {
                // Without the class it would take time from others.
                guard clinux_idle_thread() == 0 else { return }
                while !order.isOver.withLock({ $0 }) { clinux_linger() }
            }
            if let thread { threads.append(thread) }
        }
    }

    func stop() {
        order.isOver.withLock { $0 = true }
        for thread in threads { thread.join() }
        threads = []
    }

    deinit { stop() }
}

internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import Foundation
internal import Synchronization

/// Keeps the processors from going to sleep while something is measured.
///
/// A processor that has nothing to do halts; in a virtual machine the hypervisor then has to bring
/// it back, which takes from tens of microseconds to milliseconds, and every delivery that waits
/// for it is late. One thread for each processor spins at the lowest scheduling class (SCHED_IDLE):
/// it takes no time from its own process's threads and costs only power. From other sessions it
/// may: where the kernel groups processes (autogroup, containers), the class counts within a group
/// only. So a thread that had to wait knows that the processor is busy, which needs no waking, and
/// leaves it alone for a while; and while somebody sees programs wait, `isResting` stops them all.
/// Ends with `stop()` or with this value.
final class WakefulProcessors {
    /// Threads at most: beyond it the programs of a scenario do not fill the machine anyway.
    private static let threadLimit = 8
    /// A turn of some 50 us that took this long (nanoseconds) was interrupted for the slice of
    /// another program, not by one that only looks after a packet.
    private static let busyTurn: Int64 = 2_000_000
    /// How long a busy processor is left alone: long against its own turns, short against a run.
    private static let pause = Duration.milliseconds(100)

    /// The threads' name, by which `ProcessorWitness` tells them from those that work.
    static let threadName = "commy-awake"

    private final class Order: Sendable {
        let isOver = Mutex(false)
        let isResting = Mutex(false)
    }

    private let order = Order()
    private var threads: [WorkerThread] = []

    /// While it is true no thread spins.
    var isResting: Bool {
        get { order.isResting.withLock { $0 } }
        set { order.isResting.withLock { $0 = newValue } }
    }

    init() {
        let count = min(ProcessInfo.processInfo.activeProcessorCount, Self.threadLimit)
        for _ in 0..<count {
            let order = order
            // A machine that refuses a thread is merely less sharp.
            let thread = try? WorkerThread(name: Self.threadName) {
                // Without the class it would take time from others.
                guard clinux_idle_thread() == 0 else { return }
                let clock = MonotonicClock()
                while !order.isOver.withLock({ $0 }) {
                    let before = clock.now
                    if order.isResting.withLock({ $0 }) {
                        clock.sleep(until: before + Self.pause)
                        continue
                    }
                    clinux_linger()
                    let after = clock.now
                    if (after - before).nanoseconds > Self.busyTurn {
                        clock.sleep(until: after + Self.pause)
                    }
                }
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

internal import CLinux
internal import CommyBase
internal import CommyLinux
internal import Foundation
internal import Synchronization

/// Feels how long programs of ordinary priority wait for a processor.
///
/// The fabric's thread and the generators run before all others where the system lets them, so they
/// never see what the scenario's programs suffer when the machine has other work. One thread for
/// each processor sleeps for two milliseconds at a time at ordinary priority, as a server does that
/// waits for a request, and reports when it came back late. Ends with `stop()` or with this value.
final class OrdinaryWaiters {
    /// Short against a stall that counts; 500 wake-ups a second cost a third of a percent of a
    /// processor.
    private static let nap = Duration.milliseconds(2)
    /// Threads at most: a machine with more processors has one free.
    private static let threadLimit = 8

    private final class Order: Sendable {
        let isOver = Mutex(false)
    }

    private let order = Order()
    private var threads: [WorkerThread] = []

    /// `report` is called on the threads, for each return that was later than `threshold`.
    init(
        clock: MonotonicClock, threshold: Int64 = FabricLoop.stallThreshold,
        report: @escaping @Sendable (FabricStall) -> Void
    ) {
        let count = min(ProcessInfo.processInfo.activeProcessorCount, Self.threadLimit)
        for number in 0..<count {
            let order = order
            // A machine that refuses a thread merely has fewer witnesses.
            let thread = try? WorkerThread(name: "commy-waiter-\(number)") {
                // Each sees what one processor lets wait, however the others are.
                clinux_pin_thread(Int32(number))
                var due = clock.now + Self.nap
                while !order.isOver.withLock({ $0 }) {
                    clock.sleep(until: due)
                    let now = clock.now
                    if (now - due).nanoseconds > threshold {
                        report(FabricStall(end: now, length: now - due))
                    }
                    due = now + Self.nap
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

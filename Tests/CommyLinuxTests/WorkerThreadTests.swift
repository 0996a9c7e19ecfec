import CLinux
import CommyBase
import CommyLinux
import Synchronization
import Testing

struct WorkerThreadTests {
    @Test func `what a thread did is there after its end`() throws {
        let box = Box()
        let threads = try (1...8).map { number in
            try WorkerThread(name: "sum-\(number)") { box.add(number) }
        }
        for thread in threads { thread.join() }
        #expect(box.total == 36)
    }

    @Test func `one thread wakes another out of its wait`() throws {
        let wake = try WakeUp()
        let raw = wake.descriptor.raw
        let box = Box()
        let thread = try WorkerThread(name: "waiter") {
            if clinux_wait_readable(raw, 10_000) == 1 { box.add(1) }
        }
        wake.signal()
        thread.join()
        #expect(box.total == 1)
    }

    private final class Box: Sendable {
        private let sum = Mutex(0)
        var total: Int { sum.withLock { $0 } }
        func add(_ number: Int) { sum.withLock { $0 += number } }
    }
}

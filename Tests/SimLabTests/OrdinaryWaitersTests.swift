import CommyBase
import CommyLinux
import Foundation
import Synchronization
import Testing

@testable import SimLab

struct OrdinaryWaitersTests {
    private final class Reports: Sendable {
        let stalls = Mutex<[FabricStall]>([])
        let signal = DispatchSemaphore(value: 0)
    }

    @Test func `a return later than the threshold is reported, with when and how long`() throws {
        let reports = Reports()
        let clock = MonotonicClock()
        // Nobody comes back before the time, so that with this threshold every return is late.
        let waiters = OrdinaryWaiters(clock: clock, threshold: -1) { stall in
            reports.stalls.withLock { $0.append(stall) }
            reports.signal.signal()
        }
        reports.signal.wait()
        waiters.stop()
        let stalls = reports.stalls.withLock { $0 }
        let first = try #require(stalls.first)
        #expect(first.end > .zero && first.end <= clock.now)
        #expect(first.length >= .zero)
        // After the stop nobody reports.
        #expect(reports.stalls.withLock(\.count) == stalls.count)
    }

    @Test func `a return within the threshold is not`() {
        let reports = Reports()
        let waiters = OrdinaryWaiters(clock: MonotonicClock(), threshold: .max) { _ in
            reports.signal.signal()
        }
        waiters.stop()
        #expect(reports.signal.wait(timeout: .now()) == .timedOut)
    }
}

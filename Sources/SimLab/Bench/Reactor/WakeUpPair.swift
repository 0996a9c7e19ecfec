internal import CommyBase
internal import CommyLinux
internal import CommyReactor
internal import Synchronization

/// Two threads that wake each other in turn, and the time from one to the other.
enum WakeUpPair {
    /// Nanoseconds of one way, by the reactors' wakers.
    static func reactors(rounds: Int) throws -> Double {
        let meeting = Meeting()
        let other = try WorkerThread(name: "bench-wake") {
            do {
                var reactor = try Reactor(clock: .system(MonotonicClock()))
                meeting.other.withLock { $0 = reactor.waker }
                while !meeting.isOver.withLock({ $0 }) {
                    guard case .woken = try reactor.next() else { continue }
                    meeting.own.withLock { $0 }?.wake()
                }
            } catch {
                // The other thread would wait for ever: nothing can be measured.
                preconditionFailure("a reactor failed: \(error)")
            }
        }
        var reactor = try Reactor(clock: .system(MonotonicClock()))
        meeting.own.withLock { $0 = reactor.waker }
        var waker: Waker?
        while waker == nil { waker = meeting.other.withLock { $0 } }
        let clock = MonotonicClock()
        for _ in 0..<rounds {
            waker?.wake()
            while try reactor.next() != .woken {}
        }
        let elapsed = clock.now.nanoseconds
        meeting.isOver.withLock { $0 = true }
        waker?.wake()
        other.join()
        return Double(elapsed) / Double(2 * rounds)
    }

    /// The same by bare event descriptors and poll(2).
    static func bare(rounds: Int) throws -> Double {
        let ends = try Ends()
        let other = try WorkerThread(name: "bench-wake") {
            for _ in 0..<rounds {
                _ = try? ends.other.descriptor.waitReadable(milliseconds: -1)
                ends.other.acknowledge()
                ends.own.signal()
            }
        }
        let clock = MonotonicClock()
        for _ in 0..<rounds {
            ends.other.signal()
            _ = try ends.own.descriptor.waitReadable(milliseconds: -1)
            ends.own.acknowledge()
        }
        let elapsed = clock.now.nanoseconds
        other.join()
        return Double(elapsed) / Double(2 * rounds)
    }

    private final class Meeting: Sendable {
        let own = Mutex<Waker?>(nil)
        let other = Mutex<Waker?>(nil)
        let isOver = Mutex(false)
    }

    private final class Ends: Sendable {
        let own: WakeUp
        let other: WakeUp

        init() throws {
            own = try WakeUp()
            other = try WakeUp()
        }
    }
}

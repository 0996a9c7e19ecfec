import CommyBase
import CommyLinux
import Testing

struct MonotonicClockTests {
    @Test func `time begins at the origin and never goes back`() {
        let clock = MonotonicClock()
        var last = clock.now
        #expect(last >= .zero)
        for _ in 0..<1_000 {
            let now = clock.now
            #expect(now >= last)
            last = now
        }
    }

    @Test func `two clocks with one origin tell the same time`() {
        let clock = MonotonicClock()
        let other = MonotonicClock(originNanoseconds: clock.originNanoseconds)
        let before = clock.now
        let between = other.now
        #expect(before <= between && between <= clock.now)
        let later = MonotonicClock(originNanoseconds: clock.originNanoseconds + 1_000_000_000)
        #expect(later.now < other.now)
    }

    @Test func `a sleep is over at its instant and one in the past at once`() {
        let clock = MonotonicClock()
        let due = clock.now + .milliseconds(2)
        clock.sleep(until: due)
        #expect(clock.now >= due)
        clock.sleep(until: .zero - .seconds(100))
    }

    @Test func `an instant has a wall-clock time`() {
        // 2020-01-01: before every run, after a clock that counts from the machine's start.
        #expect(MonotonicClock().wallClockOfOrigin > 1_577_836_800_000_000_000)
    }
}

internal import CLinux
public import CommyBase

/// The system's monotonic clock, read relative to an origin.
///
/// CLOCK_MONOTONIC is one clock for all processes and namespaces of a machine, so instants of
/// several processes that share an origin can be compared.
public struct MonotonicClock: Sendable {
    /// CLOCK_MONOTONIC's value at this clock's zero, in nanoseconds.
    public let originNanoseconds: Int64

    /// A clock whose zero is now.
    public init() {
        originNanoseconds = clinux_monotonic()
    }

    /// A clock with a stated zero, so that two processes can share it.
    public init(originNanoseconds: Int64) {
        self.originNanoseconds = originNanoseconds
    }

    public var now: MeshInstant {
        MeshInstant(nanoseconds: clinux_monotonic() - originNanoseconds)
    }

    /// The wall-clock time (nanoseconds since 1970) at this clock's zero, as it is known now.
    public var wallClockOfOrigin: Int64 {
        clinux_realtime() - (clinux_monotonic() - originNanoseconds)
    }

    /// The wall clock as it is set now; it may jump.
    public var wallClock: WallInstant { WallInstant(nanosecondsSince1970: clinux_realtime()) }

    /// Blocks the thread until `instant`.
    public func sleep(until instant: MeshInstant) {
        while now < instant {
            clinux_sleep_until(originNanoseconds + instant.nanoseconds)
        }
    }

    /// Has this thread run before ordinary ones whenever the system lets it.
    public static func preferThisThread() {
        clinux_prefer_thread()
    }

    /// Makes this thread's timers end as sharply as the hardware allows (default slack: 50 us).
    public static func sharpenTimersOfThisThread() throws(SystemError) {
        _ = try checked(clinux_set_timer_slack(1), "prctl PR_SET_TIMERSLACK")
    }
}

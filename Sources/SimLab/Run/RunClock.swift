internal import CommyBase
internal import CommyLinux
internal import Synchronization

/// The time that a run counts in: the machine's, or one that the conductor advances.
enum RunClock: Sendable {
    case machine(MonotonicClock)
    case virtual(VirtualTime)

    var now: MeshInstant {
        switch self {
        case .machine(let clock): clock.now
        case .virtual(let time): time.now
        }
    }

    /// What programs of the run take as the zero of their clock.
    var originNanoseconds: Int64 {
        switch self {
        case .machine(let clock): clock.originNanoseconds
        case .virtual: 0
        }
    }

    /// The wall-clock time (nanoseconds since 1970) at the run's zero.
    var wallClockOfOrigin: Int64 {
        switch self {
        case .machine(let clock): clock.wallClockOfOrigin
        case .virtual: VirtualTime.wallClockOfOrigin
        }
    }
}

/// A clock that stands still until it is told to go on.
final class VirtualTime: Sendable {
    /// The first second of 2026, in every run.
    static let wallClockOfOrigin: Int64 = 1_767_225_600_000_000_000

    private let instant = Mutex(MeshInstant.zero)

    var now: MeshInstant { instant.withLock { $0 } }

    func advance(to next: MeshInstant) {
        instant.withLock { instant in
            precondition(next >= instant, "time does not go back")
            instant = next
        }
    }
}

public import CommyBase
public import CommyLinux
public import CommyShm

/// The time of a loop: the system's, or that of a lockstep run.
public enum LoopClock {
    case system(MonotonicClock)
    case lockstep(LockstepMember)

    public var now: MeshInstant {
        switch self {
        case .system(let clock): clock.now
        case .lockstep(let member): member.now
        }
    }

    /// The date, for what certificates state: never for spans, as it may jump.
    public var wallClock: WallInstant {
        switch self {
        case .system(let clock): clock.wallClock
        case .lockstep(let member): WallInstant(nanosecondsSince1970: member.wallClock)
        }
    }

    /// What all random draws of this process come from in a lockstep run; nil in any other.
    public var randomKey: RandomKey? {
        switch self {
        case .system: nil
        case .lockstep(let member): member.randomKey
        }
    }

    /// The lockstep run's when the environment says so, else the system's with this zero.
    public static func ofThisProcess(originNanoseconds: Int64) throws(SystemError) -> LoopClock {
        if let member = try LockstepMember.fromEnvironment() { return .lockstep(member) }
        return .system(MonotonicClock(originNanoseconds: originNanoseconds))
    }

    /// Blocks the thread until `instant`.
    public func sleep(until instant: MeshInstant) {
        switch self {
        case .system(let clock): clock.sleep(until: instant)
        case .lockstep(let member): while member.now < instant { member.park(until: instant) }
        }
    }

    /// True when time stands still while the process runs: there is nothing to gain by polling.
    public var isVirtual: Bool {
        switch self {
        case .system: false
        case .lockstep: true
        }
    }
}

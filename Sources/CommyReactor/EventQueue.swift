public import CommyBase
public import CommyLinux
internal import CommyShm

/// The one place where a thread waits: for descriptors, or for an instant of its clock.
///
/// In a lockstep run the wait gives the token back, so that whatever is built on this loop runs
/// under the wall clock and under a virtual one unchanged.
public struct EventQueue: ~Copyable {
    public let clock: LoopClock
    private var epoll: Epoll

    /// `capacity` bounds the events that one wait returns.
    public init(clock: LoopClock, capacity: Int = 256) throws(SystemError) {
        epoll = try Epoll(capacity: capacity)
        self.clock = clock
    }

    public var now: MeshInstant { clock.now }

    public func add(_ fd: Int32, _ interest: Epoll.Interest, token: UInt64) throws(SystemError) {
        try epoll.add(fd, interest, token: token)
    }

    public func change(_ fd: Int32, _ interest: Epoll.Interest, token: UInt64) throws(SystemError) {
        try epoll.change(fd, interest, token: token)
    }

    /// Call it before the descriptor is closed.
    public func remove(_ fd: Int32) throws(SystemError) { try epoll.remove(fd) }

    /// Waits until something is ready or the instant has come, and returns how many events there
    /// are; a signal or the instant ends the wait with 0.
    public mutating func wait(until instant: MeshInstant) throws(SystemError) -> Int {
        switch clock {
        case .system(let clock):
            let span = instant == .never ? -1 : max(0, (instant - clock.now).nanoseconds)
            return try epoll.wait(nanoseconds: span)
        case .lockstep(let member):
            let ready = try epoll.wait(nanoseconds: 0)
            if ready > 0 {
                member.worked()
                return ready
            }
            if instant <= member.now { return 0 }
            member.park(until: instant)
            let count = try epoll.wait(nanoseconds: 0)
            if count > 0 || instant <= member.now { member.worked() }
            return count
        }
    }

    /// Event `index` of the last wait.
    public func event(at index: Int) -> Epoll.Event { epoll.event(at: index) }
}

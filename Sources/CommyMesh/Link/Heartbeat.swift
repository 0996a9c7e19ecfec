internal import CommyBase

/// Decides when a link asks for a sign of life, and when its silence means something.
///
///     lively --nothing heard for silentAfter--> silent --anything heard--> lively
///                                               silent --lostAfter--> lost
///
/// A link is asked often while it is used and seldom otherwise. The time that counts begins when
/// something was last heard, or when it began to be asked often, whichever is later.
struct Heartbeat: Sendable, Equatable {
    enum State: Sendable, Equatable {
        case lively
        case silent
        case lost
    }
    /// What the owner must do now.
    enum OnTime: Sendable, Equatable {
        case nothing
        /// Send PING with this number.
        case ask(UInt64)
        /// Do not route over it, and ask again.
        case silent(ask: UInt64)
        /// Give it up.
        case lost
    }

    private(set) var state: State = .lively
    private(set) var lastHeard: MeshInstant
    /// When silence began to count.
    private var countsFrom: MeshInstant
    private var activeUntil: MeshInstant
    private var lastAsked: MeshInstant
    /// The number of the last PING; 0 before the first.
    private(set) var sequence: UInt64 = 0

    init(at now: MeshInstant) {
        lastHeard = now
        countsFrom = now
        activeUntil = now
        lastAsked = now
    }

    /// Bytes came. True when the link was silent.
    mutating func heard(at now: MeshInstant) -> Bool {
        lastHeard = now
        countsFrom = now
        guard state == .silent else { return false }
        state = .lively
        return true
    }

    /// A stream uses the link, or somebody wants to know soon. True when it was idle before, so
    /// that `nextDeadline` has moved.
    mutating func used(at now: MeshInstant, _ limits: LinkLimits) -> Bool {
        let wasIdle = now >= activeUntil
        activeUntil = now + limits.activeFor
        guard wasIdle else { return false }
        countsFrom = max(countsFrom, now)
        return true
    }

    /// When `timePassed` is due.
    func nextDeadline(at now: MeshInstant, _ limits: LinkLimits) -> MeshInstant {
        let isActive = now < activeUntil
        let ask = lastAsked + (isActive ? limits.heartbeatActive : limits.heartbeatIdle)
        switch state {
        case .lively:
            return min(
                ask, countsFrom + (isActive ? limits.silentAfter : limits.silentAfterIdle))
        case .silent: return min(ask, countsFrom + limits.lostAfter)
        case .lost: return .never
        }
    }

    /// This process itself stood still and has heard nobody: silence begins to count anew.
    mutating func excused(at now: MeshInstant) { countsFrom = max(countsFrom, now) }

    /// Time has passed.
    mutating func timePassed(at now: MeshInstant, _ limits: LinkLimits) -> OnTime {
        let isActive = now < activeUntil
        let ask = lastAsked + (isActive ? limits.heartbeatActive : limits.heartbeatIdle)
        switch state {
        case .lively:
            if now >= countsFrom + (isActive ? limits.silentAfter : limits.silentAfterIdle) {
                state = .silent
                return .silent(ask: nextSequence(at: now))
            }
        case .silent:
            if now >= countsFrom + limits.lostAfter {
                state = .lost
                return .lost
            }
        case .lost: return .nothing
        }
        return now >= ask ? .ask(nextSequence(at: now)) : .nothing
    }

    private mutating func nextSequence(at now: MeshInstant) -> UInt64 {
        lastAsked = now
        sequence += 1
        return sequence
    }
}

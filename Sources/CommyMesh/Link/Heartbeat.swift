internal import CommyBase

/// Decides when a link asks for a sign of life, and when its silence means something.
///
///     lively --nothing heard for silentAfter--> silent --anything heard--> lively
///     lively --no echo for echoAfter----------> silent --an echo---------> lively
///                                               silent --lostAfter--> lost
///
/// The second way finds a link that is cut in one direction only: the peer is heard, and does not
/// hear us. It is slower, because an echo may queue behind a long transfer.
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
    /// Silent for want of an echo: other bytes prove nothing.
    private var needsEcho = false
    /// The last echo, or when echoes began to be asked for often.
    private var echoedAt: MeshInstant
    private(set) var lastHeard: MeshInstant
    /// When silence began to count.
    private var countsFrom: MeshInstant
    /// When a stream used the link last; nil before the first time.
    private var usedAt: MeshInstant?
    /// It is active until then at least; what was used since then is looked at when it has come.
    private var surelyActiveUntil: MeshInstant
    private var lastAsked: MeshInstant
    /// The number of the last PING; 0 before the first.
    private(set) var sequence: UInt64 = 0

    init(at now: MeshInstant) {
        lastHeard = now
        countsFrom = now
        echoedAt = now
        surelyActiveUntil = now
        lastAsked = now
    }

    /// Bytes came. True when the link was silent.
    mutating func heard(at now: MeshInstant) -> Bool {
        lastHeard = now
        countsFrom = now
        guard state == .silent, !needsEcho else { return false }
        state = .lively
        return true
    }

    /// An echo came. True when the link was silent.
    mutating func echoed(at now: MeshInstant) -> Bool {
        echoedAt = now
        needsEcho = false
        return heard(at: now)
    }

    /// A stream uses the link, or somebody wants to know soon. True when it was idle before, so
    /// that `nextDeadline` has moved. Called for each frame of a message: mostly one comparison.
    mutating func used(at now: MeshInstant, _ limits: LinkLimits) -> Bool {
        let wasActive = now < surelyActiveUntil || isActive(now, limits)
        usedAt = now
        if now >= surelyActiveUntil { surelyActiveUntil = now + limits.activeFor }
        guard !wasActive else { return false }
        countsFrom = max(countsFrom, now)
        echoedAt = max(echoedAt, now)
        return true
    }

    /// This process itself stood still and has heard nobody: silence begins to count anew.
    mutating func excused(at now: MeshInstant) {
        countsFrom = max(countsFrom, now)
        echoedAt = max(echoedAt, now)
    }

    /// When `timePassed` is due.
    func nextDeadline(at now: MeshInstant, _ limits: LinkLimits) -> MeshInstant {
        switch state {
        case .lively: min(askAt(now, limits), silentAt(now, limits), echoDue(now, limits))
        case .silent: min(askAt(now, limits), countsFrom + limits.lostAfter)
        case .lost: .never
        }
    }

    /// Time has passed.
    mutating func timePassed(at now: MeshInstant, _ limits: LinkLimits) -> OnTime {
        switch state {
        case .lively:
            let hasNoEcho = now >= echoDue(now, limits)
            if hasNoEcho || now >= silentAt(now, limits) {
                state = .silent
                needsEcho = hasNoEcho
                return .silent(ask: nextSequence(at: now))
            }
        case .silent:
            if now >= countsFrom + limits.lostAfter {
                state = .lost
                return .lost
            }
        case .lost: return .nothing
        }
        return now >= askAt(now, limits) ? .ask(nextSequence(at: now)) : .nothing
    }

    private func isActive(_ now: MeshInstant, _ limits: LinkLimits) -> Bool {
        usedAt.map { now < $0 + limits.activeFor } ?? false
    }

    private func askAt(_ now: MeshInstant, _ limits: LinkLimits) -> MeshInstant {
        lastAsked + (isActive(now, limits) ? limits.heartbeatActive : limits.heartbeatIdle)
    }

    private func silentAt(_ now: MeshInstant, _ limits: LinkLimits) -> MeshInstant {
        countsFrom + (isActive(now, limits) ? limits.silentAfter : limits.silentAfterIdle)
    }

    private func echoDue(_ now: MeshInstant, _ limits: LinkLimits) -> MeshInstant {
        isActive(now, limits) ? echoedAt + limits.echoAfter : .never
    }

    private mutating func nextSequence(at now: MeshInstant) -> UInt64 {
        lastAsked = now
        sequence += 1
        return sequence
    }
}

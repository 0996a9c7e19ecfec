internal import CommyBase

/// Decides how large the window of a whole link is, at the side that receives, and when credit goes
/// back to the peer.
///
/// The window wants to double when half of it was disposed of within two round trips of the link:
/// the rule of Google's QUIC (`QuicFlowController::MaybeIncreaseMaxWindowSize`; RFC 9000, section
/// 4.2, leaves it to the receiver), with the least round trip of the heartbeats. It does not while
/// the last heartbeat took one and a half times as long: then bytes queue on the way, and more
/// under way would only queue too. Counting what was disposed of, and not what came, keeps the
/// window of a relay whose readers are slow. After `LinkLimits.activeFor` without use it is as
/// small as it began.
///
/// Invariant: what the peer may send + what is held here + `ungranted` = `size`.
struct LinkWindow: Sendable, Equatable {
    private(set) var size: UInt32
    /// Bytes that are disposed of, or that the window grew by, and that are not granted yet. Below
    /// zero after the window shrank.
    private(set) var ungranted: Int32 = 0
    /// The window held the peer up; the owner says `grow` or `stay`.
    private(set) var wantsGrowth = false
    /// Two least round trips in nanoseconds; 0 before the first heartbeat.
    private var pace: Int64 = 0
    /// The last heartbeat was held up by a queue.
    private var isQueueing = false
    /// Since when `disposed` counts.
    private var countsFrom = MeshInstant.zero
    private var disposed = 0

    init(_ initial: UInt32) { size = initial }

    /// A heartbeat came back.
    mutating func measured(_ roundTrip: RoundTripEstimator) {
        guard let least = roundTrip.least else { return }
        pace = least.nanoseconds * 2
        isQueueing = roundTrip.isInflated
    }

    /// So many bytes of the peer's DATA are disposed of. Returns what is to be granted now: nothing
    /// until a quarter of the window is free.
    mutating func released(_ count: Int, at now: MeshInstant, _ limits: LinkLimits) -> UInt32 {
        ungranted += Int32(count)
        let span = now.nanoseconds - countsFrom.nanoseconds
        if span > pace {
            if size > limits.linkWindow, span > limits.activeFor.nanoseconds {
                shrink(to: limits.linkWindow)
            }
            countsFrom = now
            disposed = 0
        }
        disposed += count
        if disposed >= Int(size / 2), pace > 0, size < limits.linkWindowLimit {
            countsFrom = now
            disposed = 0
            wantsGrowth = !isQueueing
        }
        guard ungranted > 0, ungranted >= Int32(size / 4) else { return 0 }
        let granted = UInt32(ungranted)
        ungranted = 0
        return granted
    }

    /// By how much it would grow.
    func step(_ limits: LinkLimits) -> UInt32 {
        size < limits.linkWindowLimit ? min(size, limits.linkWindowLimit - size) : 0
    }

    mutating func grow(_ limits: LinkLimits) {
        let step = step(limits)
        wantsGrowth = false
        ungranted += Int32(step)
        size += step
    }

    /// The owner has no room for more.
    mutating func stay() { wantsGrowth = false }

    /// What is granted already may still come, and is owed.
    mutating func shrink(to smaller: UInt32) {
        wantsGrowth = false
        guard smaller < size else { return }
        ungranted -= Int32(size - smaller)
        size = smaller
    }

    /// What can be made to lie here: the window, and what was granted before it shrank.
    var exposure: Int { Int(size) - Int(min(0, ungranted)) }
}

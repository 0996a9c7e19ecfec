internal import CommyBase

/// Decides how large a stream's window is at the end that reads it, and when credit goes back to
/// the writer.
///
/// The window doubles when it is what limits the writer: the byte that only a grant allowed comes
/// about as soon after the grant as any such byte ever came, so the writer had waited for it. This
/// is dynamic right-sizing of TCP (Fisk and Feng, "Dynamic Right-Sizing in TCP", 2001; Linux,
/// `tcp_rcv_space_adjust`), and "flow credit auto-tuning" of RFC 9000, section 4.2. The time from
/// grant to byte is a whole round trip between reader and writer, relays included, because they
/// pass CREDIT on. It is longer when the writer had nothing to send, and when bytes queue on their
/// way: above one and a half times the least there is no growth, so that a window ends between one
/// and a half and three bandwidth-delay products of the narrowest link. A steady writer that is
/// not limited gets at most one doubling: the larger window takes it twice as long.
///
/// Differs from TCP: the least round trip is kept as long as the stream is in use, and the reader
/// must have taken half of the window by then, so that a slow reader's window does not grow.
///
/// Invariant: what the writer may send + what the reader holds + `ungranted` = `size`.
struct StreamWindow: Sendable, Equatable {
    /// No grant is being timed.
    private static let untimed = UInt32.max

    /// Bytes that may be under way from the writer, or be with the reader.
    private(set) var size: UInt32
    /// Bytes that the reader is done with, or that the window grew by, and that are not granted
    /// yet. Below zero after the window shrank: what has been granted cannot be taken back.
    private(set) var ungranted: Int32 = 0
    /// Bytes that older credit still allows before the byte that is waited for.
    private var before = Self.untimed
    private var grantedAt = MeshInstant.zero
    /// The shortest time from grant to byte, in microseconds; 0 before the first.
    private var least: UInt32 = 0

    init(_ initial: UInt32) { size = initial }

    /// DATA came while the writer might send `available` bytes; `mayGrow` is the owner's leave.
    mutating func received(
        _ count: UInt32, available: UInt32, mayGrow: Bool, at now: MeshInstant,
        _ limits: LinkLimits
    ) {
        guard before != Self.untimed else { return }
        guard count > before else {
            before -= count
            return
        }
        before = Self.untimed
        let span = now.nanoseconds - grantedAt.nanoseconds
        if span > limits.activeFor.nanoseconds {
            shrink(to: min(size, limits.streamWindow))
            least = 0
            return
        }
        // Where no time passes a window holds nobody up.
        let sample = UInt32(clamping: span / 1_000)
        guard sample > 0 else { return }
        least = least == 0 ? sample : min(least, sample)
        let held = Int64(size) - Int64(available) - Int64(ungranted)
        guard mayGrow, sample - least <= least / 2, held <= Int64(size / 2),
            size < limits.streamWindowLimit
        else { return }
        let larger = min(size * 2, limits.streamWindowLimit)
        ungranted += Int32(larger - size)
        size = larger
    }

    /// The reader is done with so many bytes. Returns what is to be granted now: nothing until half
    /// of the window is free.
    mutating func used(_ count: UInt32, available: UInt32, at now: MeshInstant) -> UInt32 {
        ungranted += Int32(count)
        guard ungranted > 0, ungranted >= Int32(size / 2) else { return 0 }
        let granted = UInt32(ungranted)
        ungranted = 0
        if before == Self.untimed {
            before = available
            grantedAt = now
        }
        return granted
    }

    /// The reader cannot hold so much any more; what is granted already may still come.
    mutating func shrink(to smaller: UInt32) {
        guard smaller < size else { return }
        ungranted -= Int32(size - smaller)
        size = smaller
    }
}

internal import CommyBase

/// Decides how large a stream's window is at the end that reads it, and when credit goes back to
/// the writer.
///
/// The window doubles when it is what limits the writer: the time from a grant until the reader is
/// done with the last byte that it allowed is about the shortest that any grant took. A whole
/// window passes in this time, which is a round trip between reader and writer when the writer
/// waits for credit; relays are included, because they pass CREDIT on. This is dynamic right-sizing
/// of TCP (Fisk and Feng, "Dynamic Right-Sizing in TCP", 2001; Linux, `tcp_rcv_space_adjust`), and
/// what RFC 9000, section 4.2, leaves to the receiver as flow credit auto-tuning.
///
/// The time is longer than the shortest when bytes queue on their way, when the writer has little
/// to write, and when the reader is slow. Above one and a half times of it there is no growth: a
/// window stops within about four bandwidth-delay products of the narrowest link, and a steady
/// writer or reader that no window limits gets one doubling, which makes its time twice as long.
/// Differs from TCP: the shortest time counts as long as the stream is in use, not the last one.
///
/// Invariant: what the writer may send + what the reader holds + `ungranted` = `size`.
struct StreamWindow: Sendable, Equatable {
    /// Bytes that may be under way from the writer, or be with the reader.
    private(set) var size: UInt32
    /// Bytes that the reader is done with, or that the window grew by, and that are not granted
    /// yet. Below zero after the window shrank: what has been granted cannot be taken back.
    private(set) var ungranted: Int32 = 0
    /// Bytes that the reader takes until it has the last one that the timed grant allowed; 0 while
    /// none is timed.
    private var remaining: UInt32 = 0
    private var grantedAt = MeshInstant.zero
    /// The shortest time that a grant took, in microseconds; 0 before the first.
    private var least: UInt32 = 0

    init(_ initial: UInt32) { size = initial }

    /// The reader is done with so many bytes, and the writer may still send `available`. Returns
    /// what is to be granted now: nothing until half of the window is free. `mayGrow` is the
    /// owner's leave.
    mutating func used(
        _ count: UInt32, available: UInt32, mayGrow: Bool, at now: MeshInstant,
        _ limits: LinkLimits
    ) -> UInt32 {
        ungranted += Int32(count)
        if remaining > 0 {
            remaining -= min(count, remaining)
            if remaining == 0 { measured(mayGrow, at: now, limits) }
        }
        guard ungranted > 0, ungranted >= Int32(size / 2) else { return 0 }
        let granted = UInt32(ungranted)
        ungranted = 0
        if remaining == 0 {
            remaining = available + granted
            grantedAt = now
        }
        return granted
    }

    private mutating func measured(_ mayGrow: Bool, at now: MeshInstant, _ limits: LinkLimits) {
        let span = now.nanoseconds - grantedAt.nanoseconds
        if span > limits.activeFor.nanoseconds {
            shrink(to: limits.streamWindow)
            least = 0
            return
        }
        // Where no time passes a window holds nobody up.
        let sample = UInt32(clamping: span / 1_000)
        guard sample > 0 else { return }
        least = least == 0 ? sample : min(least, sample)
        guard mayGrow, sample - least <= least / 2, size < limits.streamWindowLimit else { return }
        let larger = min(size * 2, limits.streamWindowLimit)
        ungranted += Int32(larger - size)
        size = larger
    }

    /// The reader cannot hold so much any more; what is granted already may still come.
    mutating func shrink(to smaller: UInt32) {
        guard smaller < size else { return }
        ungranted -= Int32(size - smaller)
        size = smaller
    }
}

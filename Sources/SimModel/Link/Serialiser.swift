/// Puts bytes on the wire at a rate, one packet at a time.
///
/// Fractions of a nanosecond are carried from packet to packet while it is busy, so that a long
/// busy period has exactly the configured rate.
struct Serialiser: Sendable, Equatable {
    private(set) var nanosecondsPerByte: Double
    private var carry = 0.0

    init(bitsPerSecond: Double) {
        precondition(bitsPerSecond > 0 && bitsPerSecond.isFinite, "a rate is positive")
        nanosecondsPerByte = 8e9 / bitsPerSecond
    }

    /// When a packet that starts now is out.
    mutating func started(byteCount: Int, at now: Int64) -> Int64 {
        let exact = Double(byteCount) * nanosecondsPerByte + carry
        let whole = Int64(exact)
        carry = exact - Double(whole)
        return now + whole
    }

    mutating func idled() { carry = 0 }

    /// The rate changed while a packet was being sent that would have ended at `finish`: the bytes
    /// that are left go at the new rate. Gives the new end.
    mutating func rateChanged(toBitsPerSecond rate: Double, finish: Int64, at now: Int64) -> Int64 {
        let old = nanosecondsPerByte
        nanosecondsPerByte = 8e9 / rate
        guard finish > now else { return finish }
        return now + Int64(Double(finish - now) / old * nanosecondsPerByte)
    }
}

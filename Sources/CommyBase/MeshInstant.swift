/// A point in time of one run: nanoseconds since the run's origin.
///
/// The clock that it comes from is the caller's business: the system's monotonic clock in
/// `realtime`, the conductor's virtual clock in `lockstep` and `simulated`. Pure code gets instants
/// handed in and never reads a clock.
public struct MeshInstant: Sendable, Hashable, Comparable {
    /// Nanoseconds since the origin. Never negative in practice; signed so that differences are
    /// easy.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The origin of the run.
    public static let zero = MeshInstant(nanoseconds: 0)
    /// Later than every real instant; used for "no deadline".
    public static let never = MeshInstant(nanoseconds: .max)

    public static func < (left: MeshInstant, right: MeshInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func + (instant: MeshInstant, span: Duration) -> MeshInstant {
        MeshInstant(nanoseconds: instant.nanoseconds + span.nanoseconds)
    }

    public static func - (instant: MeshInstant, span: Duration) -> MeshInstant {
        MeshInstant(nanoseconds: instant.nanoseconds - span.nanoseconds)
    }

    /// This instant and `span` more, for spans that somebody else chose: where the sum does not fit,
    /// the last instant before `never`, or the first of all.
    public func later(by span: Duration) -> MeshInstant {
        let sum = Int128(nanoseconds) + span.attoseconds / 1_000_000_000
        let last = Int128(Int64.max - 1)
        return MeshInstant(nanoseconds: Int64(clamping: min(sum, last)))
    }

    /// The span from `earlier` to `later`; negative when they are the other way round.
    public static func - (later: MeshInstant, earlier: MeshInstant) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }
}

extension Duration {
    /// This span in whole nanoseconds, rounded towards zero. Traps beyond 292 years.
    public var nanoseconds: Int64 {
        let all = attoseconds
        // Below 9.2 s they fit a machine word, which is divided at once; 128 bits are not.
        if let few = Int64(exactly: all) { return few / 1_000_000_000 }
        return Int64(all / 1_000_000_000)
    }

    /// This span in seconds, for figures that people read.
    public var seconds: Double { Double(nanoseconds) / 1e9 }
    /// This span in milliseconds, for figures that people read.
    public var milliseconds: Double { Double(nanoseconds) / 1e6 }

    /// Written with the largest unit that keeps it readable: `40ms`, `1.5s`, `250us`, `0s`.
    public var shortText: String {
        let magnitude = abs(nanoseconds)
        let (divisor, unit): (Int64, String) =
            switch magnitude {
            case 0: (1, "s")
            case ..<1_000: (1, "ns")
            case ..<1_000_000: (1_000, "us")
            case ..<1_000_000_000: (1_000_000, "ms")
            // Every larger span reads well in seconds.
            default: (1_000_000_000, "s")
            }
        let whole = magnitude / divisor
        let thousandths = (magnitude % divisor) * 1_000 / divisor
        let sign = nanoseconds < 0 ? "-" : ""
        guard thousandths > 0 else { return "\(sign)\(whole)\(unit)" }
        var fraction = String(thousandths + 1_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(sign)\(whole).\(fraction)\(unit)"
    }
}

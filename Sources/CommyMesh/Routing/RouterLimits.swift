/// How a router bounds its memory of the past and its work per pick.
public struct RouterLimits: Sendable, Equatable {
    /// How long an instance that refused a call, or was lost in one, is avoided: long enough that
    /// retries go elsewhere, shorter than a restart.
    public var ejection = Duration.seconds(1)
    /// Random draws for one choice before the tier is searched: with half of it inadmissible, eight
    /// misses come once in 256 picks.
    public var draws = 8
    /// Two round trips count as equal when they differ by less than this, or by less than half of
    /// the longer one: without load, calls are spread and do not all go to the nearest switch.
    public var roundTripTolerance = Duration.microseconds(500)

    public init() {}
    public static let standard = RouterLimits()
}

/// How a router bounds its memory of the past and its work per pick.
public struct RouterLimits: Sendable, Equatable {
    /// How long an instance that refused a call, or was lost in one, is avoided: long enough that
    /// retries go elsewhere, shorter than a restart.
    public var ejection = Duration.seconds(1)
    /// Random draws for one choice before the tier is searched: with half of it inadmissible, eight
    /// misses come once in 256 picks.
    public var draws = 8
    /// Round trips below this count as this long: within one building, calls are spread and do not
    /// all go to the nearest switch. Above it the shorter of two is preferred when the other is at
    /// least twice as long.
    public var roundTripFloor = Duration.milliseconds(1)
    /// A round trip is settled anew when its measurements have moved away from the settled one by
    /// more than a quarter of it, and by more than this: noise of a network changes no choice.
    public var roundTripNoise = Duration.microseconds(250)

    public init() {}
    public static let standard = RouterLimits()
}

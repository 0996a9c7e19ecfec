internal import CommyBase

/// The round trip to a peer without loss: the smallest of the last eight samples.
///
/// Not the smoothed time and variance of RFC 6298: over TCP a lost segment shows as a round trip of
/// 200 ms and more, the variance would swallow it, and every probe would wait for it.
public struct RoundTripBaseline: Sendable, Equatable {
    private var samples: [Duration] = []
    private var nextSlot = 0

    static let sampleLimit = 8

    public init() {}

    /// Nil before the first sample.
    public var smallest: Duration? { samples.min() }

    public mutating func measured(_ sample: Duration) {
        precondition(sample >= .zero)
        guard samples.count == Self.sampleLimit else {
            samples.append(sample)
            return
        }
        samples[nextSlot] = sample
        nextSlot = (nextSlot + 1) % Self.sampleLimit
    }
}

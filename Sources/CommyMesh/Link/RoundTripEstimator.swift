internal import CommyBase

/// Keeps the smoothed round trip of a link and how much it varies, as TCP does (RFC 6298
/// section 2), from the echoes of heartbeats; plain integers, so every machine computes the same.
public struct RoundTripEstimator: Sendable, Equatable {
    /// Nil before the first sample.
    public private(set) var smoothed: Duration?
    public private(set) var variation: Duration = .zero
    /// The least of all samples: what the path takes without queues.
    public private(set) var least: Duration?
    /// The last sample.
    public private(set) var latest: Duration?

    public init() {}

    /// A heartbeat came back after `sample`. A negative one is a peer that makes up echoes; it
    /// counts as zero.
    public mutating func measured(_ sample: Duration) {
        let sample = max(.zero, sample)
        least = min(least ?? sample, sample)
        latest = sample
        guard let smoothed else {
            self.smoothed = sample
            variation = sample / 2
            return
        }
        let error = sample - smoothed
        let deviation = error < .zero ? .zero - error : error
        variation += (deviation - variation) / 4
        self.smoothed = smoothed + error / 8
    }

    /// What a busy host adds to a round trip without any queue on the path.
    static let noise: Duration = .milliseconds(1)

    /// The last heartbeat was held up: half as long again as the least, and more than noise.
    var isInflated: Bool {
        guard let least, let latest else { return false }
        return latest > least + least / 2 + Self.noise
    }

    /// How long to wait for an answer before doubt: srtt + 4 * rttvar, or `initial` before the
    /// first sample.
    public func timeout(initial: Duration) -> Duration {
        guard let smoothed else { return initial }
        return smoothed + variation * 4
    }
}

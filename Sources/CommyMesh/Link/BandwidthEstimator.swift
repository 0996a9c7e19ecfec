public import CommyBase

/// Estimates what a link delivers, in bytes per second: the highest delivery rate of the last ten
/// samples, each taken between two heartbeat echoes (the windowed maximum of BBR, section 4.1.1 of
/// draft-cardwell-iccrg-bbr-congestion-control). It is a lower bound while nobody fills the link.
public struct BandwidthEstimator: Sendable, Equatable {
    /// How many samples the maximum looks back on.
    public static let sampleLimit = 10

    private var samples: InlineArray<10, UInt64> = .init(repeating: 0)
    private var next = 0
    private var bytesAtLastEcho: UInt64 = 0
    private var lastEcho: MeshInstant?

    public init() {}

    /// An echo said at `now` that the peer has everything up to `sentBytes` of ours.
    public mutating func acknowledged(sentBytes: UInt64, at now: MeshInstant) {
        defer {
            bytesAtLastEcho = max(bytesAtLastEcho, sentBytes)
            lastEcho = now
        }
        guard let lastEcho, now > lastEcho, sentBytes > bytesAtLastEcho else { return }
        let nanoseconds = UInt64((now - lastEcho).nanoseconds)
        let bits = (sentBytes - bytesAtLastEcho).multipliedFullWidth(by: 1_000_000_000)
        guard bits.high < nanoseconds else { return }
        samples[next] = nanoseconds.dividingFullWidth(bits).quotient
        next = (next + 1) % Self.sampleLimit
    }

    /// Bytes per second; zero before two echoes with traffic between them.
    public var bytesPerSecond: UInt64 {
        var highest: UInt64 = 0
        for index in samples.indices { highest = max(highest, samples[index]) }
        return highest
    }

    public static func == (left: Self, right: Self) -> Bool {
        guard left.next == right.next, left.bytesAtLastEcho == right.bytesAtLastEcho,
            left.lastEcho == right.lastEcho
        else { return false }
        for index in left.samples.indices where left.samples[index] != right.samples[index] {
            return false
        }
        return true
    }
}

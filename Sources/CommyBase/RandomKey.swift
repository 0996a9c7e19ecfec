/// The name of one stream of randomness: a seed and a path of labels.
///
/// Every purpose draws from a stream of its own (the fault schedule, each link and direction, each
/// node, each traffic source), so that adding one user of randomness shifts no other. A key is a
/// value: deriving the same labels from the same seed gives the same key on every machine.
///
///     let loss = RandomKey(seed: 7).labelled("link").labelled("web~orders").labelled("loss")
///     loss.unitDraw(ordinal: 3)   // the fourth packet's coin, whoever asks and whenever
public struct RandomKey: Sendable, Hashable {
    /// The mixed value of seed and labels.
    public let value: UInt64

    public init(seed: UInt64) {
        value = Self.mix(seed &+ Self.increment)
    }

    private init(value: UInt64) {
        self.value = value
    }

    /// The key of the sub-stream with this name. FNV-1a over the UTF-8 bytes, mixed with this key.
    public func labelled(_ label: String) -> RandomKey {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in label.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return numbered(hash)
    }

    /// The key of the sub-stream with this number.
    public func numbered(_ number: UInt64) -> RandomKey {
        RandomKey(value: Self.mix(value ^ Self.mix(number &+ Self.increment)))
    }

    /// The draw number `ordinal` of this stream: a pure function, so draws need no order.
    /// (SplitMix64 as a counter-based generator: Steele, Lea, Flood, OOPSLA 2014.)
    public func draw(ordinal: UInt64) -> UInt64 {
        Self.mix(value &+ (ordinal &+ 1) &* Self.increment)
    }

    /// Draw number `ordinal` as a number in [0, 1) with 53 random bits.
    public func unitDraw(ordinal: UInt64) -> Double {
        Double(draw(ordinal: ordinal) >> 11) * 0x1p-53
    }

    /// The golden-ratio increment of SplitMix64.
    private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// The finaliser of SplitMix64 (variant 13 of Stafford's mixers).
    private static func mix(_ input: UInt64) -> UInt64 {
        var z = input
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A stream that is read in order, for callers that have no ordinal of their own.
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable {
    public let key: RandomKey
    /// How many draws were taken.
    public private(set) var ordinal: UInt64 = 0

    public init(key: RandomKey) {
        self.key = key
    }

    public mutating func next() -> UInt64 {
        defer { ordinal &+= 1 }
        return key.draw(ordinal: ordinal)
    }

    /// The next draw as a number in [0, 1).
    public mutating func nextUnit() -> Double {
        defer { ordinal &+= 1 }
        return key.unitDraw(ordinal: ordinal)
    }
}

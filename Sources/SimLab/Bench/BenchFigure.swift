/// One measured figure of `commy bench`, with what it is compared to.
public struct BenchFigure: Sendable, Codable {
    /// What was measured: `delay 20 ms: added error p50`.
    public var figure: String
    public var unit: String
    public var value: Double
    /// Whose figure `peerValue` is: `veth`.
    public var peer: String?
    public var peerValue: Double?
    /// `value / peerValue`.
    public var ratio: Double?
    /// The aim in words: `<= 50`.
    public var aim: String?
    public var met: Bool?

    /// Without an aim.
    public init(
        _ figure: String, _ unit: String, _ value: Double, peer: (String, Double)? = nil
    ) {
        self.figure = figure
        self.unit = unit
        self.value = value
        if let peer {
            self.peer = peer.0
            peerValue = peer.1
            ratio = peer.1 == 0 ? nil : value / peer.1
        }
    }

    /// With an upper bound.
    public func atMost(_ bound: Double) -> BenchFigure {
        var figure = self
        figure.aim = "<= \(Self.short(bound))"
        figure.met = value <= bound
        return figure
    }

    /// With a lower bound.
    public func atLeast(_ bound: Double) -> BenchFigure {
        var figure = self
        figure.aim = ">= \(Self.short(bound))"
        figure.met = value >= bound
        return figure
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }

    enum CodingKeys: String, CodingKey {
        case figure, unit, value, peer, ratio, aim, met
        case peerValue = "peer_value"
    }
}

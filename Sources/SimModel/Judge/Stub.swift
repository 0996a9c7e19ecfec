import CommyBase

public struct Judgement: Sendable {
    public var verdict: Verdict
    public var reason: String?
    public var judged: [Judged]
}
public struct Judge: Sendable {
    public init(scenario: Scenario) {}
    public mutating func observe(_ event: RunEvent) {}
    public func verdict() -> Judgement { Judgement(verdict: .pass, reason: nil, judged: []) }
}
public enum EventEncoder {
    public static func append(_ event: RunEvent, to bytes: inout [UInt8]) {
        bytes += Array("\(event.at.nanoseconds) \(event.fact)\n".utf8)
    }
}

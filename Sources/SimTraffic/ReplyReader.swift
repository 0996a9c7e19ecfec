/// Reads the answer to one request over TCP from bytes as they come, and says whether it is the one
/// that was asked for.
///
///     open -- bytes --> open | complete | wrong        (end of stream: see `ended`)
public struct ReplyReader: Sendable, Equatable {
    public enum Progress: Sendable, Equatable {
        case needsMore
        /// The whole answer is there; `surplus` bytes of the last input do not belong to it.
        case complete(surplus: Int)
        /// It is another answer than the one asked for.
        case wrong
        /// The stream ended before the answer was whole.
        case endedEarly
    }

    private let rule: TrafficConfiguration.ReplyRule
    private let sent: [UInt8]
    /// What the answer begins with, up to `Limits.bodyBytes`.
    public private(set) var bytes: [UInt8] = []
    /// Bytes that have come.
    public private(set) var byteCount = 0

    public init(_ rule: TrafficConfiguration.ReplyRule, sent: [UInt8]) {
        self.rule = rule
        self.sent = sent
    }

    public var hasBegun: Bool { byteCount > 0 }
    /// True when the request is over as soon as it is sent.
    public var needsNoAnswer: Bool { rule == .none }

    /// Ready for the next answer; keeps the memory.
    public mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    public mutating func receive(_ piece: Span<UInt8>) -> Progress {
        let before = byteCount
        byteCount += piece.count
        for index in 0..<min(piece.count, Limits.bodyBytes - bytes.count) {
            bytes.append(piece[index])
        }
        switch rule {
        case .none: return .complete(surplus: piece.count)
        case .any: return .complete(surplus: 0)
        case .echo:
            let wanted = sent[before..<min(byteCount, sent.count)]
            for (index, byte) in wanted.enumerated() where piece[index] != byte { return .wrong }
            return byteCount < sent.count ? .needsMore : .complete(surplus: byteCount - sent.count)
        case .contains(let text):
            if let place = bytes.firstRange(of: text) {
                return .complete(surplus: byteCount - place.upperBound)
            }
            return bytes.count == Limits.bodyBytes ? .wrong : .needsMore
        }
    }

    /// The other side sends nothing more.
    public func ended() -> Progress {
        switch rule {
        case .none: .complete(surplus: 0)
        case .any, .echo: .endedEarly
        // It has said all that it has to say.
        case .contains: bytes.isEmpty ? .endedEarly : .wrong
        }
    }
}

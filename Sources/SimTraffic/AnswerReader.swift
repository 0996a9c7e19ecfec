/// The answer on one connection, whatever the protocol: bytes in, how the request ended out.
struct AnswerReader {
    enum Progress: Equatable {
        case needsMore
        /// `surplus` bytes of the last input do not belong to the answer.
        case complete(TrafficResult, surplus: Int)
        case broken(TrafficResult)
    }

    /// Just one of the two is set; both are mutated in place, so that no bytes are copied.
    private var http: HTTPResponseReader?
    private var reply: ReplyReader?
    private let statuses: [ClosedRange<UInt16>]

    init(_ configuration: TrafficConfiguration) {
        statuses = configuration.statuses
        switch configuration.exchange {
        case .http:
            var name: String?
            var keepsBody = false
            switch configuration.attribution {
            case .header(let header): name = header
            case .body: keepsBody = true
            case .none, .peer: break
            }
            http = HTTPResponseReader(
                capturing: name, answersHead: configuration.method == "HEAD", keepsBody: keepsBody)
        case .tcp(let rule): reply = ReplyReader(rule, sent: configuration.payload)
        case .udp, .exec: preconditionFailure("not on a connection")
        }
    }

    mutating func reset() {
        http?.reset()
        reply?.reset()
    }

    var hasBegun: Bool { http?.hasBegun ?? reply?.hasBegun ?? false }
    /// True when the request is over as soon as it is sent.
    var needsNoAnswer: Bool { reply?.needsNoAnswer ?? false }
    /// True when the connection may carry another request.
    var keepsConnection: Bool { http?.keepsConnection ?? true }
    var status: UInt16? { http?.status }
    var byteCount: UInt64 { http?.bodyByteCount ?? UInt64(reply?.byteCount ?? 0) }
    /// The captured header's value.
    var header: [UInt8] { http?.captured ?? [] }
    /// The answer as far as it was kept.
    var body: [UInt8] { http?.body ?? reply?.bytes ?? [] }

    mutating func receive(_ bytes: Span<UInt8>) -> Progress {
        if let progress = http?.receive(bytes) { return judged(progress) }
        return Self.judged(reply?.receive(bytes) ?? .needsMore)
    }

    /// The server ended the stream.
    mutating func ended() -> Progress {
        if let progress = http?.ended() { return judged(progress) }
        return reply.map { Self.judged($0.ended()) } ?? .broken(.malformed)
    }

    private func judged(_ progress: HTTPResponseReader.Progress) -> Progress {
        switch progress {
        case .needsMore: return .needsMore
        case .malformed: return .broken(.malformed)
        case .complete(let surplus):
            let status = http?.status ?? 0
            let isGood = statuses.contains { $0.contains(status) }
            return .complete(isGood ? .ok : .serverError, surplus: surplus)
        }
    }

    private static func judged(_ progress: ReplyReader.Progress) -> Progress {
        switch progress {
        case .needsMore: .needsMore
        case .complete(let surplus): .complete(.ok, surplus: surplus)
        case .wrong: .broken(.wrongAnswer)
        case .endedEarly: .broken(.malformed)
        }
    }
}

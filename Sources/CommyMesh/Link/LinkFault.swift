public import CommyBase
internal import CommyWire

/// What a peer did that the protocol does not allow, or that this side does not put up with. The
/// link is closed with this code; nothing else is touched.
public struct LinkFault: Error, Sendable, Equatable {
    public let code: ErrorCode
    public let detail: String

    init(_ code: ErrorCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    init(_ error: WireError, in kind: FrameKind) {
        self.init(.protocolViolation, "\(kind): \(error)")
    }
}

/// What one frame meant, for the owner of the link. What it carries beyond these values stands in
/// the payload that the owner still holds.
enum LinkFact: Sendable, Equatable {
    /// Dealt with inside.
    case nothing
    /// The peer has said who it is. An acceptor answers with `accept` or `refuse`; a dialler with
    /// `confirm` or `refuse`. It is held apart: the other cases come with every frame and should
    /// be small to copy.
    indirect case greeted(HelloFacts)
    /// A stream begins; the payload is an OPEN whose fixed part is sound.
    case opened(StreamKey, ends: Bool)
    case head(binding: UInt32, ends: Bool)
    case data(StreamKey, binding: UInt32, ends: Bool)
    case ended(binding: UInt32)
    /// The peer broke the stream off; it is gone from the table.
    case reset(binding: UInt32)
    /// The peer lets so many bytes more be sent on this stream.
    case credit(binding: UInt32, UInt32)
    /// The peer takes no new streams; those that it never looked at come out of `popAbandoned`.
    case goingAway(ErrorCode)
    /// A frame of the link, whose payload the owner reads.
    case message(FrameKind)
}

/// Any frame as a value that owns its bytes: for tools and tests, which look at all kinds alike.
/// The data path reads the kinds that it wants from the lent bytes instead.
public enum Frame: Sendable, Equatable {
    case hello(HelloFrame)
    case helloOK(HelloOKFrame)
    case goAway(GoAwayFrame)
    case ping(PingFrame)
    case pong(PongFrame)
    case credit(CreditFrame)
    case open(OpenFrame)
    case head(HeadFrame)
    case data([UInt8])
    case end
    case reset(ResetFrame)
    case swim([UInt8])
    case catalog([UInt8])
    case control(ControlHead, body: [UInt8])
    case controlReply(ControlReplyHead, body: [UInt8])
    case event(EventHead, body: [UInt8])
    case trust([UInt8])

    public init(_ header: FrameHeader, _ payload: borrowing RawSpan) throws(WireError) {
        switch header.kind {
        case .hello: self = .hello(try HelloFrame(decoding: payload))
        case .helloOK: self = .helloOK(try HelloOKFrame(decoding: payload))
        case .goAway: self = .goAway(try GoAwayFrame(decoding: payload))
        case .ping: self = .ping(try PingFrame(decoding: payload))
        case .pong: self = .pong(try PongFrame(decoding: payload))
        case .credit: self = .credit(try CreditFrame(decoding: payload))
        case .open: self = .open(try OpenFrame(decoding: payload))
        case .head: self = .head(try HeadFrame(decoding: payload))
        case .data: self = .data(try Self.rest(payload))
        case .end: self = .end
        case .reset: self = .reset(try ResetFrame(decoding: payload))
        case .swim: self = .swim(try Self.rest(payload))
        case .catalog: self = .catalog(try Self.rest(payload))
        case .control:
            self = .control(
                try ControlHead(decoding: payload),
                body: try Self.rest(payload, ControlHead.byteCount))
        case .controlReply:
            self = .controlReply(
                try ControlReplyHead(decoding: payload),
                body: try Self.rest(payload, ControlReplyHead.byteCount))
        case .event:
            self = .event(
                try EventHead(decoding: payload), body: try Self.rest(payload, EventHead.byteCount))
        case .trust: self = .trust(try Self.rest(payload))
        }
    }

    /// Writes header and payload.
    public func encode(
        stream: StreamID = .link, flags: FrameFlags = [], into writer: inout ByteWriter
    ) {
        switch self {
        case .hello(let frame): frame.encodeFrame(into: &writer)
        case .helloOK(let frame): frame.encodeFrame(into: &writer)
        case .goAway(let frame): frame.encodeFrame(into: &writer)
        case .ping(let frame): frame.encodeFrame(into: &writer)
        case .pong(let frame): frame.encodeFrame(into: &writer)
        case .credit(let frame): frame.encodeFrame(stream: stream, into: &writer)
        case .open(let frame): frame.encodeFrame(stream: stream, flags: flags, into: &writer)
        case .head(let frame): frame.encodeFrame(stream: stream, flags: flags, into: &writer)
        case .data(let bytes):
            FrameHeader.frame(.data, stream: stream, flags: flags, into: &writer) { $0.raw(bytes) }
        case .end: RawFrame.end(stream: stream, into: &writer)
        case .reset(let frame): frame.encodeFrame(stream: stream, into: &writer)
        case .swim(let bytes): FrameHeader.frame(.swim, into: &writer) { $0.raw(bytes) }
        case .catalog(let bytes): FrameHeader.frame(.catalog, into: &writer) { $0.raw(bytes) }
        case .control(let head, let body): head.encodeFrame(into: &writer) { $0.raw(body) }
        case .controlReply(let head, let body): head.encodeFrame(into: &writer) { $0.raw(body) }
        case .event(let head, let body): head.encodeFrame(into: &writer) { $0.raw(body) }
        case .trust(let bytes): FrameHeader.frame(.trust, into: &writer) { $0.raw(bytes) }
        }
    }

    private static func rest(
        _ payload: borrowing RawSpan, _ offset: Int = 0
    ) throws(WireError) -> [UInt8] {
        var reader = ByteReader(at: offset)
        return try reader.array(reader.remaining(payload), payload)
    }
}

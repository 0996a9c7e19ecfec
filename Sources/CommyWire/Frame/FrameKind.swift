/// What a frame is for. PROTOCOL.md has the layout of each.
public enum FrameKind: UInt8, Sendable, Equatable, CaseIterable {
    /// The dialler's first frame: who it is and which versions it speaks.
    case hello = 1
    /// The acceptor's answer.
    case helloOK = 2
    /// The sender takes no new streams and closes when the present ones have ended.
    case goAway = 3
    case ping = 4
    case pong = 5
    /// The receiver may be sent so many bytes more.
    case credit = 6
    /// Begins a stream: a request or a one-way message.
    case open = 7
    /// Begins the answer.
    case head = 8
    /// A piece of a message.
    case data = 9
    /// The sender's half of the stream is complete.
    case end = 10
    /// The stream is over, both halves, with an error.
    case reset = 11
    /// A membership message.
    case swim = 12
    /// A catalog message.
    case catalog = 13
    /// A process asks its node for something.
    case control = 14
    case controlReply = 15
    /// Something that a process watches has changed.
    case event = 16
    /// A step in the rotation of trust anchors.
    case trust = 17

    /// Where a frame may stand.
    public enum Place: Sendable, Equatable {
        case link
        case stream
        case either
    }

    @inlinable
    public var place: Place {
        switch self {
        case .open, .head, .data, .end, .reset: .stream
        case .credit: .either
        case .hello, .helloOK, .goAway, .ping, .pong, .swim, .catalog, .control, .controlReply,
            .event, .trust:
            .link
        }
    }

    /// How many bytes its payload has at least.
    @inlinable
    public var leastPayload: Int {
        switch self {
        case .hello, .helloOK: 42
        case .goAway: 11
        case .ping, .pong: 16
        case .credit: 4
        case .open: OpenFrame.fixedByteCount + 5
        case .head: 4
        case .data, .swim, .catalog, .trust: 1
        case .end: 0
        case .reset: 4
        case .control, .controlReply, .event: 8
        }
    }

    /// How many bytes its payload has at most.
    @inlinable
    public var mostPayload: Int {
        switch self {
        case .hello, .helloOK: WireLimits.helloPayload
        case .goAway, .reset: WireLimits.errorPayload
        case .ping, .pong: 16
        case .credit: 4
        case .open: WireLimits.openPayload
        case .head: WireLimits.headPayload
        case .end: 0
        case .data, .swim, .catalog, .control, .controlReply, .event, .trust:
            WireLimits.framePayload
        }
    }

    /// The flags that have a meaning on it.
    @inlinable
    public var allowedFlags: FrameFlags {
        switch self {
        case .open, .head, .data: .end
        case .hello, .helloOK, .goAway, .ping, .pong, .credit, .end, .reset, .swim, .catalog,
            .control, .controlReply, .event, .trust:
            []
        }
    }
}

/// The flags of a frame's header.
public struct FrameFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// On OPEN, HEAD and DATA: the sender's half of the stream ends with this frame, as if END
    /// followed. A receiver treats both forms alike.
    public static let end = FrameFlags(rawValue: 1)
}

public import CommyBase

/// PING: asks for a sign of life. Any answer counts as one; PONG also measures the round trip.
public struct PingFrame: FramePayload {
    public static let kind = FrameKind.ping
    public var sequence: UInt64
    /// The sender's clock, which means nothing to the receiver.
    public var sentAt: MeshInstant

    public init(sequence: UInt64, sentAt: MeshInstant) {
        self.sequence = sequence
        self.sentAt = sentAt
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        sequence = try reader.u64(payload)
        sentAt = MeshInstant(nanoseconds: Int64(bitPattern: try reader.u64(payload)))
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u64(sequence)
        writer.u64(UInt64(bitPattern: sentAt.nanoseconds))
    }
}

/// PONG: gives a PING's two numbers back, unchanged and at once.
public struct PongFrame: FramePayload {
    public static let kind = FrameKind.pong
    public var ping: PingFrame

    public init(_ ping: PingFrame) { self.ping = ping }
    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        ping = try PingFrame(decoding: payload)
    }
    public func encode(into writer: inout ByteWriter) { ping.encode(into: &writer) }
}

/// CREDIT: the receiver of this frame may send so many bytes of DATA payload more, on the stream
/// that it stands on, or on the link as a whole when it stands on stream 0.
public struct CreditFrame: FramePayload {
    public static let kind = FrameKind.credit
    /// 1 to `WireLimits.creditCeiling`.
    public var byteCount: UInt32

    public init(byteCount: UInt32) {
        precondition(byteCount > 0 && byteCount <= WireLimits.creditCeiling)
        self.byteCount = byteCount
    }

    @inlinable
    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        byteCount = try reader.u32(payload)
        guard byteCount > 0, byteCount <= WireLimits.creditCeiling else {
            throw .invalid("credit")
        }
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) { writer.u32(byteCount) }
}

/// GOAWAY: no new streams, please. Streams up to `lastAccepted` that the receiver has opened are
/// finished; later ones were never looked at, and are safe to send elsewhere.
public struct GoAwayFrame: FramePayload {
    public static let kind = FrameKind.goAway
    /// `.peerShuttingDown` for a polite close; any other names what the receiver did wrong.
    public var code: ErrorCode
    /// The highest stream of the receiver that was accepted; `.link` if none was.
    public var lastAccepted: StreamID
    /// For people; cut at `WireLimits.errorDetail` bytes.
    public var detail: String

    public init(code: ErrorCode, lastAccepted: StreamID, detail: String = "") {
        self.code = code
        self.lastAccepted = lastAccepted
        self.detail = detail.cut(toBytes: WireLimits.errorDetail)
    }

    public init(decoding payload: borrowing RawSpan) throws(WireError) {
        var reader = ByteReader()
        code = ErrorCode(rawValue: try reader.u16(payload))
        let last = try reader.u64(payload)
        guard last <= StreamID.greatest else { throw .invalid("last accepted") }
        lastAccepted = StreamID(last)
        detail = try reader.text(limit: WireLimits.errorDetail, "detail", payload)
        try reader.expectEnd(payload)
    }

    public func encode(into writer: inout ByteWriter) {
        writer.u16(code.rawValue)
        writer.u64(lastAccepted.value)
        writer.text(detail.cut(toBytes: WireLimits.errorDetail))
    }
}

extension String {
    /// The longest begin of at most `limit` bytes that is still a valid text.
    internal func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

/// The payload of one kind of frame, as a value.
///
/// Decoding is total: any bytes give a value or a `WireError`. What is decoded and encoded again
/// gives the same bytes.
public protocol FramePayload: Sendable, Equatable {
    static var kind: FrameKind { get }
    /// Reads a payload; bytes that are left over are an error.
    init(decoding payload: borrowing RawSpan) throws(WireError)
    /// Writes the payload, without a header.
    func encode(into writer: inout ByteWriter)
}

extension FramePayload {
    /// Writes header and payload.
    @inlinable
    public func encodeFrame(
        stream: StreamID = .link, flags: FrameFlags = [], into writer: inout ByteWriter
    ) {
        FrameHeader.frame(Self.kind, stream: stream, flags: flags, into: &writer) {
            encode(into: &$0)
        }
    }
}

/// Writers of the frames whose payload is nothing but bytes.
public enum RawFrame {
    /// Writes END.
    @inlinable
    public static func end(stream: StreamID, into writer: inout ByteWriter) {
        FrameHeader(kind: .end, stream: stream, payloadCount: 0).encode(into: &writer)
    }

    /// Writes DATA with a copy of `bytes`: 1 to `WireLimits.framePayload` of them.
    @inlinable
    public static func data(
        _ bytes: borrowing RawSpan, stream: StreamID, flags: FrameFlags = [],
        into writer: inout ByteWriter
    ) {
        precondition(bytes.byteCount >= 1 && bytes.byteCount <= WireLimits.framePayload)
        FrameHeader(kind: .data, flags: flags, stream: stream, payloadCount: bytes.byteCount)
            .encode(into: &writer)
        writer.raw(bytes)
    }

    /// Writes a whole frame as it was received, on another stream: what a relay does.
    @inlinable
    public static func relayed(
        _ header: FrameHeader, _ payload: borrowing RawSpan, stream: StreamID,
        into writer: inout ByteWriter
    ) {
        precondition(header.payloadCount == payload.byteCount)
        FrameHeader(
            kind: header.kind, flags: header.flags, stream: stream,
            payloadCount: payload.byteCount
        ).encode(into: &writer)
        writer.raw(payload)
    }
}

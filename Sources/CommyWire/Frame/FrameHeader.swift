/// The twelve bytes in front of every payload.
///
///     0        4      5       6            12
///     +--------+------+-------+------------+
///     | length | kind | flags |   stream   |     little-endian
///     +--------+------+-------+------------+
public struct FrameHeader: Sendable, Equatable {
    public static let byteCount = 12

    public var kind: FrameKind
    public var flags: FrameFlags
    public var stream: StreamID
    /// Bytes that follow the header.
    public var payloadCount: Int

    @inlinable
    public init(kind: FrameKind, flags: FrameFlags = [], stream: StreamID, payloadCount: Int) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payloadCount = payloadCount
    }

    /// The sender's half of the stream ends here, with END or with the flag.
    @inlinable
    public var endsStream: Bool { kind == .end || flags.contains(.end) }

    /// Header and payload.
    @inlinable
    public var frameCount: Int { Self.byteCount + payloadCount }

    /// Reads the header at `offset`. All that can be known of a frame without its payload is
    /// checked here, so a length that lies is refused before anybody waits for its bytes.
    @inlinable
    public init(decoding bytes: borrowing RawSpan, at offset: Int = 0) throws(WireError) {
        var reader = ByteReader(at: offset)
        let count = try reader.u32(bytes)
        let word = try reader.u64(bytes)
        stream = StreamID(word >> 16)
        guard let kind = FrameKind(rawValue: UInt8(truncatingIfNeeded: word)) else {
            throw .invalid("frame kind")
        }
        self.kind = kind
        flags = FrameFlags(rawValue: UInt8(truncatingIfNeeded: word >> 8))
        guard kind.allowedFlags.isSuperset(of: flags) else { throw .invalid("frame flags") }
        guard count <= UInt32(truncatingIfNeeded: kind.mostPayload) else {
            throw .tooLarge("frame length")
        }
        payloadCount = Int(count)
        guard payloadCount >= kind.leastPayload else { throw .invalid("frame length") }
        switch kind.place {
        case .link: guard stream.isLink else { throw .invalid("stream") }
        case .stream: guard !stream.isLink else { throw .invalid("stream") }
        case .either: break
        }
    }

    @inlinable
    public func encode(into writer: inout ByteWriter) {
        writer.u32(UInt32(payloadCount))
        writer.u64(UInt64(kind.rawValue) | UInt64(flags.rawValue) << 8 | stream.value << 16)
    }

    /// Writes a frame whose payload `body` writes; the length is filled in afterwards.
    @inlinable
    public static func frame<Failure: Error>(
        _ kind: FrameKind, stream: StreamID = .link, flags: FrameFlags = [],
        into writer: inout ByteWriter,
        _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = writer.count
        FrameHeader(kind: kind, flags: flags, stream: stream, payloadCount: 0)
            .encode(into: &writer)
        try body(&writer)
        let count = writer.count - start - byteCount
        precondition(
            count >= kind.leastPayload && count <= kind.mostPayload,
            "a frame's payload is above its limit: its writer has not checked what it was given")
        writer.patchU32(UInt32(count), at: start)
    }
}

/// Where the next frame lies in bytes that were received.
public struct FrameCut: Sendable, Equatable {
    public let header: FrameHeader
    /// Offsets of the payload.
    public let payload: Range<Int>

    /// The frame that begins at `offset`, or nil when it is not complete yet. Throws as soon as its
    /// header is there and breaks a rule.
    @inlinable
    public static func next(
        in bytes: borrowing RawSpan, at offset: Int
    ) throws(WireError) -> FrameCut? {
        guard bytes.byteCount - offset >= FrameHeader.byteCount else { return nil }
        let header = try FrameHeader(decoding: bytes, at: offset)
        let begin = offset + FrameHeader.byteCount
        guard bytes.byteCount - begin >= header.payloadCount else { return nil }
        return FrameCut(header: header, payload: begin..<begin + header.payloadCount)
    }

    @usableFromInline
    internal init(header: FrameHeader, payload: Range<Int>) {
        self.header = header
        self.payload = payload
    }
}

/// Cuts a stream of bytes, which comes in pieces of any size, into frames.
///
/// A frame that lies in one piece is lent from where it lies. Only a frame that two pieces share is
/// put together in a buffer, which therefore never holds more than one frame. After a throw the
/// peer is at fault, the position in its stream is lost, and the link must be closed.
///
/// Invariant: `carried` is the begin of one frame, never a whole one, between calls.
public struct FrameReader: Sendable {
    private var carried: [UInt8] = []

    public init() {}

    /// Bytes of an incomplete frame that are held back.
    public var carriedCount: Int { carried.count }

    /// Takes the next piece and hands each complete frame to `each`, in order. The payload is lent
    /// for the time of the call.
    public mutating func receive(
        _ bytes: borrowing RawSpan,
        _ each: (FrameHeader, borrowing RawSpan) throws(WireError) -> Void
    ) throws(WireError) {
        var offset = carried.isEmpty ? 0 : try complete(bytes, each)
        while let cut = try FrameCut.next(in: bytes, at: offset) {
            offset = cut.payload.upperBound
            try each(cut.header, bytes.extracting(cut.payload))
        }
        carry(bytes, from: offset, to: bytes.byteCount)
        precondition(
            carried.count < FrameHeader.byteCount + WireLimits.framePayload,
            "a whole frame was held back")
    }

    /// Fills the carried frame from the begin of `bytes`, hands it over if it is complete now, and
    /// returns how many bytes it took.
    private mutating func complete(
        _ bytes: borrowing RawSpan,
        _ each: (FrameHeader, borrowing RawSpan) throws(WireError) -> Void
    ) throws(WireError) -> Int {
        var taken = 0
        if carried.count < FrameHeader.byteCount {
            taken = min(FrameHeader.byteCount - carried.count, bytes.byteCount)
            carry(bytes, from: 0, to: taken)
            guard carried.count == FrameHeader.byteCount else { return taken }
        }
        let header = unsafe try FrameHeader(decoding: carried.span.bytes)
        let missing = header.frameCount - carried.count
        let more = min(missing, bytes.byteCount - taken)
        carry(bytes, from: taken, to: taken + more)
        guard more == missing else { return taken + more }
        try unsafe each(
            header, carried.span.bytes.extracting(droppingFirst: FrameHeader.byteCount))
        carried.removeAll(keepingCapacity: true)
        return taken + more
    }

    private mutating func carry(_ bytes: borrowing RawSpan, from: Int, to: Int) {
        guard from < to else { return }
        unsafe bytes.withUnsafeBytes {
            unsafe carried.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[from..<to]))
        }
    }
}

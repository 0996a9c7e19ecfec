internal import CommyWire

/// Frames of one stream that may not leave yet, for want of credit or because more urgent ones go
/// first. Bytes in one buffer, lengths beside it; an emptied backlog may keep its memory for the
/// next stream.
struct StreamBacklog: Sendable {
    /// Bytes of memory that the empty backlogs of one link keep together: enough for a few streams
    /// that wait again and again, little for links that had a bad moment once.
    static let keptMemory = 256 << 10

    struct Frame: Sendable, Equatable {
        var kind: FrameKind
        var flags: FrameFlags
        var byteCount: Int
    }

    private var frames: [Frame] = []
    private var firstFrame = 0
    private var bytes: [UInt8] = []
    private var firstByte = 0
    /// Bytes of DATA among them.
    private(set) var dataCount = 0

    init() {}

    var isEmpty: Bool { firstFrame == frames.count }
    var first: Frame? { isEmpty ? nil : frames[firstFrame] }
    /// Bytes of memory that it holds, used or not.
    var memory: Int { bytes.capacity + frames.capacity * MemoryLayout<Frame>.stride }

    /// Keeps a copy of a payload from `start` on. DATA behind DATA becomes one frame while it fits:
    /// a reader takes bytes, not pieces.
    mutating func append(
        _ kind: FrameKind, _ flags: FrameFlags, _ payload: borrowing RawSpan, from start: Int = 0
    ) {
        let count = payload.byteCount - start
        if kind == .data, let last = frames.last, last.kind == .data, last.flags.isEmpty,
            last.byteCount + count <= WireLimits.framePayload
        {
            frames[frames.count - 1].byteCount += count
            frames[frames.count - 1].flags = flags
        } else {
            frames.append(Frame(kind: kind, flags: flags, byteCount: count))
        }
        unsafe payload.withUnsafeBytes {
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[start...]))
        }
        if kind == .data { dataCount += count }
    }

    /// Ends the half behind everything that waits, as END on its own does.
    mutating func appendEnd() {
        frames.append(Frame(kind: .end, flags: [], byteCount: 0))
    }

    /// Takes the first frame, or only its first `limit` bytes when it is DATA and longer, and
    /// hands header facts and bytes to `body`.
    mutating func takeFirst<Value>(
        limit: Int, _ body: (Frame, borrowing RawSpan) -> Value
    ) -> Value {
        var frame = frames[firstFrame]
        if frame.kind == .data, frame.byteCount > limit {
            frames[firstFrame].byteCount -= limit
            // The stream ends with the last piece, not with this one.
            frame = Frame(kind: .data, flags: [], byteCount: limit)
        } else {
            firstFrame += 1
        }
        let end = firstByte + frame.byteCount
        let value = unsafe body(frame, bytes.span.bytes.extracting(firstByte..<end))
        firstByte = end
        if frame.kind == .data { dataCount -= frame.byteCount }
        reclaim()
        return value
    }

    mutating func removeAll(keepsMemory: Bool) {
        frames.removeAll(keepingCapacity: keepsMemory)
        bytes.removeAll(keepingCapacity: keepsMemory)
        firstFrame = 0
        firstByte = 0
        dataCount = 0
    }

    private mutating func reclaim() {
        if isEmpty {
            removeAll(keepsMemory: true)
        } else if firstByte > bytes.count - firstByte {
            bytes.removeFirst(firstByte)
            frames.removeFirst(firstFrame)
            firstByte = 0
            firstFrame = 0
        }
    }
}

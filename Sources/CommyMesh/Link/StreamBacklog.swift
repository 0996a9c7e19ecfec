internal import CommyWire

/// Frames of one stream that may not leave yet, for want of credit or because more urgent ones go
/// first. Bytes in one buffer, lengths beside it; an emptied backlog keeps its memory for the next
/// stream.
struct StreamBacklog: Sendable {
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

    mutating func append(
        _ kind: FrameKind, _ flags: FrameFlags, _ payload: borrowing RawSpan, from start: Int = 0
    ) {
        let count = payload.byteCount - start
        frames.append(Frame(kind: kind, flags: flags, byteCount: count))
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

    mutating func removeAll() {
        frames.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        firstFrame = 0
        firstByte = 0
        dataCount = 0
    }

    private mutating func reclaim() {
        if isEmpty {
            removeAll()
        } else if firstByte > bytes.count - firstByte {
            bytes.removeFirst(firstByte)
            frames.removeFirst(firstFrame)
            firstByte = 0
            firstFrame = 0
        }
    }
}

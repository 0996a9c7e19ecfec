/// Bytes on their way, first in, first out, in one piece of memory: what a link has yet to send.
///
/// Reading from the front moves an offset, and the memory in front of it is reclaimed when it is
/// at least as large as what lies behind it; so each byte is moved less than twice, and a queue
/// that is emptied now and then moves none.
///
/// Invariant: `0 <= head <= writer.count`, and `count <= byteLimit`.
public struct ByteQueue: Sendable, Equatable {
    private var writer: ByteWriter
    /// Where the unread bytes begin.
    private var head = 0
    /// How many unread bytes it takes at most.
    public let byteLimit: Int

    /// A queue for at most `byteLimit` bytes; memory comes with need, and stays.
    public init(byteLimit: Int) {
        precondition(byteLimit > 0)
        self.byteLimit = byteLimit
        writer = ByteWriter()
    }

    public static func == (left: ByteQueue, right: ByteQueue) -> Bool {
        left.byteLimit == right.byteLimit
            && left.writer.bytes[left.head...] == right.writer.bytes[right.head...]
    }

    /// How many bytes are unread.
    public var count: Int { writer.count - head }
    public var isEmpty: Bool { count == 0 }
    /// How many bytes it still takes.
    public var room: Int { byteLimit - count }

    /// Lets `write` put bytes at the end. False, and nothing is kept, when they are more than
    /// there is room for. `write` only adds: what it patches, it has written itself.
    public mutating func append<Failure: Error>(
        _ write: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        reclaim()
        let before = writer.count
        do {
            try write(&writer)
        } catch {
            writer.truncate(to: before)
            throw error
        }
        precondition(writer.count >= before, "a queue's writer only adds")
        guard count <= byteLimit else {
            writer.truncate(to: before)
            return false
        }
        return true
    }

    /// Puts a copy of these bytes at the end; false, and nothing is kept, when they do not fit.
    public mutating func append(_ bytes: borrowing RawSpan) -> Bool {
        guard bytes.byteCount <= room else { return false }
        reclaim()
        writer.raw(bytes)
        return true
    }

    /// Lends the unread bytes.
    public func withUnreadBytes<Value, Failure: Error>(
        _ body: (borrowing RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try unsafe body(writer.storage.span.bytes.extracting(head..<writer.count))
    }

    /// The first `count` unread bytes are done with.
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "more consumed than there was")
        head += count
        if head == writer.count {
            writer.removeAll()
            head = 0
        }
    }

    private mutating func reclaim() {
        guard head > 0, head >= count else { return }
        writer.removeFirst(head)
        head = 0
    }
}

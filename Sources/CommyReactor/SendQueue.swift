public import CommyLinux

/// What waits to be sent on a non-blocking stream, with a limit, and with two marks that say when
/// its producer should stop and when it may go on.
///
///     flowing --high mark reached--> congested --low mark reached--> flowing
public struct SendQueue: ~Copyable {
    /// Bytes at which a producer should stop, and at which it may go on.
    public let highMark: Int
    public let lowMark: Int
    public private(set) var isCongested = false
    private var buffer: StreamBuffer

    /// `limit` in bytes; beyond the high mark there should be room for what a producer adds before
    /// it looks.
    public init(limit: Int, highMark: Int, lowMark: Int) {
        precondition(0 <= lowMark && lowMark < highMark && highMark <= limit)
        self.highMark = highMark
        self.lowMark = lowMark
        buffer = StreamBuffer(limit: limit)
    }

    public var count: Int { buffer.count }
    public var isEmpty: Bool { buffer.isEmpty }

    /// Takes all of `bytes`, or nothing: false when the limit leaves no room.
    public mutating func append(_ bytes: RawSpan) -> Bool {
        guard buffer.append(bytes) else { return false }
        if buffer.count >= highMark { isCongested = true }
        return true
    }

    /// Sends until all is gone (true) or the socket takes no more (false: wait until it is
    /// writable).
    public mutating func flush(to socket: borrowing FileDescriptor) throws(SystemError) -> Bool {
        while !buffer.isEmpty {
            guard let sent = unsafe try socket.send(buffer.contents) else { return false }
            consume(sent)
        }
        return true
    }

    /// The same into a TLS stream.
    public mutating func flush(to stream: inout TLSStream) throws(StreamError) -> Bool {
        while !buffer.isEmpty {
            let sent = try buffer.withBytes { (bytes) throws(StreamError) in
                try stream.send(bytes)
            }
            if sent == 0 { return false }
            consume(sent)
        }
        return true
    }

    private mutating func consume(_ byteCount: Int) {
        buffer.consume(byteCount)
        if buffer.count <= lowMark { isCongested = false }
    }
}

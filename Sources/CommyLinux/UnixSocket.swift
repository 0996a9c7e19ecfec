internal import CLinux

/// One end of a stream between two processes of this machine; non-blocking, and closed when its
/// owner lets go of it. Descriptors can be sent along.
public struct UnixSocket: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    public init(owning descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Connects to whoever listens at `path` (at most 107 bytes). EAGAIN: its queue is full now.
    public init(connectingTo path: String) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try checked(unsafe clinux_unix_connect(path), "connect \(path)"))
    }

    /// Who is at the other end, as the kernel noted it when the connection was made.
    public struct Credentials: Sendable, Hashable {
        /// In this process's namespace; 0 when it is not visible there.
        public let processID: Int32
        public let userID: UInt32
        public let groupID: UInt32
    }

    public func peerCredentials() throws(SystemError) -> Credentials {
        var raw = clinux_credentials()
        _ = try checked(unsafe clinux_unix_peer(descriptor.raw, &raw), "getsockopt SO_PEERCRED")
        return Credentials(processID: raw.pid, userID: raw.uid, groupID: raw.gid)
    }

    /// Bytes read, 0 at the end of the stream, nil when there are none yet. Descriptors that come
    /// with the bytes are closed; see `receive`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        unsafe try descriptor.read(into: buffer)
    }

    /// Sends from the front of `bytes`: how many, or nil when there is no room. No SIGPIPE.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        unsafe try descriptor.send(bytes)
    }

    /// Sends bytes (at least one) and copies of at most `descriptorLimit` descriptors, which go
    /// with the first byte: the bytes sent, or nil when there is no room for any.
    public func send(
        _ bytes: UnsafeRawBufferPointer, descriptors: [Int32]
    ) throws(SystemError) -> Int? {
        precondition(bytes.count > 0 && descriptors.count <= Self.descriptorLimit)
        while true {
            let count = unsafe descriptors.withUnsafeBufferPointer { list in
                // An empty array has no address; the count says that nobody looks.
                var none: Int32 = -1
                return unsafe withUnsafePointer(to: &none) { nothing in
                    unsafe clinux_unix_send(
                        descriptor.raw, bytes.baseAddress!, bytes.count,
                        list.baseAddress ?? nothing, Int32(list.count))
                }
            }
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            return try checked(count, "sendmsg")
        }
    }

    /// Bytes read, like `read`, with the descriptors that came with them. One call never mixes the
    /// descriptors of two sends.
    public func receive(
        into buffer: UnsafeMutableRawBufferPointer, descriptors: inout ReceivedDescriptors
    ) throws(SystemError) -> Int? {
        precondition(buffer.count > 0)
        while true {
            var raw = ReceivedDescriptors.Numbers(repeating: -1)
            var held: Int32 = 0
            let count = unsafe withUnsafeMutableBytes(of: &raw) { list in
                unsafe clinux_unix_receive(
                    descriptor.raw, buffer.baseAddress!, buffer.count,
                    list.baseAddress!.assumingMemoryBound(to: Int32.self), &held)
            }
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            descriptors = ReceivedDescriptors(raw, count: Int(held))
            return try checked(count, "recvmsg")
        }
    }

    /// No more bytes follow from this side.
    public func shutdownWrite() throws(SystemError) {
        _ = try checked(clinux_socket_shutdown_write(descriptor.raw), "shutdown")
    }

    public static let descriptorLimit = Int(CLINUX_DESCRIPTOR_LIMIT)

    /// Two ends of one stream, for a parent and its child or for tests.
    public static func pair() throws(SystemError) -> UnixSocketPair {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe clinux_unix_pair(bytes.baseAddress!.assumingMemoryBound(to: Int32.self))
        }
        _ = try checked(result, "socketpair")
        return UnixSocketPair(
            one: UnixSocket(owning: FileDescriptor(owning: ends.0)),
            other: UnixSocket(owning: FileDescriptor(owning: ends.1)))
    }
}

/// What socketpair(2) gives.
public struct UnixSocketPair: ~Copyable, Sendable {
    public var one: UnixSocket
    public var other: UnixSocket
}

/// Descriptors that came with a message; those that nobody takes are closed.
public struct ReceivedDescriptors: ~Copyable, Sendable {
    typealias Numbers = InlineArray<16, Int32>
    private var numbers: Numbers
    private var next = 0
    private let end: Int

    public init() { self.init(Numbers(repeating: -1), count: 0) }

    init(_ numbers: Numbers, count: Int) {
        self.numbers = numbers
        end = count
    }

    public var count: Int { end - next }

    /// In the order in which they were sent; nil when all are taken.
    public mutating func takeFirst() -> FileDescriptor? {
        guard next < end else { return nil }
        next += 1
        return FileDescriptor(owning: numbers[next - 1])
    }

    deinit {
        for index in next..<end { _ = FileDescriptor(owning: numbers[index]) }
    }
}

/// A listening Unix socket; non-blocking. Its file goes when the owner lets go of it.
public struct UnixListener: ~Copyable, Sendable {
    public let descriptor: FileDescriptor
    public let path: String

    /// Listens at `path` with the permissions `mode`. A socket file that nobody listens at (a
    /// crash left it) is replaced; EADDRINUSE when somebody does.
    public init(on path: String, mode: UInt32 = 0o600, backlog: Int32 = 128) throws(SystemError) {
        var result = unsafe clinux_unix_listen(path, mode, backlog)
        if result == -EADDRINUSE {
            let other = unsafe clinux_unix_connect(path)
            if other >= 0 { _ = FileDescriptor(owning: other) }
            if other == -ECONNREFUSED {
                _ = unsafe clinux_unlink(path)
                result = unsafe clinux_unix_listen(path, mode, backlog)
            }
        }
        descriptor = FileDescriptor(owning: try checked(result, "listen at \(path)"))
        self.path = path
    }

    /// The next client, or nil when none waits.
    public func accept() throws(SystemError) -> UnixSocket? {
        while true {
            let result = clinux_tcp_accept(descriptor.raw)
            if result == -EAGAIN { return nil }
            if result == -EINTR || result == -ECONNABORTED { continue }
            return UnixSocket(owning: FileDescriptor(owning: try checked(result, "accept4")))
        }
    }

    deinit { _ = unsafe clinux_unlink(path) }
}

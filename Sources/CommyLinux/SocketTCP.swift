internal import CLinux

/// One end of a TCP connection; non-blocking, and closed when its owner lets go of it.
public struct TCPSocket: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    public init(owning descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// A socket for addresses of the same family as `address`; small writes leave at once.
    public init(for address: SocketAddress) throws(SystemError) {
        let raw = try checked(clinux_tcp_socket(Int32(address.endpoint.version)), "socket")
        let owner = FileDescriptor(owning: raw)
        _ = try checked(clinux_tcp_no_delay(raw), "setsockopt TCP_NODELAY")
        descriptor = owner
    }

    /// Begins to connect: true when that was immediate; otherwise wait until it is writable and ask
    /// `finishConnect`.
    public func connect(to address: SocketAddress) throws(SystemError) -> Bool {
        var endpoint = address.endpoint
        let result = unsafe clinux_tcp_connect(descriptor.raw, &endpoint)
        if result == -EINPROGRESS { return false }
        _ = try checked(result, "connect \(address)")
        return true
    }

    /// Throws why the connection could not be made, once it is writable or in error.
    public func finishConnect() throws(SystemError) {
        let number = try checked(clinux_socket_take_error(descriptor.raw), "getsockopt SO_ERROR")
        guard number == 0 else { throw SystemError(number: number, call: "connect") }
    }

    /// Bytes read, 0 at the end of the stream, nil when there are none yet.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        unsafe try descriptor.read(into: buffer)
    }

    /// Fills `buffer` from its beginning; like `read(into:)` for raw memory.
    public func read(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return unsafe clinux_read(descriptor.raw, base, bytes.count)
            }
            if count == -Int(EAGAIN) { return nil }
            if count == -Int(EINTR) { continue }
            return try checked(count, "read")
        }
    }

    /// Sends as much as fits from `offset` on: the number of bytes, or nil when none fits. No
    /// SIGPIPE.
    public func send(_ bytes: [UInt8], from offset: Int = 0) throws(SystemError) -> Int? {
        precondition(offset < bytes.count)
        while true {
            let count = unsafe bytes.withUnsafeBytes { pointer in
                unsafe clinux_socket_send(
                    descriptor.raw, pointer.baseAddress! + offset, pointer.count - offset)
            }
            if count == -Int(EAGAIN) { return nil }
            if count == -Int(EINTR) { continue }
            return try checked(count, "send")
        }
    }

    /// Sends from the front of `bytes`: how many, or nil when there is no room. No SIGPIPE.
    public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        unsafe try descriptor.send(bytes)
    }

    /// Small writes leave at once; a socket made by `init(for:)` does so already.
    public func sendAtOnce() throws(SystemError) {
        _ = try checked(clinux_tcp_no_delay(descriptor.raw), "setsockopt TCP_NODELAY")
    }

    /// No more bytes follow from this side.
    public func shutdownWrite() throws(SystemError) {
        _ = try checked(clinux_socket_shutdown_write(descriptor.raw), "shutdown")
    }

    /// Closing will reset the connection instead of ending it.
    public func resetOnClose() throws(SystemError) {
        _ = try checked(clinux_tcp_reset_on_close(descriptor.raw), "setsockopt SO_LINGER")
    }

    public func localAddress() throws(SystemError) -> SocketAddress {
        var endpoint = clinux_endpoint()
        _ = try checked(unsafe clinux_socket_local(descriptor.raw, &endpoint), "getsockname")
        return SocketAddress(endpoint)
    }

    public func peerAddress() throws(SystemError) -> SocketAddress {
        var endpoint = clinux_endpoint()
        _ = try checked(unsafe clinux_socket_peer(descriptor.raw, &endpoint), "getpeername")
        return SocketAddress(endpoint)
    }
}

/// A listening TCP socket; non-blocking.
public struct TCPListener: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    /// Port 0 lets the kernel choose; see `localAddress`. `backlog` is in connections.
    public init(on address: SocketAddress, backlog: Int32 = 128) throws(SystemError) {
        var endpoint = address.endpoint
        let raw = try checked(clinux_tcp_socket(Int32(endpoint.version)), "socket")
        let owner = FileDescriptor(owning: raw)
        _ = try checked(unsafe clinux_tcp_listen(raw, &endpoint, backlog), "listen \(address)")
        descriptor = owner
    }

    /// The next client, or nil when none waits.
    public func accept() throws(SystemError) -> TCPSocket? {
        while true {
            let result = clinux_tcp_accept(descriptor.raw)
            if result == -EAGAIN { return nil }
            // The client gave up while it waited; the next one may be behind it.
            if result == -EINTR || result == -ECONNABORTED { continue }
            return TCPSocket(owning: FileDescriptor(owning: try checked(result, "accept4")))
        }
    }

    public func localAddress() throws(SystemError) -> SocketAddress {
        var endpoint = clinux_endpoint()
        _ = try checked(unsafe clinux_socket_local(descriptor.raw, &endpoint), "getsockname")
        return SocketAddress(endpoint)
    }
}

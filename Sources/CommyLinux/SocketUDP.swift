internal import CLinux

/// A UDP socket; non-blocking, and closed when its owner lets go of it.
public struct UDPSocket: ~Copyable, Sendable {
    public let descriptor: FileDescriptor

    /// Sends to one address and takes answers from there only.
    public init(connectedTo address: SocketAddress) throws(SystemError) {
        var endpoint = address.endpoint
        let raw = try checked(clinux_udp_socket(Int32(endpoint.version)), "socket")
        let owner = FileDescriptor(owning: raw)
        _ = try checked(unsafe clinux_udp_connect(raw, &endpoint), "connect \(address)")
        descriptor = owner
    }

    /// Takes datagrams from anybody; port 0 lets the kernel choose.
    public init(boundTo address: SocketAddress) throws(SystemError) {
        var endpoint = address.endpoint
        let raw = try checked(clinux_udp_socket(Int32(endpoint.version)), "socket")
        let owner = FileDescriptor(owning: raw)
        _ = try checked(unsafe clinux_udp_bind(raw, &endpoint), "bind \(address)")
        descriptor = owner
    }

    /// Sends one datagram. A full buffer drops it, as any queue on the way may.
    public func send(_ bytes: [UInt8]) throws(SystemError) {
        let count = unsafe bytes.withUnsafeBytes { pointer in
            unsafe clinux_udp_send(descriptor.raw, pointer.baseAddress, pointer.count)
        }
        if count == -Int(EAGAIN) { return }
        _ = try checked(count, "send")
    }

    /// The length of the next datagram; nil when there is none.
    public func receive(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_udp_receive(descriptor.raw, bytes.baseAddress!, bytes.count, nil)
        }
        if count == -Int(EAGAIN) || count == -Int(EINTR) { return nil }
        return try checked(count, "receive")
    }

    /// The next datagram's length and sender; nil when there is none.
    public func receiveFrom(
        into buffer: inout [UInt8]
    ) throws(SystemError) -> (count: Int, sender: SocketAddress)? {
        var endpoint = clinux_endpoint()
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_udp_receive(descriptor.raw, bytes.baseAddress!, bytes.count, &endpoint)
        }
        if count == -Int(EAGAIN) || count == -Int(EINTR) { return nil }
        return (try checked(count, "receive"), SocketAddress(endpoint))
    }

    /// Sends a datagram to somebody; a full buffer drops it.
    public func send(_ bytes: ArraySlice<UInt8>, to address: SocketAddress) throws(SystemError) {
        var endpoint = address.endpoint
        let count = unsafe bytes.withUnsafeBytes { pointer in
            unsafe clinux_udp_send_to(
                descriptor.raw, pointer.baseAddress, pointer.count, &endpoint)
        }
        if count == -Int(EAGAIN) { return }
        _ = try checked(count, "send")
    }

    public func localAddress() throws(SystemError) -> SocketAddress {
        var endpoint = clinux_endpoint()
        _ = try checked(unsafe clinux_socket_local(descriptor.raw, &endpoint), "getsockname")
        return SocketAddress(endpoint)
    }
}

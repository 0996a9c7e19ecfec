internal import CLinux
internal import CommyLinux

/// The few socket calls that measurements need. The descriptors are closed by `close`.
enum MeasuringSocket {
    static func open(on host: HostSandbox, datagram: Bool) throws(SystemError)
        -> FileDescriptorNumber
    {
        // AF_INET; SOCK_DGRAM or SOCK_STREAM.
        let socket = try host.makeSocket(family: 2, type: datagram ? 2 : 1)
        let raw = socket.release()
        _ = clinux_set_buffers(raw, 4 << 20)
        _ = try checked(clinux_set_timeout(raw, 2_000), "set a time-out")
        return FileDescriptorNumber(raw: raw)
    }

    static func bind(_ socket: FileDescriptorNumber, _ address: UInt32, _ port: UInt16)
        throws(SystemError)
    {
        _ = try checked(clinux_bind4(socket.raw, address, port), "bind")
    }

    static func connect(_ socket: FileDescriptorNumber, _ address: UInt32, _ port: UInt16)
        throws(SystemError)
    {
        _ = try checked(clinux_connect4(socket.raw, address, port), "connect")
    }

    static func close(_ socket: FileDescriptorNumber) {
        _ = clinux_close(socket.raw)
    }
}

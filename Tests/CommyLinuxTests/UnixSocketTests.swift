import CLinux
import CommyLinux
import Glibc
import Testing

@Suite struct UnixSocketTests {
    private static func path(_ name: String) -> String { "/tmp/commy-\(getpid())-\(name).sock" }

    private func connected(
        _ listener: borrowing UnixListener
    ) throws -> (client: Int32, server: Int32) {
        let client = try UnixSocket(connectingTo: listener.path)
        guard let server = try listener.accept() else {
            throw SystemError(number: EAGAIN, call: "accept")
        }
        return (dup(client.descriptor.raw), dup(server.descriptor.raw))
    }

    @Test func `the kernel says who the other side is`() throws {
        let listener = try UnixListener(on: Self.path("who"))
        let ends = try connected(listener)
        for raw in [ends.client, ends.server] {
            let socket = UnixSocket(owning: FileDescriptor(owning: raw))
            let peer = try socket.peerCredentials()
            #expect(peer.processID == getpid() && peer.userID == getuid())
            #expect(peer.groupID == getgid())
        }
    }

    @Test func `descriptors go with the first byte, in order, and those not taken are closed`()
        throws
    {
        let pair = try UnixSocket.pair()
        let pipes = [try RawPipe(), try RawPipe()]
        defer { for pipe in pipes { pipe.close() } }
        let sent = unsafe try ([7, 8] as [UInt8]).withUnsafeBytes { bytes in
            unsafe try pair.one.send(bytes, descriptors: pipes.map(\.readEnd))
        }
        #expect(sent == 2)
        var buffer = [UInt8](repeating: 0, count: 10)
        var descriptors = ReceivedDescriptors()
        let count = unsafe try buffer.withUnsafeMutableBytes { bytes in
            unsafe try pair.other.receive(into: bytes, descriptors: &descriptors)
        }
        let held = descriptors.count
        #expect(count == 2 && buffer[..<2] == [7, 8] && held == 2)
        guard let first = descriptors.takeFirst() else { return }
        #expect(fcntl(first.raw, F_GETFD) & FD_CLOEXEC != 0)
        var (one, two): (UInt8, UInt8) = (42, 0)
        #expect(unsafe write(pipes[0].writeEnd, &one, 1) == 1)
        #expect(unsafe read(first.raw, &two, 1) == 1)
        #expect(two == 42)
        // The second copy of the second pipe's read end goes with the value; then the pipe breaks.
        descriptors = ReceivedDescriptors()
        close(pipes[1].readEnd)
        signal(SIGPIPE, SIG_IGN)
        #expect(unsafe write(pipes[1].writeEnd, &one, 1) == -1)
        #expect(errno == EPIPE)
        let none = unsafe try buffer.withUnsafeMutableBytes { bytes in
            unsafe try pair.other.receive(into: bytes, descriptors: &descriptors)
        }
        #expect(none == nil)
    }

    @Test func `the file of a dead listener is replaced, that of a living one is not`() throws {
        let path = Self.path("again")
        let dead = unsafe clinux_unix_listen(path, 0o600, 1)
        close(dead)
        let listener = try UnixListener(on: path)
        var name: String?
        do throws(SystemError) {
            _ = try UnixListener(on: path)
        } catch {
            name = error.name
        }
        #expect(name == "EADDRINUSE")
        _ = try connected(listener)
    }

    @Test func `the file has the permissions asked for, and goes with its listener`() throws {
        let path = Self.path("mode")
        var information = stat()
        do {
            let listener = try UnixListener(on: path, mode: 0o660)
            #expect(unsafe stat(listener.path, &information) == 0)
            #expect(information.st_mode & 0o777 == 0o660)
        }
        #expect(unsafe stat(path, &information) == -1)
    }

    @Test func `a path that is too long is refused`() {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        #expect(throws: SystemError.self) { _ = try UnixListener(on: path) }
        #expect(throws: SystemError.self) { _ = try UnixSocket(connectingTo: path) }
    }
}

private struct RawPipe {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws {
        let pipe = try FileDescriptor.pipe()
        readEnd = dup(pipe.readEnd.raw)
        writeEnd = dup(pipe.writeEnd.raw)
    }

    func close() {
        _ = clinux_close(readEnd)
        _ = clinux_close(writeEnd)
    }
}

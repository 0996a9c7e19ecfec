import CLinux
import CommyLinux
import Testing

struct FileDescriptorTests {
    @Test func `what is written comes out and then the end`() throws {
        let pipe = try FileDescriptor.pipe()
        try pipe.writeEnd.writeAll([1, 2, 3])
        var buffer = [UInt8](repeating: 0, count: 2)
        #expect(try pipe.readEnd.read(into: &buffer) == 2 && buffer == [1, 2])
        #expect(try pipe.readEnd.read(into: &buffer) == 1 && buffer[0] == 3)
        let reader = pipe.takeReadEnd()
        #expect(try reader.waitReadable(milliseconds: 0), "the end is something to read")
        #expect(try reader.read(into: &buffer) == 0)
        var none: [UInt8] = []
        #expect(try reader.read(into: &none) == 0)
    }

    @Test func `an empty pipe would block or is not readable`() throws {
        let pipe = try FileDescriptor.pipe(flags: O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 2)
        #expect(try pipe.readEnd.read(into: &buffer) == nil)
        #expect(try !pipe.readEnd.waitReadable(milliseconds: 0))
        let blocking = try FileDescriptor.pipe()
        try blocking.readEnd.setNonBlocking()
        #expect(try blocking.readEnd.read(into: &buffer) == nil)
    }

    @Test func `a full pipe takes nothing more`() throws {
        let pipe = try FileDescriptor.pipe(flags: O_NONBLOCK)
        let bytes = [UInt8](repeating: 7, count: 4_096)
        var written = 0
        while let count = try unsafe bytes.withUnsafeBytes({
            try unsafe pipe.writeEnd.write($0)
        }) {
            written += count
            guard written < 1 << 24 else { break }
        }
        #expect(written >= 4_096 && written < 1 << 24)
        #expect(throws: SystemError(number: EAGAIN, call: "write")) {
            try pipe.writeEnd.writeAll(bytes)
        }
    }

    @Test func `a descriptor is closed with its owner and a released one is not`() throws {
        let ends = try rawPipe()
        let writer = FileDescriptor(owning: ends[1])
        let raw = FileDescriptor(owning: ends[0]).release()
        var watch = try Epoll()
        try watch.add(writer.raw, [], token: 1)
        #expect(try watch.wait(nanoseconds: 0) == 0, "released, so still open")
        do { _ = FileDescriptor(owning: raw) }
        #expect(try watch.wait(nanoseconds: 0) == 1, "closed, so the pipe has no reader")
        #expect(watch.event(at: 0).ready == .error)
    }

    @Test func `an error says what was attempted`() {
        #expect {
            _ = try FileDescriptor.open("/nonexistent/file", flags: O_RDONLY)
        } throws: { error in
            "\(error)" == "open /nonexistent/file: No such file or directory (ENOENT)"
        }
    }

    @Test func `a negative number is no descriptor`() async {
        await #expect(processExitsWith: .failure) { _ = FileDescriptor(owning: -1) }
    }
}

/// The read and the write end of a pipe, which the caller owns one by one.
func rawPipe() throws -> [Int32] {
    var ends: [Int32] = [-1, -1]
    let result = unsafe ends.withUnsafeMutableBufferPointer {
        unsafe clinux_pipe($0.baseAddress!, 0)
    }
    _ = try checked(result, "pipe")
    return ends
}

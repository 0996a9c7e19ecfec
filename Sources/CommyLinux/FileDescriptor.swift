internal import CLinux

/// An open file descriptor with one owner; closed when the owner lets go of it.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number for it. Valid as long as this value lives; never store it beyond that.
    public let raw: Int32

    /// Takes ownership of an open descriptor.
    public init(owning raw: Int32) {
        precondition(raw >= 0, "a descriptor is never negative")
        self.raw = raw
    }

    deinit {
        // The only possible errors (EINTR, EIO) leave the descriptor closed on Linux.
        _ = clinux_close(raw)
    }

    /// Gives up ownership: the caller closes it.
    public consuming func release() -> Int32 {
        let number = raw
        discard self
        return number
    }

    /// Opens a path with O_CLOEXEC.
    public static func open(_ path: String, flags: Int32, mode: UInt32 = 0o644) throws(SystemError)
        -> FileDescriptor
    {
        FileDescriptor(owning: try checked(unsafe clinux_open(path, flags, mode), "open \(path)"))
    }

    /// Reads into `buffer`: the bytes read (0 at the end), or nil when it would block.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        guard let base = buffer.baseAddress else { return 0 }
        while true {
            let count = unsafe clinux_read(raw, base, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            return try checked(count, "read")
        }
    }

    /// Reads up to the array's count into its beginning: the bytes read (0 at the end), or nil when
    /// it would block.
    public func read(into buffer: inout [UInt8]) throws(SystemError) -> Int? {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe clinux_read(raw, bytes.baseAddress!, bytes.count)
            }
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            return try checked(count, "read")
        }
    }

    /// Writes from `buffer`: the bytes written, or nil when it would block.
    public func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        guard let base = buffer.baseAddress else { return 0 }
        while true {
            let count = unsafe clinux_write(raw, base, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            return try checked(count, "write")
        }
    }

    /// Sends from `buffer` on a socket: the bytes sent, or nil when it would block. No SIGPIPE.
    public func send(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        while true {
            let count = unsafe clinux_socket_send(raw, base, buffer.count)
            if count == -Int(EINTR) { continue }
            if count == -Int(EAGAIN) { return nil }
            return try checked(count, "send")
        }
    }

    /// Writes all of `bytes`; for blocking descriptors and regular files.
    public func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { pointer in
                unsafe clinux_write(raw, pointer.baseAddress! + offset, pointer.count - offset)
            }
            if count == -Int(EINTR) { continue }
            offset += try checked(count, "write")
        }
    }

    /// Whether there is something to read (or the end) within this time; negative waits for ever.
    public func waitReadable(milliseconds: Int32) throws(SystemError) -> Bool {
        try checked(clinux_wait_readable(raw, milliseconds), "poll") > 0
    }

    /// The same for a descriptor that somebody else owns.
    public static func waitReadable(_ raw: Int32, milliseconds: Int32) throws(SystemError) -> Bool {
        try checked(clinux_wait_readable(raw, milliseconds), "poll") > 0
    }

    public func setNonBlocking() throws(SystemError) {
        _ = try checked(clinux_set_nonblocking(raw), "fcntl O_NONBLOCK")
    }

    /// The two ends of a pipe. `flags` may hold O_NONBLOCK.
    public static func pipe(flags: Int32 = 0) throws(SystemError) -> Pipe {
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe clinux_pipe(bytes.baseAddress!.assumingMemoryBound(to: Int32.self), flags)
        }
        _ = try checked(result, "pipe")
        return Pipe(
            readEnd: FileDescriptor(owning: ends.0), writeEnd: FileDescriptor(owning: ends.1))
    }
}

/// What pipe(2) gives.
public struct Pipe: ~Copyable, Sendable {
    public var readEnd: FileDescriptor
    public var writeEnd: FileDescriptor

    /// Keeps the read end and closes the other.
    public consuming func takeReadEnd() -> FileDescriptor { readEnd }
}

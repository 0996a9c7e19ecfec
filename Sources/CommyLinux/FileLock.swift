internal import CLinux

/// A file that one process at a time holds; the kernel takes it back when that process ends,
/// however it ends. The file itself stays: to remove it would let two processes hold two files of
/// one name.
public struct FileLock: ~Copyable, Sendable {
    private let file: FileDescriptor

    /// Nil when another process holds it.
    public static func take(_ path: String) throws(SystemError) -> FileLock? {
        try FileLock(path, waits: false)
    }

    /// Blocks until no other process holds it.
    public static func wait(for path: String) throws(SystemError) -> FileLock {
        while true {
            if let lock = try FileLock(path, waits: true) { return lock }
        }
    }

    private init?(_ path: String, waits: Bool) throws(SystemError) {
        let file = try FileDescriptor.open(path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        let result = clinux_lock(file.raw, waits)
        if result == -EAGAIN || result == -EINTR { return nil }
        _ = try checked(result, "flock \(path)")
        self.file = file
    }

    /// Leaves a word for others in the file: who holds it.
    public func write(_ text: String) throws(SystemError) {
        _ = try checked(clinux_empty(file.raw), "ftruncate")
        try file.writeAll(Array(text.utf8))
    }
}

internal import CLinux

/// Bytes of a file that other processes may have mapped too; unmapped when the owner lets go.
@safe
public struct SharedMemory: ~Copyable, @unchecked Sendable {
    public let byteCount: Int
    /// Valid as long as this value lives.
    public let base: UnsafeMutableRawPointer

    /// Maps the first `byteCount` bytes of an open file, which must be at least so long.
    public init(mapping file: borrowing FileDescriptor, byteCount: Int) throws(SystemError) {
        precondition(byteCount > 0)
        var error: Int32 = 0
        guard let base = unsafe clinux_map_shared(file.raw, byteCount, &error) else {
            throw SystemError(number: -error, call: "mmap")
        }
        unsafe self.base = unsafe base
        self.byteCount = byteCount
    }

    deinit {
        _ = unsafe clinux_unmap(base, byteCount)
    }
}

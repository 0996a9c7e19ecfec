internal import CLinux

/// A program of this package that the harness starts: it lies beside the running executable.
public struct SiblingProgram: Sendable {
    /// Its path.
    public let path: String

    /// Finds `name` in the running executable's directory.
    public init(named name: String) throws(SystemError) {
        let own = try Self.ownExecutable()
        let directory = own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        path = directory + "/" + name
        let found = unsafe clinux_open(path, O_RDONLY, 0)
        _ = try checked(
            found, "find \(path) (the programs of Commy must lie in one directory)")
        _ = clinux_close(found)
    }

    /// The directory that it lies in.
    public var directory: String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// Opens it for execution by descriptor.
    public func open() throws(SystemError) -> FileDescriptor {
        try FileDescriptor.open(path, flags: O_RDONLY)
    }

    private static func ownExecutable() throws(SystemError) -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_own_executable(bytes.baseAddress!, bytes.count)
        }
        return String(
            decoding: buffer[..<(try checked(count, "readlink /proc/self/exe"))], as: UTF8.self)
    }
}

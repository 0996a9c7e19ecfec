internal import CLinux

/// Small files that are read and written as a whole: keys, certificates, settings.
public enum WholeFile {
    /// The file's bytes; EFBIG when there are more than `limit`, so that a wrong path fills no
    /// memory.
    public static func read(
        _ path: String, atMost limit: Int = 1 << 20
    ) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor.open(path, flags: O_RDONLY)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            guard let count = try file.read(into: &piece), count > 0 else { return bytes }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= limit else {
                throw SystemError(number: EFBIG, call: "read \(path) (at most \(limit) bytes)")
            }
        }
    }

    /// Puts `bytes` in the place of whatever is at `path`. Whoever opens it meanwhile, or after a
    /// crash, finds the whole old file or the whole new one, with the permissions `mode`.
    ///
    /// The bytes are on the disk when this returns. One process at a time replaces a file.
    public static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
    ) throws(SystemError) {
        let draft = path + ".new"
        // A draft that a crash has left may have other permissions, or be open elsewhere.
        _ = unsafe clinux_unlink(draft)
        do throws(SystemError) {
            let file = try FileDescriptor.open(
                draft, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            _ = try checked(clinux_set_mode(file.raw, mode), "chmod \(draft)")
            try file.writeAll(bytes)
            _ = try checked(clinux_sync(file.raw), "fsync \(draft)")
            _ = try checked(unsafe clinux_rename(draft, path), "rename \(draft) to \(path)")
        } catch {
            _ = unsafe clinux_unlink(draft)
            throw error
        }
        let folder = try FileDescriptor.open(folder(of: path), flags: O_RDONLY | O_DIRECTORY)
        _ = try checked(clinux_sync(folder.raw), "fsync \(Self.folder(of: path))")
    }

    /// Makes one folder for its owner alone; nothing happens when it is there.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        let result = unsafe clinux_make_folder(path, mode)
        if result != -EEXIST { _ = try checked(result, "mkdir \(path)") }
    }

    /// The folder that a path lies in, as the path says it.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

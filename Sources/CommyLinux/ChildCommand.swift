internal import CLinux

/// A command that this program has started, in a process group of its own, with its standard output
/// in a pipe and everything else on /dev/null.
///
/// Dropping the value kills the group and collects the process: none is left behind.
public struct ChildCommand: ~Copyable {
    public let pidfd: FileDescriptor
    /// Does not block.
    public let output: FileDescriptor
    private let pid: Int32
    private var status: Int32?

    /// Starts `words`, the program first; it is searched for in PATH.
    public init(_ words: [String]) throws(SystemError) {
        let pipe = try FileDescriptor.pipe()
        try pipe.readEnd.setNonBlocking()
        var raw: Int32 = -1
        var text = Array(words.map { $0 + "\0" }.joined().utf8)
        let result = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe clinux_start_command(
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(words.count),
                pipe.writeEnd.raw, &raw)
        }
        // Everything that may throw comes before the members, which are set all or none.
        let started = try checked(result, "start '\(words.first ?? "")'")
        pid = started
        pidfd = FileDescriptor(owning: raw)
        output = pipe.takeReadEnd()
    }

    /// Kills the whole group.
    public func kill() { _ = clinux_kill_group(pid) }

    /// The wait status when it has ended.
    public mutating func collect() -> Int32? {
        if let status { return status }
        var status: Int32 = 0
        guard unsafe clinux_collect(pid, &status) == 0 else { return nil }
        self.status = status
        return status
    }

    deinit {
        guard status == nil else { return }
        _ = clinux_kill_group(pid)
        var ignored: Int32 = 0
        // SIGKILL ends it at once; the wait is for the kernel only.
        _ = try? pidfd.waitReadable(milliseconds: 5_000)
        _ = unsafe clinux_collect(pid, &ignored)
    }
}

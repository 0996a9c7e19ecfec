internal import CLinux

/// A command that this program has started, in a process group of its own, with its standard output
/// in a pipe and everything else on /dev/null.
///
/// Dropping the value kills the group and collects the process: none is left behind.
public struct ChildCommand: ~Copyable {
    public let pidfd: FileDescriptor
    /// Does not block.
    public let output: FileDescriptor
    private var process: ChildProcess

    /// Starts `words`, the program first; it is searched for in PATH.
    public init(_ words: [String]) throws(SystemError) {
        let pipe = try FileDescriptor.pipe()
        try pipe.readEnd.setNonBlocking()
        var raw: Int32 = -1
        var text = ChildProcess.packed(words)
        let result = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe clinux_start_command(
                bytes.baseAddress!.assumingMemoryBound(to: CChar.self), Int32(words.count),
                pipe.writeEnd.raw, &raw)
        }
        // Everything that may throw comes before the members, which are set all or none.
        let started = try checked(result, "start '\(words.first ?? "")'")
        process = ChildProcess(pid: started)
        pidfd = FileDescriptor(owning: raw)
        output = pipe.takeReadEnd()
    }

    /// Kills the whole group.
    public func kill() { _ = clinux_kill_group(process.pid) }

    /// The wait status when it has ended.
    public mutating func collect() -> Int32? { process.collect() }

    deinit {
        guard !process.isCollected else { return }
        _ = clinux_kill_group(process.pid)
        var ignored: Int32 = 0
        // SIGKILL ends it at once; the wait is for the kernel only.
        _ = try? pidfd.waitReadable(milliseconds: 5_000)
        _ = unsafe clinux_collect(process.pid, &ignored)
    }
}
